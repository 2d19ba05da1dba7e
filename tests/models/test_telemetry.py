"""Libraries that would report to their makers do not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_onnxruntime_reports_nothing_and_keeps_no_number_of_the_device(tmp_path: Path) -> None:
    # Without the variables that mark a test machine, on which it is silent by itself.
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ORT_DISABLE_TELEMETRY": "0"}
    code = "import models, onnxruntime; print(onnxruntime.get_available_providers())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert "CPUExecutionProvider" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_mlflow_reports_nothing_whatever_the_surroundings_say(tmp_path: Path) -> None:
    pytest.importorskip("mlflow", reason="MLflow is an extra: make install")
    # Without the variables that mark a test machine, on which it is silent by itself.
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "MLFLOW_DISABLE_TELEMETRY": "false",
        "DO_NOT_TRACK": "false",
    }
    code = (
        "import models, mlflow, threading; from mlflow.telemetry import get_telemetry_client;"
        "from mlflow.telemetry.utils import is_telemetry_disabled;"
        "print(is_telemetry_disabled(), get_telemetry_client(), threading.active_count())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["True", "None", "1"], done.stderr

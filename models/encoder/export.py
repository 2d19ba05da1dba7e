"""Exports a model to ONNX once, in a process of its own, so that torch never enters this one."""

import logging
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from models.encoder import manifest
from models.encoder.source import ModelSource
from models.encoder.weights import key_of
from models.errors import EncoderUnavailableError

# Part of every fingerprint: another way to export gives other vectors.
RECIPE = "1"
# An export takes about half a minute; one that takes this long hangs.
_SECONDS = 900
_ROOT = Path(__file__).resolve().parents[2]
_log = logging.getLogger(__name__)


def exported(source: ModelSource, cache: Path) -> Path:
    """Returns the folder of the exported model, exporting it where that has not been done.

    The folder appears complete or not at all; of several processes that need it at once, one exports
    and the others wait.

    Args:
        source: The model.
        cache: Folder of exported models; made where it is missing.

    Raises:
        EncoderUnavailableError: The weights are wrong, or the export failed or hung.
    """
    cache = cache.resolve()
    key = key_of(source, cache, RECIPE)
    folder = cache / f"{source.name}-{key}"
    if (folder / manifest.FILE).is_file():
        return folder
    try:
        with FileLock(f"{folder}.lock", timeout=_SECONDS):
            if not (folder / manifest.FILE).is_file():
                _export(source, key, folder)
    except Timeout as error:
        raise EncoderUnavailableError(
            f"{folder}.lock: another process has been exporting for {_SECONDS} seconds; stop it and try again"
        ) from error
    return folder


def _export(source: ModelSource, key: str, folder: Path) -> None:
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)  # what a killed export left behind
    unfinished.mkdir(parents=True)
    # A warning, so that whoever waits sees why, whatever is logged.
    _log.warning(
        "Preparing the encoder %s for this machine; this is done once, in about a minute", source.name
    )
    _run(source, key, unfinished)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.replace(folder)
    facts = manifest.read_manifest(folder)
    if facts.precision != "int8":
        _log.warning("encoder %s runs in fp32: int8 strayed too far from the original", facts.version)
    _log.info("exported the encoder %s; lowest cosine to the original %.4f", facts.version, facts.agreement)


def _run(source: ModelSource, key: str, target: Path) -> None:
    command = [sys.executable, "-m", "models.encoder.conversion"]
    command += [source.name, key, str(source.folder), str(source.max_tokens), str(target)]
    command += [str(source.reader)] if source.reader else []
    try:
        subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise EncoderUnavailableError(f"export of {source.name} took more than {_SECONDS} seconds") from error
    except subprocess.CalledProcessError as error:
        lines = (error.stderr or "").strip().splitlines()
        reason = lines[-1] if lines else f"exit status {error.returncode}, perhaps for want of memory"
        raise EncoderUnavailableError(
            f"export of {source.name} to ONNX failed: {reason}; "
            "CLAUSEWATCH_ENCODER_BACKEND=torch runs it without an export"
        ) from error

"""The alert rules: complete, read by Prometheus' own tool, and about metrics that are really told."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from search_app.monitor.facts import Facts
from search_app.monitor.searches import Measured, registry_of
from tests.deployment.files import ROOT, composed
from tests.search_app.pages.house import House

FOLDER = ROOT / "monitoring"
# Functions, words and labels of the language of expressions.
OTHERS = {"up", "histogram_quantile", "sum", "by", "le", "rate", "increase", "delta", "m", "h"}


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_wrong_why_and_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule["annotations"]) == {"summary", "cause", "action"}
    assert all(rule["annotations"].values())
    assert rule["labels"]["severity"] in ("critical", "warning")


def test_every_metric_of_an_expression_is_told(house: House) -> None:
    facts = Facts(house.site.parts, house.site.recorder)
    told = set()
    for family in registry_of(Measured(house.site.searcher), facts).collect():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(
            family.type, ("",)
        )
        told |= {family.name + suffix for suffix in suffixes}
    for rule in rules():
        plain = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", rule["expr"])
        named = set(re.findall(r"[a-z_][a-z_0-9]*", plain)) - OTHERS
        assert named <= told, rule["alert"]
        assert named or rule["alert"] == "ClausewatchDown"


def test_promtool_finds_nothing_wrong() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (apt-get install prometheus)")
    done = subprocess.run(
        [promtool, "check", "config", "prometheus.yml"],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_asks_the_web_server_under_a_name_that_it_knows() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    [scrape] = config["scrape_configs"]
    [target] = scrape["static_configs"][0]["targets"]
    web = composed()["services"]["web"]
    assert target == f"{web['hostname']}:8340"
    assert scrape["job_name"] == "clausewatch"

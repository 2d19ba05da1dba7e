"""The compose file: nothing floats, nothing is open, nothing has a password that everybody knows."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from search_app.settings import load_settings
from tests.deployment.files import (
    ROOT,
    composed,
    example,
    filled,
    image_environment,
    services,
    tool,
    variables,
)

SERVICES = services()
OURS = ("web", "worker")
NODES = ("opensearch", "opensearch-2", "opensearch-3")
# Their images write into their own configuration when they start.
WRITES_INTO_ITS_IMAGE = {*NODES, "dashboards"}
EVERY = pytest.mark.parametrize("name", sorted(SERVICES))


def test_services_are_those_that_the_documentation_names() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "tika", *NODES, "dashboards", "prometheus"}
    profiles = {name: service.get("profiles", []) for name, service in SERVICES.items()}
    assert {name: found for name, found in profiles.items() if found} == {
        "opensearch-2": ["three-nodes"],
        "opensearch-3": ["three-nodes"],
        "dashboards": ["dashboards"],
        "prometheus": ["monitoring"],
    }


@EVERY
def test_image_is_pinned_to_a_version(name: str) -> None:
    assert re.fullmatch(r"[a-z/-]+:v?\d+(\.\d+)+", SERVICES[name]["image"])


def test_our_image_has_the_version_of_the_product() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {SERVICES[name]["image"] for name in OURS} == {f"clausewatch:{project['version']}"}


@EVERY
def test_service_is_watched_limited_and_without_rights(name: str) -> None:
    service = SERVICES[name]
    check = service["healthcheck"]
    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "start_period", "retries"} < set(check)
    assert re.fullmatch(r"\d+[gm]", filled(service["mem_limit"], example()))
    assert service["restart"] == "unless-stopped"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service
    assert int(service["user"].split(":")[0]) > 0
    assert service["logging"]["options"]["max-size"]


@EVERY
def test_root_file_system_is_read_only_except_where_an_image_cannot_bear_it(name: str) -> None:
    assert SERVICES[name].get("read_only", False) is (name not in WRITES_INTO_ITS_IMAGE)


def test_only_the_web_port_is_published_and_by_default_to_this_host_alone() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web"}
    assert filled(SERVICES["web"]["ports"], {}) == ["127.0.0.1:8340:8340"]
    assert filled(SERVICES["web"]["ports"], {"WEB_ADDRESS": "10.0.0.7", "WEB_PORT": "80"}) == [
        "10.0.0.7:80:8340"
    ]
    assert all("network_mode" not in service for service in SERVICES.values())


def test_whatever_holds_documents_has_no_way_out() -> None:
    assert composed()["networks"]["inside"] == {"internal": True}
    for name, service in SERVICES.items():
        assert service["networks"] == (["outside", "inside"] if name == "web" else ["inside"])


def test_passwords_are_files_and_none_has_a_default() -> None:
    secrets = composed()["secrets"]
    assert all(set(secret) == {"file"} for secret in secrets.values())
    mounted = {f"/run/secrets/{name}" for name in secrets}
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY", variable):
                assert variable.endswith("_FILE"), f"{name} has the value of {variable} in its environment"
                assert value in mounted
                assert value.rpartition("/")[2] in service["secrets"]
            assert not re.search(r"//[^/@]*:[^/@]*@", str(value)), f"{name} has a password in {variable}"
    for variable, value in example().items():
        assert not re.search("PASSWORD|SECRET|TOKEN", variable) or variable.endswith("_FILE"), value


def test_every_variable_is_in_the_example_with_the_same_default() -> None:
    assert {name: {value} for name, value in example().items()} == variables()


def test_a_secret_or_a_setting_of_a_person_is_not_tracked() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "/secrets/", "/documents/", "/snapshots/"} <= set(ignored)


@pytest.mark.parametrize("name", OURS)
def test_settings_of_our_services_are_settings_of_the_product(name: str) -> None:
    environment = image_environment() | filled(SERVICES[name]["environment"], {})
    ours = {key: value for key, value in environment.items() if key.startswith("CLAUSEWATCH_")}
    settings = load_settings(ours)
    assert settings.index == "opensearch"
    assert settings.opensearch_url == "http://opensearch:9200"
    assert settings.tika_url == "http://tika:9998"
    assert settings.database_url == "postgresql+psycopg://clausewatch@postgres:5432/clausewatch"
    assert (settings.opensearch_shards, settings.opensearch_replicas) == (1, 0)
    assert settings.host == "0.0.0.0"


def test_services_that_ours_ask_for_exist_and_are_waited_for() -> None:
    for name in OURS:
        text = json.dumps(SERVICES[name]["environment"])
        asked = {host for host in re.findall(r"(?:@|//)([a-z-]+):\d+", text) if host != "clausewatch"}
        assert asked == {"postgres", "opensearch", "tika"}
        assert {"postgres", "opensearch"} == set(SERVICES[name]["depends_on"])


def test_volumes_are_declared_and_documents_can_only_be_read() -> None:
    named = {
        volume.partition(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
        if not volume.startswith(("$", "./monitoring:"))
    }
    assert named == set(composed()["volumes"])
    assert SERVICES["worker"]["volumes"][1].endswith(":/documents:ro")


def test_nodes_differ_in_their_names_and_only_the_first_begins_a_cluster() -> None:
    environments = [dict(SERVICES[name]["environment"]) for name in NODES]
    assert [each.pop("node.name") for each in environments] == list(NODES)
    assert environments[0].pop("cluster.initial_cluster_manager_nodes") == "opensearch"
    assert environments[0] == environments[1] == environments[2]
    assert environments[0]["discovery.seed_hosts"].split(",") == list(NODES)
    data = [SERVICES[name]["volumes"][0] for name in NODES]
    assert len(set(data)) == len(NODES)
    for name in NODES:
        assert SERVICES[name]["ulimits"]["memlock"] == {"soft": -1, "hard": -1}


def test_heap_is_at_most_half_of_the_memory_of_a_node() -> None:
    [heap] = set(
        re.findall(
            r"-Xm[sx](\d+)g", filled(SERVICES["opensearch"], {})["environment"]["OPENSEARCH_JAVA_OPTS"]
        )
    )
    assert int(heap) * 2 <= int(filled(SERVICES["opensearch"]["mem_limit"], {}).removesuffix("g"))


@pytest.mark.parametrize("profile", ["", "three-nodes", "dashboards"])
def test_docker_compose_itself_reads_the_file_as_these_tests_do(tmp_path: Path, profile: str) -> None:
    program = tool("docker-compose")
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    command = [program, *(["--profile", profile] if profile else []), "config", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    read = json.loads(done.stdout)["services"]
    assert set(read) == {
        name for name, service in SERVICES.items() if set(service.get("profiles", [])) <= {profile}
    }
    for name, service in read.items():
        ours = filled(SERVICES[name], example())
        assert service.get("environment") == ours.get("environment")
        assert service.get("command") == ours.get("command")
        assert service["image"] == ours["image"]

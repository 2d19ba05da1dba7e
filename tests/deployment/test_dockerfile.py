"""The Dockerfile: pinned, from hashes, without root, and with all that the product needs."""

import re
import subprocess
from importlib.metadata import requires

import pytest

from search_app.settings import load_settings
from tests.deployment.files import ROOT, image_environment, instructions, services, tool

INSTRUCTIONS = instructions()


def last_stage() -> list[tuple[str, str]]:
    start = max(number for number, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM")
    return INSTRUCTIONS[start:]


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run(
        [tool("hadolint"), "--no-color", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_base_images_are_one_pinned_version() -> None:
    stages = {words.split(" AS ")[1] for name, words in INSTRUCTIONS if name == "FROM" and " AS " in words}
    bases = {words.split(" AS ")[0] for name, words in INSTRUCTIONS if name == "FROM"} - stages
    [base] = bases
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", base)


def test_packages_come_from_the_locks_with_hashes() -> None:
    installs = [
        part.strip()
        for name, words in INSTRUCTIONS
        if name == "RUN"
        for part in re.split(r"&&|;", words)
        if "pip install" in part
    ]
    assert len(installs) == 6
    # A CPU build of torch has an index, and so hashes, of its own.
    unpinned = [part for part in installs if not re.search("--require-hashes|--no-index", part)]
    assert unpinned == ['then pip install --no-deps --index-url "$TORCH_INDEX" "torch==$version"']
    assert all("--no-deps" in part for part in installs)


def test_nothing_is_taken_out_that_the_classifier_needs() -> None:
    [removed] = re.findall(r"pip uninstall --yes ([\w\s-]+)", " ".join(words for _, words in INSTRUCTIONS))
    kept, waiting = set(), ["scikit-learn", "lightgbm", "joblib", "scipy"]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting += [
                re.split(r"[^\w-]", each)[0] for each in requires(name) or [] if "extra ==" not in each
            ]
    assert not kept & set(removed.split())
    assert {"numpy", "narwhals", "threadpoolctl"} <= kept


def test_image_has_the_library_of_the_system_that_lightgbm_loads() -> None:
    installs = [words for name, words in last_stage() if name == "RUN" and "apt-get install" in words]
    assert re.search(r"--no-install-recommends libgomp1=12\.2\.\* ", installs[0])


def test_build_tools_are_complete_and_in_the_lock() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    [names] = re.findall(r"\^\(([a-z|-]+)\)==", text)
    locked = set(
        re.findall(r"^([\w-]+)==", (ROOT / "requirements-dev.lock").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert set(names.split("|")) <= locked
    needed = {re.split(r"[^\w-]", each)[0].lower() for each in requires("hatchling") or [] if ";" not in each}
    runtime = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert needed <= {*names.split("|"), *re.findall(r"^([\w-]+)==", runtime, re.MULTILINE)}


def test_what_is_copied_is_sent_to_the_builder_and_nothing_else() -> None:
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for name, words in INSTRUCTIONS
        if name == "COPY" and "--from" not in words
        for source in words.split()[:-1]
    }
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)


def test_image_runs_without_root_and_without_what_built_it() -> None:
    names = [name for name, _ in last_stage()]
    assert dict(last_stage())["USER"] == "10001:10001"
    assert names.index("USER") > max(number for number, name in enumerate(names) if name in {"RUN", "COPY"})
    copied = [words for name, words in last_stage() if name == "COPY"]
    assert [words.split()[0] for words in copied] == ["--from=product", "--from=encoder"]
    assert {service["user"] for name, service in services().items() if name in {"web", "worker"}} == {
        "10001:10001"
    }


def test_environment_of_the_image_is_understood_and_offline() -> None:
    environment = image_environment()
    assert environment["HF_HUB_OFFLINE"] == "1"
    ours = {name: value for name, value in environment.items() if name.startswith("CLAUSEWATCH_")}
    settings = load_settings(ours)
    stages = dict(last_stage())
    assert str(settings.home) == stages["VOLUME"] == stages["WORKDIR"]
    assert str(settings.port) == stages["EXPOSE"]
    assert settings.encoder_backend == "onnx"
    assert any(
        name == "COPY" and words.endswith(f" {settings.encoder_folder}") for name, words in last_stage()
    )


@pytest.mark.parametrize("name", ["HEALTHCHECK", "ENTRYPOINT", "CMD"])
def test_image_says_what_it_runs_and_how_it_is(name: str) -> None:
    stages = dict(last_stage())
    expected = {"ENTRYPOINT": '["clausewatch"]', "CMD": '["serve"]'}
    if name == "HEALTHCHECK":
        [check] = re.findall(r"CMD \[.*\]", stages[name])
        assert services()["web"]["healthcheck"]["test"][3] in check
    else:
        assert stages[name] == expected[name]

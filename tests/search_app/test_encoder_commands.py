"""clausewatch encoder: another encoder is prepared, taken into use and left again while searches go on."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from sqlalchemy import func, select

from indexer.encoders import chosen, kept_encoders
from indexer.errors import OtherEncoderError
from indexer.index.protocol import Filters
from indexer.records.schema import vectors
from models.encoder.bundled import bundled_folder
from search_app.app import create_app, exchange
from search_app.chosen_encoder import encoder_in_use
from search_app.compose import Parts, compose, with_encoder
from search_app.settings import load_settings
from tests.search_app.commands import SAMPLES, empty_home, in_process, start

pytestmark = pytest.mark.slow
Run = Callable[..., str]
SEARCH = "/api/search?q=cap+on+liability"


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled encoder, its last layer a little other: vectors of the same length, another version."""
    folder = tmp_path_factory.mktemp("given") / "turned"
    shutil.copytree(bundled_folder(), folder)
    weights = load_file(folder / "model.safetensors")
    name = "encoder.layer.5.output.dense.weight"
    noise = np.random.default_rng(0).normal(0, 0.02, weights[name].shape).astype(np.float32)
    save_file(weights | {name: weights[name] + noise}, folder / "model.safetensors", {"format": "pt"})
    return folder


@pytest.fixture
def home(tmp_path: Path, encoder_cache: Path) -> Path:
    return empty_home(tmp_path / "home", encoder_cache)


@pytest.fixture
def command(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(home))
    return in_process(monkeypatch, capsys)


@pytest.fixture
def run(command: Callable[..., tuple[int, str, str]]) -> Run:
    """Runs a command that must not fail; two documents are there."""

    def checked(*arguments: object) -> str:
        status, said, errors = command(*arguments)
        assert status == 0, errors
        return said

    checked(
        "ingest", SAMPLES / "mutual_nda_orrin_valecrest.txt", SAMPLES / "consulting-agreement-ashgrove.md"
    )
    return checked


def parts() -> Parts:
    return compose(load_settings())


def found(client: Any) -> list[str]:
    answer = client.get(SEARCH)
    assert answer.status_code == 200
    return [hit["key"] if "key" in hit else hit["chunk"] for hit in answer.get_json()["hits"]]


def test_an_encoder_is_prepared_beside_used_and_left_while_searches_go_on(run: Run, turned: Path) -> None:
    old = parts()
    app = create_app(old)
    client = app.test_client()
    before = found(client)
    assert before

    told = run("encoder", "prepare", turned)
    assert "turned:" in told
    assert "needs the reader of the encoder in use" in told
    assert parts().encoder.version == old.encoder.version
    with old.engine.connect() as connection:
        assert chosen(connection) is None
        [kept] = kept_encoders(connection)
    assert kept.name == "turned"

    said = run("encoder", "use", kept.digest[:6])
    assert f"{kept.short} is in use; generation g000002" in said
    assert found(client) == before  # this process has the old encoder still
    with pytest.raises(OtherEncoderError):
        old.index.status()
    assert [
        part.state.value for part in app.extensions["clausewatch"].health.parts() if part.name == "index"
    ] == ["degraded"]
    exchange(app, with_encoder(old, load_settings(), encoder_in_use(load_settings(), old.engine)))
    new = app.extensions["clausewatch"].parts
    assert new.encoder.version.startswith("turned:int8:256:")
    assert new.index.status().encoder == new.encoder.version
    assert found(client)

    assert "The product's own encoder is in use again; generation g000001" in run("encoder", "back")
    assert parts().index.status().encoder == old.encoder.version
    assert found(create_app(parts()).test_client()) == before
    assert [line.split() for line in run("encoder", "list").splitlines()] == [
        ["product", "in", "use"],
        [kept.short],
    ]


def test_what_came_in_between_is_there_after_going_back(run: Run, turned: Path) -> None:
    run("encoder", "prepare", turned)
    run("encoder", "use", "turned")
    run("ingest", SAMPLES / "brand-and-content-licence-arcwell.md")
    here = parts()
    held = here.index.count(None, Filters()).chunks
    with here.engine.connect() as connection:
        own = connection.scalar(select(func.count()).where(vectors.c.encoder == here.encoder.version))
    assert own == held
    run("encoder", "back")
    back = parts()
    assert back.encoder.version != here.encoder.version
    assert back.index.count(None, Filters()).chunks == held
    assert back.index.status().encoder == back.encoder.version
    # And forward again, to a generation that is there already.
    assert "generation g000002" in run("encoder", "use", "turned")
    assert parts().index.count(None, Filters()).chunks == held


def test_a_switch_that_was_killed_after_the_flip_is_finished_by_the_next_one(
    run: Run,
    command: Callable[..., tuple[int, str, str]],
    turned: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run("encoder", "prepare", turned)

    def killed(*_: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("search_app.encoder_switch.note", killed)
        assert command("encoder", "use", "turned")[0] == 130
    assert parts().encoder.version.startswith("all-minilm")
    assert parts().index.count(None, Filters()).chunks > 0
    assert "generation g000002" in run("encoder", "use", "turned")
    assert parts().encoder.version.startswith("turned:")


def test_a_killed_preparation_changes_nothing_and_goes_on(run: Run, turned: Path, home: Path) -> None:
    process = start(home, "encoder", "prepare", str(turned))
    with process:
        while process.poll() is None and not any((home / "encoders").glob("*")):
            pass
        process.send_signal(signal.SIGKILL)
    assert parts().encoder.version.startswith("all-minilm")
    assert "turned:" in run("encoder", "prepare", turned)
    with parts().engine.connect() as connection:
        assert len(kept_encoders(connection)) == 1


def test_what_cannot_be_chosen_is_said(
    run: Run,
    command: Callable[..., tuple[int, str, str]],
    turned: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "names no one of the encoders prepared; there are none" in command("encoder", "use", "turned")[2]
    assert "there is nothing to go back to" in command("encoder", "back")[2]
    status, _, errors = command("encoder", "prepare", home / "nowhere")
    assert status == 1
    assert "no such folder" in errors
    monkeypatch.setenv("CLAUSEWATCH_ENCODER", str(turned))
    status, _, errors = command("encoder", "back")
    assert status == 2
    assert "decides which encoder is used; unset it everywhere" in errors


def test_an_encoder_whose_file_is_gone_is_named_and_can_be_left(
    run: Run,
    command: Callable[..., tuple[int, str, str]],
    turned: Path,
    home: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run("encoder", "prepare", turned)
    run("encoder", "use", "turned")
    with parts().engine.connect() as connection:
        kept = chosen(connection)
    assert kept is not None
    shutil.rmtree(home / "encoders")
    assert parts().encoder.version.startswith("turned:")  # unpacked again
    shutil.rmtree(home / "encoders")
    stored = parts().blobs.path(kept.digest)
    shutil.rmtree(home / "encoders")
    os.truncate(stored, 1000)
    command("search", "liability")
    assert f"the file of the encoder {kept.short} is missing or damaged" in caplog.text
    assert "The product's own encoder is in use again" in run("encoder", "back")

"""clausewatch train encoder, from a tiny encoder, on judgements whose lesson is known."""

import hashlib
import json
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from models.adaptation.card import FILE, card_of
from models.encoder import load_encoder
from models.encoder.source import locate
from models.encoder.weights import fingerprint
from models.errors import EncoderUnavailableError
from tests.models.adaptation.conftest import QUERIES, TOPICS, tiny
from tests.search_app.commands import in_process, start

__all__ = ["tiny"]  # a fixture of this module, too

pytestmark = pytest.mark.slow
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def judgements(tmp_path: Path) -> Path:
    """Six queries, each answered by its own passages and judged for those of one more."""
    folder = tmp_path / "judged"
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": f"d{n}", "text": " ".join([*TOPICS[n % 3], str(n)])} for n in range(36)]
    queries = [{"_id": f"q{n}", "text": f"{QUERIES[n % 3]} {n}"} for n in range(6)]
    lines = ["query-id\tcorpus-id\tscore"]
    for n in range(6):
        lines += [f"q{n}\td{m}\t{3 if m % 3 == n % 3 else 0}" for m in range(36) if (m - n) % 3 < 2]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "qrels" / "train.tsv").write_text("\n".join(lines))
    return folder


@pytest.fixture
def run(
    tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.setenv("CLAUSEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLAUSEWATCH_ENCODER", str(tiny))
    monkeypatch.setenv("CLAUSEWATCH_ENCODER_BACKEND", "torch")
    return in_process(monkeypatch, capsys)


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_an_encoder_is_trained_told_of_and_loaded_as_any_other(
    run: Run, judgements: Path, tiny: Path, tmp_path: Path
) -> None:
    output = tmp_path / "ours"
    status, said, errors = run(
        "train", "encoder", "--judgements", judgements, "--output", output, "--epochs", 2
    )
    assert status == 0, errors
    assert "On 2 queries that a training was kept from" in said
    assert f"clausewatch encoder prepare {output}" in said
    card = card_of(locate(str(output)))
    assert card is not None
    assert card.parents == (fingerprint(locate(str(tiny)), tmp_path / "notes"),)
    assert (card.parent_name, card.data_name, card.epochs, len(card.queries), card.passages) == (
        "tiny", "judged", 2, 6, 36,
    )  # fmt: skip
    assert set(card.figures) == {
        f"{age} {way} ndcg@{depth}"
        for age in ("old", "new")
        for way in ("meaning", "fusion")
        for depth in (5, 10)
    }
    assert not (tmp_path / "ours.unfinished").exists()
    old, new = (load_encoder(str(each), "torch", tmp_path / "models") for each in (tiny, output))
    assert new.version != old.version
    assert (new.dimension, new.max_tokens) == (old.dimension, old.max_tokens)
    exported = load_encoder(str(output), "onnx", tmp_path / "models")
    text = [" ".join(TOPICS[0])]
    assert float((exported.encode(text) @ new.encode(text).T).item()) > 0.98


def test_the_same_judgements_and_seed_give_the_same_bytes_and_another_seed_others(
    run: Run, judgements: Path, tmp_path: Path
) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        given = ("--judgements", judgements, "--epochs", 1, "--seed", seed, "--measure", 0)
        status, _, errors = run("train", "encoder", *given, "--output", tmp_path / name)
        assert status == 0, errors
    one, again, other = (digests(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert one["model.safetensors"] != other["model.safetensors"]
    assert one["tokenizer.json"] == other["tokenizer.json"]


def test_a_killed_training_leaves_no_encoder_and_the_next_one_goes_on(
    run: Run, judgements: Path, tiny: Path, tmp_path: Path
) -> None:
    output, unfinished = tmp_path / "ours", tmp_path / "ours.unfinished" / "all.safetensors"
    given = ("--judgements", str(judgements), "--epochs", "60", "--measure", "0", "--output", str(output))
    process = start(
        tmp_path / "home", "train", "encoder", *given,
        CLAUSEWATCH_ENCODER=str(tiny), CLAUSEWATCH_ENCODER_BACKEND="torch",
    )  # fmt: skip
    with process:
        while process.poll() is None and not unfinished.exists():
            pass
        process.send_signal(signal.SIGKILL)
    assert unfinished.exists()
    assert not output.exists()
    status, _, errors = run("train", "encoder", *given)
    assert status == 0, errors
    assert run("train", "encoder", *given[:-1], tmp_path / "unbroken")[0] == 0
    assert digests(output) == digests(tmp_path / "unbroken")


@pytest.mark.parametrize(
    ("lines", "split", "why"),
    [
        (["q0\td0\t0"], "train", "0 queries have a document with a grade above 0; 5 are needed"),
        (["q0\td0\t3", "q99\td0\t3"], "train", r"do not exist: .*train\.tsv:3: query 'q99', document 'd0'"),
        (["q0\td0\t3"], "test", "no split 'test'; splits that exist: train"),
        ([], "train", "no judgement speaks of a query and a document that exist"),
        (["q0\td0"], "train", r"train\.tsv:2: 2 columns"),
    ],
)
def test_judgements_that_teach_nothing_are_named_and_nothing_is_written(
    run: Run, judgements: Path, tmp_path: Path, lines: list[str], split: str, why: str
) -> None:
    (judgements / "qrels" / "train.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *lines]))
    output = tmp_path / "ours"
    given = ("--judgements", judgements, "--split", split, "--output", output)
    status, _, errors = run("train", "encoder", *given)
    assert status == 1
    assert re.search(why, errors), errors
    assert list(tmp_path.glob("ours*")) == []


def test_a_folder_that_exists_is_not_touched(run: Run, judgements: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    status, _, errors = run("train", "encoder", "--judgements", judgements, "--output", tmp_path / "ours")
    assert status == 1
    assert "ours exists; name a folder that does not" in errors
    assert list((tmp_path / "ours").iterdir()) == []


def test_a_damaged_card_is_named(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    folder.symlink_to(tiny)
    assert card_of(locate(str(folder))) is None
    folder.unlink()
    folder.mkdir()
    for name in ("modules.json", "tokenizer.json"):
        (folder / name).write_bytes((tiny / name).read_bytes())
    (folder / FILE).write_text('{"format": "clausewatch-encoder", "version": 1}')
    with pytest.raises(
        EncoderUnavailableError, match=r"clausewatch\.json: the card of the encoder is damaged"
    ):
        card_of(locate(str(folder)))

"""An experiment's file: read into values, every mistake with its field and line."""

from pathlib import Path

import pytest

from indexer.errors import ExperimentError
from indexer.experiments import Definition, Kind, read_definition

FEATURES = ("fused", "bm25")
SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "experiments"
GOOD = """name: pull
idea: Draw the weights
  less to equal ones
hypothesis: It orders better.
kind: ranker
data:
  judgements: judged
seed: 3
variants:
  pull: [5, 50]
  without: [bm25]
"""


def written(folder: Path, text: str) -> Path:
    (folder / "judged").mkdir(exist_ok=True)
    file = folder / "idea.yaml"
    file.write_text(text)
    return file


def test_a_grid_of_parameters_becomes_variants(tmp_path: Path) -> None:
    assert read_definition(written(tmp_path, GOOD), FEATURES) == Definition(
        name="pull",
        idea="Draw the weights less to equal ones",
        hypothesis="It orders better.",
        kind=Kind.RANKER,
        data={"judgements": str((tmp_path / "judged").resolve())},
        seed=3,
        baseline={},
        variants=({"pull": 5.0, "without": "bm25"}, {"pull": 50.0, "without": "bm25"}),
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: ranker", "kind: reader", ":5: kind is 'reader'; expected one of ranker, classifier"),
        ("name: pull\n", "", ":1: name is missing; expected a text of at most 80 characters"),
        (
            "pull: [5, 50]",
            "pull: [5, 0]",
            ":10: variants.pull is [5, 0]; expected numbers from 0.01 to 10000",
        ),
        (
            "pull: [5, 50]",
            "push: [5]",
            ":10: variants.push is [5]; expected one of the parameters pull, candidates",
        ),
        ("[bm25]", "[bm26]", ":11: variants.without is ['bm26']; expected one of fused, bm25"),
        (
            "judgements: judged",
            "judgements: nowhere",
            ":7: data.judgements is 'nowhere'; expected a file or folder",
        ),
        ("seed: 3", "seed: -1", ":8: seed is -1; expected a whole number from 0 on"),
        ("seed: 3", "seeds: 3", ":8: seeds is 3; expected one of the fields name, idea"),
        ("[5, 50]", str(list(range(1, 102))), ":9: variants is"),
        ("kind: ranker", "kind: [", ": cannot be read: "),
    ],
)
def test_a_mistake_is_named_with_field_and_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    file = written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ExperimentError) as caught:
        read_definition(file, FEATURES)
    assert str(caught.value).startswith(f"{file}{expected}")


def test_the_samples_can_be_read_where_their_data_are(tmp_path: Path) -> None:
    for place in ("data/acord", "data/cuad/contracts"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / "data" / "cuad" / "spans.jsonl").touch()
    found = {}
    for sample in SAMPLES.glob("*.yaml"):
        copy = tmp_path / sample.name
        copy.write_bytes(sample.read_bytes())
        found[sample.stem] = read_definition(copy, FEATURES).variants
    assert found == {
        "ranker-pull": ({"pull": 5.0}, {"pull": 50.0}),
        "thresholds": ({"precision": 0.7}, {"precision": 0.9}),
        "half-the-contracts": ({"share": 0.25}, {"share": 0.5}),
    }

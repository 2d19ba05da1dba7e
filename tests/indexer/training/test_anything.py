"""Whatever stands in a file, reading it ends, and says so."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.training import lines
from tests.indexer.training.files import LAW, csv_of, read, span, write

TEXT = "This agreement is governed by the laws of Ohio."
ANSWER = {"text": "laws", "answer_start": 34}
QUESTION = {"question": LAW, "id": "x", "answers": [ANSWER], "is_impossible": False}
VALUE = {"start": 0, "end": 4, "text": "This", "labels": [LAW]}
CHOICE = {"type": "choices", "value": {"choices": [LAW]}}
RESULTS = [{"type": "labels", "value": VALUE}, CHOICE]
FILES: dict[str, Any] = {
    "spans": {"file": "a.txt", "category": LAW, "start": 0, "end": 4, "text": "This"},
    "squad": {"data": [{"title": "a", "paragraphs": [{"context": TEXT, "qas": [QUESTION]}]}]},
    "label studio": [{"id": 1, "data": {"text": TEXT}, "annotations": [{"result": RESULTS}]}],
}
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.sampled_from(["", "\0", "\udce9", "../a.txt", "gone.txt", [], {}, [[]], {"text": 1}, 10**30]),
)


def paths(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of some JSON, the whole of it left out."""
    if isinstance(value, dict):
        keys: Any = value.keys()
    elif isinstance(value, list):
        keys = range(len(value))
    else:
        keys = ()
    below = [path for key in keys for path in paths(value[key], (*above, key))]
    return ([above] if above else []) + below


@pytest.mark.parametrize("name", FILES)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_json_with_something_odd_anywhere_is_read_to_its_end(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    content = copy.deepcopy(FILES[name])
    *above, last = data.draw(st.sampled_from(paths(content)))
    place = content
    for key in above:
        place = place[key]
    place[last] = data.draw(ODD)
    written = json.dumps(content, ensure_ascii=data.draw(st.booleans()))
    write(tmp_path, "texts/a.txt", TEXT)
    found = read(write(tmp_path, "odd", written.encode("utf-8", "surrogateescape")), texts=tmp_path / "texts")
    "\n".join(lines([*found.problems, *found.notes])).encode()
    assert found.data.fingerprint


GOOD = {
    "csv": csv_of([("text", "label"), ("one", LAW), ("two\nlines", ""), ('"three"', LAW)]),
    "spans": "\n".join([span("a.txt", LAW, 0, 4)] * 3),
}


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_bytes_put_anywhere_into_a_file_are_read_to_its_end(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    content = GOOD[name].encode()
    place = data.draw(st.integers(0, len(content)))
    odd = data.draw(
        st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b"\0", b"\xe9", b"\r", b"\n", b","]))
    )
    write(tmp_path, "texts/a.txt", TEXT)
    broken = write(tmp_path, "odd", content[:place] + odd + content[place + data.draw(st.integers(0, 3)) :])
    found = read(broken, texts=tmp_path / "texts")
    "\n".join(lines([*found.problems, *found.notes])).encode()
    assert found.data.fingerprint


def test_a_number_of_thousands_of_digits_is_named(tmp_path: Path) -> None:
    found = read(write(tmp_path, "odd", '{"data": ' + "9" * 5000 + "}"))
    assert [problem.what.startswith("no JSON that can be read: ") for problem in found.problems] == [True]

"""The JSON of SQuAD 2.0, in which CUAD is published: a question for each category, answered by spans."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.training.marked import Mark, MarkedText, Source, wrong_offsets
from indexer.training.shape import items, text_of

_QUOTED = re.compile(r"related to \"([^\"]+)\"")
_NUMBERED = re.compile(r"_\d+$")


@dataclass(slots=True)
class _Answers:
    """What the questions about one text say, label by label."""

    marks: set[Mark] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    impossible: dict[str, str] = field(default_factory=dict)  # label to the place that says so
    answered: dict[str, str] = field(default_factory=dict)


def read(source: Source) -> Iterator[MarkedText]:
    """Yields every paragraph with its marks.

    The category of a question is the text in quotation marks after "related to", or what follows "__" in
    its id, or the question itself. Each text is taken as looked through for every label.
    """
    for number, entry in items(json.loads(source.content), "data"):
        title = text_of(entry, "title") or f"{source.file} entry {number}"
        for part, paragraph in items(entry, "paragraphs"):
            place = f"entry {number}, paragraph {part}"
            context = text_of(paragraph, "context")
            if source.readable(place, context, title):
                yield _marked(source, title, place, context, paragraph)


def _marked(source: Source, title: str, place: str, context: str, paragraph: object) -> MarkedText:
    found = _Answers()
    for number, question in items(paragraph, "qas"):
        _ask(source, f"{place}, question {number}", context, question, found)
    for label in found.answered.keys() & found.impossible.keys():
        what = f"{label}: answered here, and said to have no answer at {found.impossible[label]}"
        source.problem(found.answered[label], what)
        found.doubtful.add(label)
    marks = tuple(sorted(mark for mark in found.marks if mark.label not in found.doubtful))
    return MarkedText(title, context, source.file, place, marks, judged=source.judged(found.doubtful))


def _ask(source: Source, place: str, context: str, question: object, found: _Answers) -> None:
    label = source.risk(place, _category(source, question))
    if label is None:
        return
    answers = list(items(question, "answers"))
    if isinstance(question, dict) and question.get("is_impossible") is True:
        found.impossible.setdefault(label, place)
    for number, answer in answers:
        found.answered.setdefault(label, place)
        start, words = (
            answer.get(key) if isinstance(answer, dict) else None for key in ("answer_start", "text")
        )
        end = start + len(words) if isinstance(start, int) and isinstance(words, str) else None
        wrong = wrong_offsets(context, start, end, words)
        if wrong:
            source.problem(f"{place}, answer {number}", f"{label}: {wrong}")
            found.doubtful.add(label)
            continue
        assert isinstance(start, int)
        assert isinstance(end, int)
        mark = Mark(start, end, label)
        if mark in found.marks:
            source.note(f"{place}, answer {number}", f"{label}: the same answer once more")
        found.marks.add(mark)


def _category(source: Source, question: object) -> str:
    asked, name = text_of(question, "question"), text_of(question, "id").rpartition("__")[2]
    quoted = _QUOTED.search(asked)
    candidates = [quoted[1]] if quoted else [asked]
    candidates += [name, _NUMBERED.sub("", name)]
    return next((each for each in candidates if source.names.find(each)), candidates[0] or name)

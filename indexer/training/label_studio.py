"""The JSON that Label Studio exports: tasks with spans ("labels"), or with "choices" for the whole text."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.training.marked import Mark, MarkedText, Source, wrong_offsets
from indexer.training.shape import items, text_of, within


@dataclass(slots=True)
class _Task:
    """What the annotations of one task say together."""

    place: str
    name: str
    text: str
    marks: set[Mark] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    choices: dict[frozenset[str], str] = field(default_factory=dict)  # of an annotation to its place
    unknown: bool = False  # a choice is no label: what the whole text carries is not known


def read(source: Source) -> Iterator[MarkedText]:
    """Yields the text of every task that somebody annotated and did not cancel.

    A text with a choice is one passage as it is; one with spans alone is cut into passages. The labels that
    occur in the file are those that were looked for.
    """
    loaded = json.loads(source.content)
    tasks = [_task(source, f"entry {number}", task) for number, task in items(loaded, "tasks")]
    found = [task for task in tasks if task is not None]
    occurring = frozenset(label for task in found for label in _occurring(task))
    for task in found:
        if len(task.choices) > 1:
            first, second, *_ = task.choices.values()
            source.problem(second, f"the choices contradict those of {first}")
            continue
        marks = tuple(sorted(task.marks))
        labels = frozenset[str]().union(*task.choices) | {mark.label for mark in marks if task.choices}
        if task.unknown and not labels and not marks:
            continue
        yield MarkedText(
            task.name,
            task.text,
            source.file,
            task.place,
            marks,
            labels,
            occurring - task.doubtful,
            is_passage=bool(task.choices),
        )


def _occurring(task: _Task) -> Iterator[str]:
    yield from (mark.label for mark in task.marks)
    yield from (label for labels in task.choices for label in labels)


def _task(source: Source, place: str, task: object) -> _Task | None:
    text = text_of(within(task, "data"), "text")
    name = text_of(within(task, "data"), "document") or f"{source.file} task {within(task, 'id') or place}"
    if not source.readable(place, text, name):
        return None
    found = _Task(place, name, text)
    annotated = 0
    for number, annotation in items(task, "annotations"):
        if not within(annotation, "was_cancelled"):
            annotated += 1
            _read_annotation(source, f"{place}, annotation {number}", annotation, found)
    if not annotated:
        source.note(place, "nobody annotated the text, or whoever did cancelled it")
        return None
    return found


def _read_annotation(source: Source, place: str, annotation: object, task: _Task) -> None:
    chosen: set[str] = set()
    has_choice = False
    for number, result in items(annotation, "result"):
        value, where = within(result, "value"), f"{place}, result {number}"
        if text_of(result, "type") == "labels":
            _read_span(source, where, value, task)
        elif text_of(result, "type") == "choices":
            has_choice = True
            names = (name for _, name in items(value, "choices") if isinstance(name, str))
            known, unknown = source.labels(where, names)
            task.unknown |= unknown
            chosen |= known
        else:
            source.note(where, f"results of the type {text_of(result, 'type')!r} are passed over")
    if has_choice and (chosen or not task.unknown):
        task.choices.setdefault(frozenset(chosen), place)


def _read_span(source: Source, place: str, value: object, task: _Task) -> None:
    start, end, words = (within(value, key) for key in ("start", "end", "text"))
    wrong = wrong_offsets(task.text, start, end, words)
    for _, name in items(value, "labels"):
        label = source.label(place, name) if isinstance(name, str) else None
        if label is None:
            continue
        if wrong:
            source.problem(place, f"{label}: {wrong}")
            task.doubtful.add(label)
            continue
        assert isinstance(start, int)
        assert isinstance(end, int)
        task.marks.add(Mark(start, end, label))

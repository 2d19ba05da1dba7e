"""Model versions of any kind, and their journal, as MLflow is told of them."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from indexer.mirror.facts import Fact, Model, ModelEntry, numbers, shortened
from indexer.records import schema
from indexer.registry.journal import Action, Entry, promoted, read_journal

# Lines of the journal that the description of a model shows.
JOURNAL_LINES = 100
LONGEST_NAME = 200
_OWN_HANDS = frozenset({"the product", "the monitor", "the worker"})
_versions = schema.model_versions
# Parts of a card that are told apart from the rest of its values.
_APART = ("figures", "labels", "parents", "decisions", "left_to_rules")

Name = Callable[[str], str]


def version_key(version: str) -> str:
    """Returns the key of a version's run."""
    return f"version {version}"


def version_facts(connection: Connection, prefix: str) -> list[Fact]:
    """Returns a run for each model version, the oldest first."""
    return [_fact(row, prefix) for row in _rows(connection)]


def models(
    connection: Connection, prefix: str, challengers: Mapping[str, str], pseudonym: Name
) -> list[Model]:
    """Returns the models that versions belong to: one of each kind and pack.

    Args:
        connection: To the records.
        prefix: In front of their names.
        challengers: By pack, the version that waits for approval.
        pseudonym: Stands in for whoever promoted.
    """
    of_model: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in _rows(connection):
        of_model[row.kind, row.pack].append(row)
    journal = read_journal(connection)
    return [
        _model(f"{prefix}-{kind}-{pack}", rows, journal, challengers.get(pack, ""), pseudonym)
        for (kind, pack), rows in sorted(of_model.items())
    ]


def actor(by: str, pseudonym: Name) -> str:
    """Returns who acted: a part of the product by its name, a person under a pseudonym."""
    return by if by in _OWN_HANDS or not by else pseudonym(by)


def _rows(connection: Connection) -> Sequence[Any]:
    return connection.execute(select(_versions).order_by(_versions.c.created_at, _versions.c.version)).all()


def _fact(row: Any, prefix: str) -> Fact:  # noqa: ANN401 - a row of the table
    card: dict[str, Any] = json.loads(row.card)
    # What a pack's own labels and people's decisions hold of words stays here: only counts and figures go.
    decided = card.get("decisions") or {}
    told = {name: value for name, value in card.items() if name not in _APART}
    parameters = {
        "pack": row.pack,
        "origin": row.origin,
        **{name: shortened(value) for name, value in told.items() if isinstance(value, str | int | float)},
        **{name: str(len(value)) for name, value in told.items() if isinstance(value, list)},
        "labels": str(len(card.get("labels", ()))),
        "left_to_rules": str(len(card.get("left_to_rules", ()))),
    }
    metrics = dict(numbers(card.get("figures", {})))
    metrics |= dict(numbers(card.get("labels", {}), "label"))
    metrics |= dict(numbers(decided.get("figures", {}), "decisions"))
    data = row.dataset or str(card.get("data", ""))
    return Fact(
        key=version_key(row.version),
        experiment=f"{prefix}/{row.kind}/{row.pack}",
        name=row.version,
        started=row.created_at,
        ended=row.created_at,
        parameters=parameters,
        metrics=metrics,
        tags=_tags(row, card),
        documents={"card.json": {name: value for name, value in card.items() if name != "decisions"}},
        dataset=(str(card.get("data_name", ""))[:LONGEST_NAME], data),
    )


def _tags(row: Any, card: Mapping[str, Any]) -> dict[str, str]:  # noqa: ANN401 - a row of the table
    parents = {"parent": row.parent or "", "reader": card.get("reader", "")} | dict(card.get("parents", {}))
    return {
        "version": row.version,
        "file_sha256": row.digest,
        "dataset": row.dataset or str(card.get("data", "")),
        "code": row.code or "unknown",
        **{name: str(value) for name, value in parents.items() if value},
    }


def _model(
    name: str, rows: Iterable[Any], journal: Iterable[Entry], challenger: str, pseudonym: Name
) -> Model:
    entries = [
        ModelEntry(row.version, version_key(row.version), _tags(row, json.loads(row.card))) for row in rows
    ]
    own = {entry.version for entry in entries}
    lines = [line for line in journal if line.version in own]
    stack = promoted(lines)
    aliases = {"champion": stack[-1].version} if stack else {}
    if challenger in own:
        aliases["challenger"] = challenger
    return Model(name, _described(lines, pseudonym), tuple(entries), aliases)


def _described(lines: Sequence[Entry], pseudonym: Name) -> str:
    """Returns the newest lines as a table; what people wrote as a reason stays here."""
    words = {
        Action.REGISTER: "registered",
        Action.PROMOTE: "promoted",
        Action.ROLLBACK: "gone back to",
        Action.REFUSE: "refused",
    }
    shown = [
        f"| {line.at} | {words[line.action]} | {line.version} | {actor(line.by, pseudonym)} "
        f"| {line.reason if line.by in _OWN_HANDS else ''} |"
        for line in reversed(lines[-JOURNAL_LINES:])
    ]
    return "\n".join(("| when | what | version | by | why |", "|---|---|---|---|---|", *shown))

"""What a rule would find, before it is put to work."""

import heapq
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from indexer.errors import HouseRuleError
from indexer.house.finding import Found, active_documents, found_in
from indexer.house.values import PRIOR, HouseRule, NewRule
from indexer.records import schema
from models.evaluation.proportion import wilson
from models.labels import LabelSource, Standing

EXAMPLES = 10
# A rule that labels more, of a collection or at all, says nothing; a small collection's share may be larger.
MOST_SHARE, MOST, FREE = 0.2, 20_000, 200
_predictions, _chunks, _documents = schema.predictions, schema.chunks, schema.documents


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule matches now.

    Attributes:
        passages: Passages that it matches, counted until they are too many.
        documents: Those that they stand in.
        total: Passages of the collection.
        labelled: Matches that carry the label without it.
        right: Matches of which people say that the label applies; ``judged`` those of which they spoke.
        low: Lower end of the 95 % interval of E. B. Wilson of their share; ``high`` the upper one.
        examples: Some of the matches, at random, and the same each time.
        too_many: Whether it matches so much that it would say nothing.
    """

    passages: int
    documents: int
    total: int
    labelled: int
    right: int
    judged: int
    low: float
    high: float
    examples: tuple[Found, ...]
    too_many: bool = False


def preview(connection: Connection, asked: NewRule) -> Preview:
    """Returns what a rule would match. Raises RuleTextError where its words cannot be looked for."""
    rule = HouseRule(
        "", asked.collection, asked.label, asked.name, asked.written, PRIOR, "", asked.by, asked.at
    )
    active = active_documents(connection, asked.collection)
    total = _total(connection, asked.collection)
    most = max(FREE, min(MOST, MOST_SHARE * total))
    keys, documents = set[int](), set[str]()
    examples: list[tuple[int, Found]] = []  # a heap of the smallest keys, which are hashes: a random choice
    with closing(found_in(connection, [rule])) as matches:
        for found in matches:
            if found.document not in active:
                continue
            keys.add(found.key)
            documents.add(found.document)
            if len(keys) > most:
                break
            if len(examples) < EXAMPLES:
                heapq.heappush(examples, (-found.key, found))
            elif -found.key > examples[0][0]:
                heapq.heapreplace(examples, (-found.key, found))
    people, machines = _said(connection, asked, keys)
    right, judged = sum(people.values()), len(people)
    low, high = wilson(right, judged)
    return Preview(
        passages=len(keys),
        documents=len(documents),
        total=total,
        labelled=len({key for key, applies in people.items() if applies} | (machines - people.keys())),
        right=right,
        judged=judged,
        low=low,
        high=high,
        examples=tuple(found for _, found in sorted(examples, key=lambda each: -each[0])),
        too_many=len(keys) > most,
    )


def check(found: Preview) -> None:
    """Raises HouseRuleError where a rule matches so much that it would say nothing."""
    if found.too_many:
        said = (
            f"This matches more than {found.passages - 1:,} of the {found.total:,} passages of this "
            "collection. Add words that must stand near, or a heading."
        )
        raise HouseRuleError({"any": said})


def _total(connection: Connection, collection: str) -> int:
    query = select(func.count()).select_from(_chunks.join(_documents))
    own = _documents.c
    return connection.execute(query.where(own.collection == collection, own.status == "active")).scalar_one()


def _said(connection: Connection, asked: NewRule, keys: set[int]) -> tuple[dict[int, bool], set[int]]:
    """Returns what people say of the label in some passages, and where machines claim it."""
    query = (
        select(_predictions.c.chunk, _predictions.c.source, _predictions.c.standing)
        .join_from(_predictions, _chunks)
        .join(_documents)
        .where(_predictions.c.label == asked.label, _documents.c.collection == asked.collection)
    )
    people, machines = dict[int, bool](), set[int]()
    for chunk, source, standing in connection.execute(query):
        if chunk not in keys:
            continue
        if source != LabelSource.HUMAN.value:
            if standing == Standing.SPEAKS.value:
                machines.add(chunk)
        elif standing != Standing.UNSURE.value:
            people[chunk] = standing == Standing.SPEAKS.value
    return people, machines

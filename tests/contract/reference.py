"""What every index must answer, by brute force over all chunks; written for clearness, not for speed."""

import fnmatch
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import numpy as np

from indexer.index import analysis
from indexer.index.mapping import SearchedField, chunk_mapping
from indexer.index.protocol import FacetName, Filters, IndexedChunk, IndexedLabel, Order
from indexer.index.query import AllOf, Node, Phrase, TextField, Wildcard, Without, Word
from models.labels import Severity, Standing

K1, B = 1.2, 0.75
Positions = dict[str, list[int]]


class Reference:
    """All chunks in memory; every answer computed from its definition.

    ``of_all``: BM25 counts all chunks, as tantivy does, or those that have words in the field, as Lucene.
    """

    def __init__(self, chunks: Iterable[IndexedChunk], *, of_all: bool = True) -> None:
        self._of_all = of_all
        self.chunks = {each.key: each for each in chunks}
        self._fields: dict[str, dict[int, Positions]] = {}
        self._lengths: dict[str, dict[int, int]] = {}
        for field in (TextField.TEXT, TextField.TITLE, TextField.SECTION):
            [searched] = [each for each in chunk_mapping().searched[field] if each.field == field.value]
            self._analyse(searched.field, analysis.STEMMED, field)
            self._analyse(searched.exact, analysis.EXACT, field)

    def _analyse(self, name: str, kind: str, field: TextField) -> None:
        self._fields[name], self._lengths[name] = {}, {}
        for key, each in self.chunks.items():
            positions: Positions = {}
            found = analysis.terms(getattr(each, field.value), kind)
            for position, term in found:
                positions.setdefault(term, []).append(position)
            self._fields[name][key] = positions
            self._lengths[name][key] = len(found)

    def lexical(
        self, node: Node | None, filters: Filters, order: Order = Order.RELEVANCE
    ) -> list[tuple[int, float]]:
        """All matches as (key, score), best first."""
        scores = dict.fromkeys(self.chunks, 0.0) if node is None else self.scores(node)
        passing = {key: score for key, score in scores.items() if self.passes(key, filters)}
        if order is Order.RISK:
            passing = {key: self._risk(key) for key in passing}
        if order is Order.NEWEST:
            passing = {key: self._day(key) for key in passing}
        return sorted(passing.items(), key=lambda each: (-round(each[1], 5), each[0]))

    def nearest(self, vector: np.ndarray, filters: Filters) -> list[tuple[int, float]]:
        """All chunks that pass as (key, cosine), best first."""
        query = vector.astype(np.float64)
        found = [
            (key, float(each.vector.astype(np.float16).astype(np.float64) @ query))
            for key, each in self.chunks.items()
            if self.passes(key, filters)
        ]
        return sorted(found, key=lambda each: (-round(each[1], 5), each[0]))

    def facets(self, keys: Iterable[int]) -> dict[FacetName, dict[str, int]]:
        """Chunks by each value of each facet."""
        counters: dict[FacetName, Counter[str]] = {name: Counter() for name in FacetName}
        for key in keys:
            each = self.chunks[key]
            counters[FacetName.COLLECTION][each.collection] += 1
            counters[FacetName.DOCUMENT_TYPE][each.document_type] += 1
            claims = self._claims(key)
            counters[FacetName.LABEL].update({label.label for label in claims})
            counters[FacetName.LABEL_SOURCE].update({label.source.value for label in claims})
            counters[FacetName.UNSURE].update(self._unsure(key))
            counters[FacetName.STANDING].update({label.standing.value for label in each.labels})
            if claims:
                highest = max(label.severity for label in claims)
                counters[FacetName.SEVERITY][Severity(highest).name.lower()] += 1
            if each.date:
                counters[FacetName.YEAR][str(each.date.year)] += 1
        return {name: dict(counter) for name, counter in counters.items()}

    def passes(self, key: int, filters: Filters) -> bool:
        """Whether a chunk fulfils the filters."""
        each, lowest = self.chunks[key], filters.min_probability
        sure = [label for label in self._claims(key) if label.probability >= lowest]
        return all(
            (
                not filters.collections or each.collection in filters.collections,
                not filters.document_types or each.document_type in filters.document_types,
                not filters.documents or each.document in filters.documents,
                filters.keys is None or key in filters.keys,
                filters.unsure is None
                or (bool(self._unsure(key) & filters.unsure) if filters.unsure else bool(self._unsure(key))),
                not filters.labels or any(label.label in filters.labels for label in sure),
                bool(filters.labels) or lowest == 0 or bool(sure),
                filters.min_severity is None or any(label.severity >= filters.min_severity for label in sure),
                filters.date_from is None or (each.date is not None and each.date >= filters.date_from),
                filters.date_to is None or (each.date is not None and each.date <= filters.date_to),
            )
        )

    def scores(self, node: Node) -> dict[int, float]:
        """The matches of a tree and their scores."""
        if isinstance(node, Word):
            return self._in_fields(
                node.field, lambda field: self._sequence(field.field, self._stems(node.text))
            )
        if isinstance(node, Phrase):
            return self._phrase(node)
        if isinstance(node, Wildcard):
            return self._in_fields(node.field, lambda field: self._wildcard(field.exact, node.pattern))
        if isinstance(node, Without):
            kept = dict.fromkeys(self.chunks, 0.0) if node.kept is None else self.scores(node.kept)
            removed = self.scores(node.removed)
            return {key: score for key, score in kept.items() if key not in removed}
        least = len(node.parts) if isinstance(node, AllOf) else node.minimum
        parts = [self.scores(each) for each in node.parts]
        counts = Counter(key for part in parts for key in part)
        return {
            key: sum(part.get(key, 0.0) for part in parts) for key, count in counts.items() if count >= least
        }

    def _phrase(self, node: Phrase) -> dict[int, float]:
        text = " ".join(node.words)
        if node.slop == 0 and node.ordered:
            exact = analysis.terms(text, analysis.EXACT)
            return self._in_fields(node.field, lambda field: self._sequence(field.exact, exact))
        assert not node.ordered, "sloppy phrases are tested by examples"
        words = [self._stems(each)[0][1] for each in node.words]
        return self._in_fields(node.field, lambda field: self._near(field.field, words, node.slop))

    def _in_fields(
        self, field: TextField, score: Callable[[SearchedField], dict[int, float]]
    ) -> dict[int, float]:
        total: Counter[int] = Counter()
        for each in chunk_mapping().searched[field]:
            for key, value in score(each).items():
                total[key] += each.weight * value
        return dict(total)

    def _stems(self, text: str) -> list[tuple[int, str]]:
        return analysis.terms(text, analysis.STEMMED)

    def _sequence(self, field: str, terms: Sequence[tuple[int, str]]) -> dict[int, float]:
        """BM25 of terms that stand at these distances from each other."""
        if not terms:
            return {}
        frequencies = {}
        for key, positions in self._fields[field].items():
            starts = [{at - position for at in positions.get(term, [])} for position, term in terms]
            if count := len(set.intersection(*starts)):
                frequencies[key] = count
        return self._bm25(field, [term for _, term in terms], frequencies)

    def _near(self, field: str, words: Sequence[str], distance: int) -> dict[int, float]:
        """Which chunks have each two of the words within a distance; their scores are not compared."""
        return {
            key: 1.0
            for key, positions in self._fields[field].items()
            if all(
                any(0 < abs(x - y) <= distance for x in positions.get(a, []) for y in positions.get(b, []))
                for a, b in combinations(words, 2)
            )
        }

    def _wildcard(self, field: str, pattern: str) -> dict[int, float]:
        return {
            key: 1.0
            for key, positions in self._fields[field].items()
            if any(fnmatch.fnmatchcase(term, pattern.lower()) for term in positions)
        }

    def _bm25(self, field: str, terms: Sequence[str], frequencies: dict[int, int]) -> dict[int, float]:
        lengths = self._lengths[field].values()
        total = len(lengths) if self._of_all else sum(length > 0 for length in lengths)
        average = sum(lengths) / max(total, 1)
        idf = 0.0
        for term in terms:
            containing = sum(term in positions for positions in self._fields[field].values())
            idf += math.log(1 + (total - containing + 0.5) / (containing + 0.5))
        return {
            key: idf
            * (K1 + 1)
            * frequency
            / (frequency + K1 * (1 - B + B * _stored_length(self._lengths[field][key]) / average))
            for key, frequency in frequencies.items()
        }

    def _risk(self, key: int) -> float:
        return max((int(each.severity) * each.probability for each in self._claims(key)), default=0.0)

    def _claims(self, key: int) -> list[IndexedLabel]:
        return [label for label in self.chunks[key].labels if label.standing is Standing.SPEAKS]

    def _unsure(self, key: int) -> set[str]:
        return {label.label for label in self.chunks[key].labels if label.standing is Standing.UNSURE}

    def _day(self, key: int) -> float:
        day = self.chunks[key].date
        return float(day.toordinal()) if day else -1.0


def _stored_length(length: int) -> int:
    """A field's length as one byte keeps it: exact up to 40, then with four significant bits."""
    if length < 40:
        return length
    shift = (length - 24).bit_length() - 4
    return 24 + ((length - 24) >> shift << shift)

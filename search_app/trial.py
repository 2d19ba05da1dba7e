"""Judged documents in an index of their own: what search finds of them, query by query."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from indexer.chunk import chunk
from indexer.documents import Document
from indexer.ids import chunk_key
from indexer.index.embedded import EmbeddedIndex
from indexer.index.protocol import ChunkIndex, Filters, IndexedChunk
from indexer.passages import StoredPassage
from models.evaluation.retrieval import Judged
from models.protocols import Encoder
from search_app.query.parser import parse
from search_app.retrieve import Question

Report = Callable[[int, int], None]
_BATCH = 512


@dataclass(frozen=True, slots=True)
class _Passage:
    key: int
    document: str
    text: str


class Trial:
    """An index of the judged documents, and the questions that their queries are."""

    def __init__(
        self,
        judged: Judged,
        index: ChunkIndex,
        encoder: Encoder,
        passages: Sequence[_Passage],
        report: Report,
    ) -> None:
        self.judged = judged
        self.index = index
        self._encoder = encoder
        self._report = report
        self._passages = {passage.key: passage for passage in passages}
        self._keys: dict[str, set[int]] = defaultdict(set)
        for passage in passages:
            self._keys[passage.document].add(passage.key)

    def questions(self) -> Iterator[tuple[str, Question]]:
        """Yields the id of each judged query, and what search asks of the documents judged for it."""
        steps = len(self._passages) + len(self.judged.qrels)
        for done, query in enumerate(self.judged.qrels, start=1):
            yield query, self._question(query)
            self._report(len(self._passages) + done, steps)

    def whole(self, question: Question) -> Question:
        """Returns the question for all documents that are judged, however far from the query."""
        return replace(question, floor=-1.0, depth=len(question.filters.keys or ()))

    def document(self, key: int) -> str:
        """Returns the document of a passage."""
        return self._passages[key].document

    def stored(self, keys: Sequence[int]) -> Mapping[int, StoredPassage]:
        """Returns texts and vectors, as ``indexer.passages.stored_passages`` does."""
        vectors = self.index.vectors(keys)
        return {key: StoredPassage(self._passages[key].text, vectors.get(key)) for key in keys}

    def _question(self, query: str) -> Question:
        parsed = parse(self.judged.queries[query])
        text = parsed.semantic_text
        keys = frozenset(key for document in self.judged.qrels[query] for key in self._keys[document])
        return Question(
            lexical=parsed.tree,
            condition=parsed.condition,
            vector=self._encoder.encode([text])[0] if text else None,
            filters=Filters(keys=keys),
            text=text,
        )


@contextmanager
def trial(judged: Judged, encoder: Encoder, report: Report) -> Iterator[Trial]:
    """Indexes all documents of judged data in a temporary folder.

    A document longer than the encoder's window is cut into passages.

    Args:
        judged: The data.
        encoder: Of passages and queries.
        report: Called with the passages and queries done, and the number of both.
    """
    passages = list(_passages(judged.corpus, encoder))
    steps = len(passages) + len(judged.qrels)
    with tempfile.TemporaryDirectory(prefix="clausewatch-evaluate-") as folder:
        index = EmbeddedIndex(Path(folder), encoder.version, encoder.dimension)
        with index.rebuild(encoder.version, encoder.dimension) as builder:
            builder.add(_encoded(passages, encoder, lambda done: report(done, steps)))
            builder.finish(1)
        yield Trial(judged, index, encoder, passages, report)


def _passages(corpus: Mapping[str, str], encoder: Encoder) -> Iterator[_Passage]:
    for document, text in corpus.items():
        if encoder.count_tokens(text) <= encoder.max_tokens:
            pieces = [text]
        else:
            whole = Document(text=text, title="", media_type="text/plain")
            pieces = [piece.text for piece in chunk(whole, encoder.count_tokens, encoder.max_tokens)]
        for ordinal, piece in enumerate(pieces):
            yield _Passage(chunk_key(f"{document}-{ordinal}"), document, piece)


def _encoded(
    passages: Iterable[_Passage], encoder: Encoder, report: Callable[[int], None]
) -> Iterator[IndexedChunk]:
    rest, done = iter(passages), 0
    while batch := list(islice(rest, _BATCH)):
        vectors = encoder.encode([passage.text for passage in batch])
        for passage, vector in zip(batch, vectors, strict=True):
            yield IndexedChunk(
                key=passage.key,
                document=passage.document,
                collection="evaluation",
                title="",
                section="",
                text=passage.text,
                document_type="",
                date=None,
                labels=(),
                vector=np.asarray(vector, np.float32),
            )
        done += len(batch)
        report(done)

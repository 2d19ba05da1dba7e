"""Trains a ranker from explicit judgements, on what search computes of their queries."""

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from indexer.index.mapping import chunk_mapping
from models.evaluation.beir import Judged
from models.protocols import Encoder
from models.ranker.example import Example
from models.ranker.features import features
from models.ranker.judged import write_judged
from models.ranker.train import train
from search_app.fuse import fuse
from search_app.rerank import RERANKED, pool_of
from search_app.retrieve import retrieve
from search_app.trial import Report, Trial, trial


class Trained(NamedTuple):
    """Contents of files: the ranker, and the judged candidates as numbers, without words."""

    ranker: bytes
    judged: bytes


def train_ranker(judged: Judged, encoder: Encoder, report: Report, *, name: str, seed: int) -> Trained:
    """Returns the content of a ranker's file, and what it learned from as numbers.

    Args:
        judged: Queries, documents and grades.
        encoder: Of passages and queries.
        report: Called with the steps done and their number.
        name: Of the judgements, for people.
        seed: Of the folds that the figures come from.

    Raises:
        TrainingError: There are too few queries.
    """
    with trial(judged, encoder, report) as tried:
        found = list(examples(tried))
    parents = {"encoder": encoder.version, "mapping": chunk_mapping().fingerprint}
    ranker = train(found, data=fingerprint(judged), name=name, seed=seed, parents=parents)
    return Trained(ranker, write_judged(found, encoder.version))


def examples(tried: Trial) -> Iterator[Example]:
    """Yields each judged query that has candidates by words and by meaning, as search finds them."""
    for query, asked in tried.questions():
        first = fuse(retrieve(tried.index, asked))[:RERANKED]
        if asked.lexical is None or asked.vector is None or not first:
            continue
        behind = fuse(retrieve(tried.index, tried.whole(asked)))
        yield Example(
            query=query,
            text=tried.judged.queries[query],
            values=features(pool_of(asked, first, tried.stored)),
            documents=tuple(tried.document(item.key) for item in first),
            judgements=tried.judged.qrels[query],
            rest=tuple(dict.fromkeys(tried.document(item.key) for item in behind)),
        )


def fingerprint(judged: Judged) -> str:
    """Returns the hex SHA-256 of judgements: queries, grades, and the texts that were judged."""
    named = {document for grades in judged.qrels.values() for document in grades}
    values = [
        sorted(judged.queries.items()),
        sorted((query, sorted(grades.items())) for query, grades in judged.qrels.items()),
        sorted((document, judged.corpus[document]) for document in named),
    ]
    return hashlib.sha256(json.dumps(values, ensure_ascii=True).encode("ascii")).hexdigest()

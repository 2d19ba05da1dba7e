"""What adapted encoders find of queries, labels and contracts that they did not learn from.

python -m benchmarks.encoder_adapted JUDGEMENTS SPANS CONTRACTS FOLDER [--only NAME ...]

FOLDER holds what ``benchmarks.encoder_adaptation`` trained. Each query is ranked with the encoder of its
fold; weights of the ranker are learned from the other folds, with the old encoder. NDCG in per cent, and the
differences to the fusion and to the ranker with their 95 % intervals by paired bootstrap over queries. Titles
and questions of labels are queries, too: of those that the encoder did not learn, in 50 contracts of which no
marked words were learned; passages that carry the label are their answers.
"""

import argparse
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.encoder_adaptation import FOLDS, PACK, VALID, left_out
from indexer.index.protocol import Candidates
from indexer.training import read_training_data
from models.encoder import load_encoder
from models.encoder.manifest import FILE, read_manifest
from models.encoder.source import NO_READER
from models.encoder.tokens import TokenCounter
from models.evaluation.retrieval import Judged, measure_queries, paired_bootstrap, read_judged
from models.packs import load_pack
from models.protocols import Encoder
from models.ranker.example import Example
from models.ranker.fit import fit
from search_app.ranker_training import examples
from search_app.retrieve import retrieve
from search_app.trial import Trial, trial

METRICS = ("ndcg@5", "ndcg@10")
SHARE = 0.3
DEPTH = 100
Runs = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Looked:
    """A query as one encoder sees it: what the ranker looks at, and scores of all judged documents."""

    example: Example
    words: Mapping[str, float]
    meaning: Mapping[str, float]


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("judgements", "spans", "contracts", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--only", nargs="*", help="of 0, 1, 2, valid: what was trained")
    arguments = parser.parse_args()
    names = arguments.only or [*map(str, range(FOLDS)), VALID]
    cache = arguments.folder / "exported"
    judged = read_judged(arguments.judgements)
    plain = load_encoder("", "onnx", cache, reader=NO_READER)
    made = {
        name: load_encoder(str(arguments.folder / name), "onnx", cache, reader=NO_READER) for name in names
    }
    for each in sorted(cache.glob(f"*/{FILE}")):
        facts = read_manifest(each.parent)
        print(
            f"export {facts.name}: {facts.precision}, cosine to the original at least {facts.agreement:.4f}"
        )
    times(plain, made[names[0]], list(judged.queries.values()))
    old = looked(judged, plain)
    folds = [name for name in names if name != VALID]
    found: Runs = {}
    for name in folds:
        held = left_out(judged, int(name))
        for way, run in ranked(old, looked(judged, made[name]), held).items():
            found.setdefault(way, {}).update(run)
    if folds:
        told(f"cross-validated, {len(next(iter(found.values())))} queries", judged, found)
    if VALID in names:
        held = set(read_judged(arguments.judgements, VALID).qrels)
        told(
            f"learned from train, {len(held)} of valid",
            judged,
            ranked(old, looked(judged, made[VALID]), held),
        )
    labels(arguments.spans, arguments.contracts, plain, {name: made[name] for name in folds})


def times(old: Encoder, new: Encoder, queries: Sequence[str]) -> None:
    """Prints the milliseconds that a query takes, asked by turns."""
    took: dict[str, list[float]] = {"old": [], "adapted": []}
    for text in [*queries] * 4:
        for name, encoder in (("old", old), ("adapted", new)):
            began = time.perf_counter()
            encoder.encode([text])
            took[name].append((time.perf_counter() - began) * 1000)
    for name, values in took.items():
        half, most = np.percentile(values[len(values) // 4 :], [50, 95])
        print(f"a query, {name}: p50 {half:.2f} p95 {most:.2f} ms")


def looked(judged: Judged, encoder: Encoder) -> dict[str, Looked]:
    """Returns all queries as an encoder sees them."""
    with trial(judged, encoder, lambda _done, _steps: None) as tried:
        wide = {query: retrieve(tried.index, tried.whole(asked)) for query, asked in tried.questions()}
        return {each.query: Looked(each, *lists(tried, wide[each.query])) for each in examples(tried)}


def lists(tried: Trial, found: Candidates) -> tuple[dict[str, float], dict[str, float]]:
    """Returns the scores of documents by words and by meaning; that of its best passage counts."""
    best: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for scores, candidates in zip(best, (found.lexical, found.nearest), strict=True):
        for item in candidates:
            document = tried.document(item.key)
            scores[document] = max(item.score, scores.get(document, item.score))
    return best


def ranked(old: Mapping[str, Looked], new: Mapping[str, Looked], held: Iterable[str]) -> Runs:
    """Returns the scores of judged documents by each way to rank them, of queries held out."""
    kept = sorted(set(held) & old.keys())
    weights = fit([each.example for query, each in sorted(old.items()) if query not in set(kept)])
    found: Runs = {}
    for query in kept:
        before, after = old[query], new[query]
        by_ranker = after.example.scaled @ weights
        cosine = after.example.scaled @ np.array([0.0, 0, 0, 1, 0, 0])
        for way, run in (
            ("reciprocal rank fusion", before.example.run()),
            ("ranker", before.example.run(before.example.scaled @ weights)),
            ("old encoder alone", before.meaning),
            ("adapted encoder alone", after.meaning),
            ("adapted + 0.3 BM25", mixed(after.meaning, after.words)),
            ("adapted, fused", after.example.run()),
            ("adapted + 0.3 ranker", after.example.run(cosine + SHARE * by_ranker / by_ranker.std())),
            ("adapted, fused, ranker", after.example.run(by_ranker)),
        ):
            found.setdefault(way, {})[query] = dict(run)
    return found


def mixed(meaning: Mapping[str, float], words: Mapping[str, float]) -> dict[str, float]:
    """Returns standardised cosines and 0.3 of standardised BM25, over all judged documents."""
    documents = sorted(meaning)
    cosine, bm25 = (np.array([scores.get(each, 0.0) for each in documents]) for scores in (meaning, words))
    both = standardised(cosine) + SHARE * standardised(bm25)
    return dict(zip(documents, both.tolist(), strict=True))


def standardised(
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]",
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Returns values with mean 0 and deviation 1."""
    return (values - values.mean()) / (values.std() or 1.0)


def told(name: str, judged: Judged, runs: Runs) -> None:
    """Prints the means of each way, and how far they are from the fusion and from the ranker."""
    measured = {}
    for way, run in runs.items():
        qrels = {query: judged.qrels[query] for query in run}
        measured[way] = measure_queries(qrels, run)
    print(name)
    for way, by_query in measured.items():
        line = f"  {way:<26}"
        for metric in METRICS:
            mean = 100 * np.mean([each[metric] for each in by_query.values()])
            line += f" {metric} {mean:.1f}"
            for base in ("reciprocal rank fusion", "ranker"):
                one, other = (
                    {query: 100 * each[metric] for query, each in side.items()}
                    for side in (measured[base], by_query)
                )
                apart = paired_bootstrap(one, other, seed=0)
                line += f" {apart.difference:+.1f} ({apart.low:+.1f} to {apart.high:+.1f})"
        print(line, flush=True)


def labels(spans: Path, contracts: Path, old: Encoder, made: Mapping[str, Encoder]) -> None:
    """Prints how titles and questions of labels find passages that carry them, by meaning alone."""
    pack = load_pack(PACK)
    with tempfile.TemporaryDirectory() as temporary:
        for path in sorted(contracts.glob("*.txt"))[1::8]:
            (Path(temporary) / path.name).symlink_to(path)
        data = read_training_data([spans], pack, TokenCounter(), texts=Path(temporary), some=True).data
    passages = [each for document in data.documents for each in document.passages]
    texts = [each.passage.text for each in passages]
    carrying = {
        label: {str(row): 1 for row, each in enumerate(passages) if label in each.labels}
        for label in pack.labels
    }
    asked = {
        "titles": {label: each.title for label, each in pack.labels.items()},
        "questions": {label: each.question for label, each in pack.labels.items()},
    }
    vectors = old.encode(texts)
    found: dict[tuple[str, str], dict[str, float]] = {}
    for name, encoder in made.items():
        own = [each for each in list(pack.labels)[int(name) :: FOLDS] if carrying[each]]
        for age, by, seen in (("old", old, vectors), ("adapted", encoder, encoder.encode(texts))):
            for kind, queries in asked.items():
                scores = by.encode([queries[label] for label in own]) @ seen.T
                runs = {
                    label: {str(row): float(each[row]) for row in np.argsort(-each)[:DEPTH]}
                    for label, each in zip(own, scores, strict=True)
                }
                measured = measure_queries({label: carrying[label] for label in own}, runs)
                figures = found.setdefault((kind, age), {})
                figures.update({label: each["ndcg@10"] for label, each in measured.items()})
    for kind in asked:
        one, other = found[kind, "old"], found[kind, "adapted"]
        apart = paired_bootstrap(one, other, seed=0)
        print(
            f"{kind} of {len(one)} labels, {len(texts)} passages: ndcg@10 "
            f"old {np.mean(list(one.values())):.3f}, adapted {np.mean(list(other.values())):.3f}, "
            f"{apart.difference:+.3f} ({apart.low:+.3f} to {apart.high:+.3f})"
        )


if __name__ == "__main__":
    main()

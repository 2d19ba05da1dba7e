"""What adapting the encoder buys on queries, labels and contracts that it did not learn from.

python -m benchmarks.encoder_adaptation train JUDGEMENTS SPANS CONTRACTS FOLDER [--only NAME ...]

trains one encoder for each of three folds of all queries and, where there are splits "train" and "valid",
one on the first of them ("valid"), into FOLDER; one that is there is not trained again. Words that people
marked are taken from every second contract, and for a fold without a third of the labels.
"""

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from indexer.training import read_training_data
from models.adaptation.graded import Graded, graded_passages, graded_spans
from models.adaptation.train import Plan, adapt
from models.encoder.source import NO_READER, locate
from models.encoder.tokens import TokenCounter
from models.encoder.weights import fingerprint
from models.evaluation.beir import Judged, read_judged
from models.packs import load_pack

PACK = "contracts"
VALID = "valid"
# Fewer than a ranker is measured with: each is a training of ten minutes.
FOLDS = 3


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("judgements", type=Path)
    parser.add_argument("spans", type=Path)
    parser.add_argument("contracts", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", help="of valid, 0, 1, 2")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    judged = read_judged(arguments.judgements)
    for name in arguments.only or [VALID, *map(str, range(FOLDS))]:
        target = arguments.folder / name
        if target.exists():
            continue
        passages = graded_passages(learned(judged, arguments.judgements, name))
        spans = marked(arguments.spans, arguments.contracts, labels(name))
        source = locate("", NO_READER)
        plan = Plan(
            source.folder,
            fingerprint(source, arguments.folder),
            source.max_tokens,
            passages,
            spans,
            threads=1,
        )
        began, used = time.perf_counter(), time.process_time()
        made = adapt(plan, arguments.folder / f"{name}.safetensors", partial(shown, name))
        made.model.save(str(target.with_suffix(".unfinished")), create_model_card=False)
        target.with_suffix(".unfinished").rename(target)
        print(
            f"{name}: {len(passages.targets)} queries, {len(passages.useful)} passages that answer one, "
            f"{len(spans.texts)} marked, losses {[round(each, 4) for each in made.losses]}, "
            f"{time.perf_counter() - began:.0f} s, {time.process_time() - used:.0f} s of a processor",
            flush=True,
        )


def shown(name: str, done: int, total: int, detail: str) -> None:
    """Prints how far a training is."""
    print(name, detail, done, total, flush=True)


def learned(judged: Judged, folder: Path, name: str) -> Judged:
    """Returns the judgements that an encoder learns from."""
    if name == VALID:
        return read_judged(folder, "train")
    kept = left_out(judged, int(name))
    return Judged(
        judged.corpus,
        {query: text for query, text in judged.queries.items() if query not in kept},
        {query: grades for query, grades in judged.qrels.items() if query not in kept},
    )


def left_out(judged: Judged, fold: int) -> set[str]:
    """Returns the queries of a fold."""
    queries = sorted(judged.qrels)
    order = np.random.default_rng(0).permutation(len(queries)).tolist()
    return {queries[place] for place in order[fold::FOLDS]}


def labels(name: str) -> dict[str, str]:
    """Returns the labels that an encoder learns, described."""
    found = load_pack(PACK).labels
    left_out = list(found)[int(name) :: FOLDS] if name != VALID else []
    names = [each for each in found if each not in left_out]
    return {each: f"{found[each].title}: {found[each].description}" for each in names}


def marked(spans: Path, contracts: Path, described: dict[str, str]) -> Graded:
    """Returns the marked words of every second contract."""
    with tempfile.TemporaryDirectory() as temporary:
        for path in sorted(contracts.glob("*.txt"))[::2]:
            (Path(temporary) / path.name).symlink_to(path)
        found = read_training_data([spans], load_pack(PACK), TokenCounter(), texts=Path(temporary), some=True)
    return graded_spans(found.data, described)


if __name__ == "__main__":
    main()

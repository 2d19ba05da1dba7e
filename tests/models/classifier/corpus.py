"""Invented contracts, made by a seeded generator: two labels to learn, and one with too few examples."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import numpy as np

from models.classifier.dataset import Evidence, TrainingDocument, TrainingPassage, TrainingSet
from models.classifier.train import Reads, train
from models.labels import Passage

LAW, AUDIT, CAP = "Governing Law", "Audit Rights", "Cap On Liability"
LABELS = (LAW, AUDIT, CAP)
CAPS = 7
PRECISION = 0.8

_SAID: Mapping[str, Sequence[str]] = {
    LAW: (
        "This agreement is governed by the laws of {place}.",
        "The law of {place} applies to this contract and to claims under it.",
        "All questions are decided under {place} law, without its rules on conflict of laws.",
    ),
    AUDIT: (
        "The customer may audit the books of the supplier once in each calendar year.",
        "An accountant named by the buyer may inspect the records at the premises.",
        "Records are open to inspection by the buyer and its auditors during business hours.",
    ),
    CAP: ("The liability of the supplier shall not exceed the fees paid in the year before.",),
}
# Half of these carry the label: nobody can tell which.
UNCLEAR = "The engineer may look at the machines in the workshop on request."
_PLACES = ("Ohio", "Delaware", "Bavaria", "New York", "England")
_WORDS = """
harbour lantern invoice walnut delivery carriage plaster orchard shipment copper ticket parcel meadow timber
bracket pallet depot vessel freight basket gravel kitchen window turbine cable garden paper bridge engine
carpet bottle ladder tunnel barrel canvas hammer pillar saddle anchor feather
"""
_VERBS = "deliver collect repair return unload label store weigh paint polish count replace"


def corpus(documents: int = 40, seed: int = 5, *, subsets: bool = False) -> TrainingSet:
    """Contracts of nine passages or so; the same for the same seed.

    With ``subsets`` people looked in every other document for the law only.
    """
    random = Random(seed)
    made = [_document(random, f"{seed}-{number}", capped=number < CAPS) for number in range(documents)]
    if subsets:
        made = [_only_law(each) if number % 2 else each for number, each in enumerate(made)]
    return TrainingSet(LABELS, tuple(made))


def trained(data: TrainingSet, seed: int = 3, reads: Reads | None = None) -> bytes:
    return train(
        data,
        pack="contracts",
        name="invented",
        seed=seed,
        precision=PRECISION,
        report=lambda *_: None,
        reads=reads,
    )


@functools.cache
def learned() -> bytes:
    """The file of a classifier, trained once for all tests."""
    return trained(corpus())


READER, READS = "0123456789ab", (AUDIT, LAW, "Insurance")


def read(data: TrainingSet, seed: int = 1) -> TrainingSet:
    """The data with readings: of ``READS``, in this order, each right but for its noise."""
    random = Random(seed)

    def one(each: TrainingPassage) -> TrainingPassage:
        readings = [(3.0 if label in each.labels else -3.0) + random.gauss(0, 1.5) for label in READS]
        return replace(each, passage=replace(each.passage, readings=np.array(readings, np.float32)))

    made = [replace(each, passages=tuple(map(one, each.passages))) for each in data.documents]
    return replace(data, documents=tuple(made))


@functools.cache
def learned_with_reader() -> bytes:
    """The file of a classifier that needs readings, trained once for all tests."""
    return trained(read(corpus()), reads=Reads(READER, READS))


def passages(document: TrainingDocument) -> list[Passage]:
    return [each.passage for each in document.passages]


def _document(random: Random, name: str, *, capped: bool) -> TrainingDocument:
    made = [_passage(random, LAW), _passage(random, AUDIT), *(_passage(random) for _ in range(5))]
    unclear = _passage(random, said=UNCLEAR)
    made.append(replace(unclear, labels=frozenset({AUDIT} if random.random() < 0.5 else ())))
    if capped:
        made.append(_passage(random, CAP))
    random.shuffle(made)
    return TrainingDocument(name, tuple(made))


def _passage(random: Random, label: str = "", said: str = "") -> TrainingPassage:
    said = said or (random.choice(_SAID[label]).format(place=random.choice(_PLACES)) if label else "")
    lines = [_filler(random) for _ in range(random.randint(1, 3))]
    lines.insert(random.randint(0, len(lines)), said)
    text = " ".join(line for line in lines if line)
    # Nobody marked the words of audit rights.
    start = text.find(said)
    marked = (Evidence(start, start + len(said), label),) if label and label != AUDIT else ()
    passage = Passage(text, random.choice(["", "General terms", "Delivery"]))
    return TrainingPassage(passage, frozenset({label} if label else ()), marked)


def _filler(random: Random) -> str:
    first, second, third, last = random.sample(_WORDS.split(), 4)
    verb, number = random.choice(_VERBS.split()), random.randint(2, 400)
    return f"The {first} {second} shall {verb} {number} {third} of the {last}."


def _only_law(document: TrainingDocument) -> TrainingDocument:
    return replace(
        document,
        passages=tuple(
            replace(each, labels=each.labels & {LAW}, judged=frozenset({LAW})) for each in document.passages
        ),
    )

"""A small corpus in which everything occurs that an index must get right."""

import random
from dataclasses import replace
from datetime import date

import numpy as np

from indexer.ids import chunk_key
from indexer.index.protocol import IndexedChunk, IndexedLabel
from models.labels import LabelSource, Severity, Standing

DIMENSION = 16
LEGAL = (
    "The Receiving Party’s aggregate liability shall not exceed $1,000,000.00 under Section 7.2.1.",
    "Each work-for-hire made under § 5.2 belongs to the Company; see also §5.2(a).",
    "Die Kündigung bedarf der Schriftform. Le résumé de l’accord est annexé.",
    "Notices go to jane.roe@example.com, with a copy to counsel in the U.S. office.",
    "Neither party may assign this Agreement. To be or not to be bound is the question.",
    "Licensor grants an exclusive, non-transferable licence within the Territory.",
    "The indemnifying party shall indemnify and hold harmless the indemnified parties.",
    "Limitation of liability: in no event is either party liable for loss of profits.",
    "合同自签署之日起生效。 Настоящий договор вступает в силу.",
    "",
)
WORDS = [
    "agreement",
    "party",
    "liability",
    "notice",
    "term",
    "termination",
    "license",
    "royalty",
    "audit",
    "insurance",
    "assign",
    "consent",
    "territory",
    "exclusive",
    "warranty",
    "indemnify",
    "damages",
    "law",
    "court",
    "payment",
    "days",
    "written",
    "the",
    "of",
    "and",
    "to",
    "in",
]
LABELS = (
    ("Cap On Liability", Severity.HIGH),
    ("Governing Law", Severity.LOW),
    ("Exclusivity", Severity.HIGH),
    ("Audit Rights", Severity.MEDIUM),
)
DATES = (date(2019, 5, 1), date(2021, 12, 31), date(2022, 1, 1), None)
TITLES = ("License Agreement", "Supply Agreement", "Non-Disclosure Agreement", "Lease")
SECTIONS = ("7 Limitation of Liability › 7.2", "3 Payment", "", "12 Termination")


def corpus(documents: int = 8, passages: int = 10, seed: int = 1) -> list[IndexedChunk]:
    """Returns chunks of some documents; a fifth of the vectors and texts occur more than once."""
    rng = random.Random(seed)
    vectors = np.random.default_rng(seed).standard_normal((documents * passages, DIMENSION))
    made: list[IndexedChunk] = []
    for number in range(documents):
        for ordinal in range(passages):
            vector = vectors[number * passages + ordinal].astype(np.float32)
            each = IndexedChunk(
                key=chunk_key(f"document-{number}-{ordinal}"),
                document=f"document-{number}",
                collection=("contracts", "emails", "policies")[number % 3],
                title=TITLES[number % 4],
                section=SECTIONS[ordinal % 4],
                text=LEGAL[(2 * number + ordinal) % len(LEGAL)] if ordinal < 2 else _text(rng),
                document_type=("License", "Supply", "NDA", "Other")[number % 4],
                date=DATES[number % 4],
                labels=_labels(rng),
                vector=vector / np.linalg.norm(vector),
            )
            if ordinal > 2 and rng.random() < 0.2:
                twin = rng.choice(made)
                each = replace(each, vector=twin.vector, text=twin.text)
            made.append(each)
    return made


def _text(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.choice((5, 20, 60, 90))))


def _labels(rng: random.Random) -> tuple[IndexedLabel, ...]:
    chosen = rng.sample(LABELS, rng.choice((0, 0, 1, 1, 2)))
    return tuple(_label(rng, name, severity) for name, severity in chosen)


def _label(rng: random.Random, name: str, severity: Severity) -> IndexedLabel:
    probability = rng.choice((0.25, 0.5, 0.8, 0.9, 1.0))
    source = rng.choice(list(LabelSource))
    unsure = source is LabelSource.MODEL and probability <= 0.5
    standing = Standing.UNSURE if unsure else Standing.SPEAKS
    return IndexedLabel(name, probability, source, severity, f"{source.value}:{probability}", standing)

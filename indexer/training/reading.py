"""Reads files of training data into one training set, with a report on what is wrong with them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.training.cutting import Tokens, cut
from indexer.training.findings import Finding, Findings
from indexer.training.formats import FORMATS, UnknownFormatError, detect, text_of_bytes
from indexer.training.joining import join
from indexer.training.marked import MarkedText, Source
from indexer.training.names import LabelNames
from models.classifier.dataset import TrainingDocument, TrainingPassage, TrainingSet
from models.packs import Pack

Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What files of training data gave.

    Attributes:
        data: What of them is usable; its labels are all of the pack's, in the pack's order.
        problems: What is not, and why.
        notes: What is worth knowing and does no harm.
    """

    data: TrainingSet
    problems: tuple[Finding, ...]
    notes: tuple[Finding, ...]


def read_training_data(
    files: Sequence[Path],
    pack: Pack,
    tokens: Tokens,
    *,
    texts: Path | None = None,
    some: bool = False,
    report: Report = lambda _done, _total: None,
) -> TrainingData:
    """Reads files of any of the formats; never raises for what stands in them.

    Args:
        files: The files; the same text in two of them is used once, with the labels of both.
        pack: Its labels are looked for.
        tokens: Of the encoder, into whose window passages must fit.
        texts: Folder of the texts that files of spans name.
        some: Whether it is no problem that the folder lacks some of them.
        report: Called with the texts cut so far and their number.
    """
    findings = Findings()
    names = LabelNames(pack)
    source = Source("", "", names, findings, texts, some)
    marked = join((text for file in files for text in _read(file, source)), findings)
    documents: dict[str, list[TrainingPassage]] = {}
    for number, text in enumerate(marked, 1):
        documents.setdefault(text.document, []).extend(cut(text, tokens))
        report(number, len(marked))
    data = TrainingSet(
        names.labels,
        tuple(TrainingDocument(name, tuple(passages)) for name, passages in documents.items() if passages),
    )
    return TrainingData(data, tuple(findings.problems), tuple(findings.notes))


def _read(file: Path, source: Source) -> Iterator[MarkedText]:
    source = replace(source, file=file.name)
    try:
        content = text_of_bytes(file.read_bytes())
        reader = FORMATS[detect(content)]
    except OSError as error:
        source.problem("", f"the file cannot be read: {error.strerror}")
    except UnknownFormatError as error:
        source.problem(error.place, str(error))
    else:
        yield from reader(replace(source, content=content))

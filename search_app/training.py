"""Prepares training: readings for a classifier, and readers themselves."""

from collections.abc import Callable

from indexer.training import with_readings
from models.classifier.dataset import TrainingSet
from models.classifier.train import Reads
from models.encoder.export import exported
from models.encoder.source import NO_READER, locate
from models.encoder.weights import fingerprint
from models.reader.file import read_reader
from models.reader.train import Request, train_reader
from search_app.compose import Parts


def read_for_training(
    parts: Parts, data: TrainingSet, report: Callable[[int, int], None]
) -> tuple[TrainingSet, Reads | None]:
    """Returns the data with readings to learn from, and what read them.

    Where the encoder in use has no reader, or one that reads none of the data's labels, the data is returned
    as it is.
    """
    settings = parts.settings
    file = locate(settings.encoder, settings.reader).reader
    reader = read_reader(file) if file else None
    if reader is None or not set(reader.card.labels) & set(data.labels):
        return data, None
    read = with_readings(data, parts.encoder, parts.engine, report, reader.held)
    return read, Reads(reader.version, reader.card.labels)


def new_reader(
    parts: Parts,
    data: TrainingSet,
    pack: str,
    name: str,
    *,
    seed: int,
    epochs: int,
    report: Callable[[int, int, str], None],
) -> bytes:
    """Trains a reader for the encoder that the settings name; returns the content of its file.

    Raises:
        EncoderUnavailableError: The encoder is not there, or no reader can be made for it.
        TrainingError: There is too little to learn from.
    """
    settings = parts.settings
    source = locate(settings.encoder, NO_READER)
    folder = exported(source, settings.encoder_folder)
    weights = fingerprint(source, settings.encoder_folder)
    return train_reader(data, Request(pack, name, source, weights, folder, seed, epochs), report)

"""What a reader says of itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReaderCard:
    """The card of a reader.

    Attributes:
        pack: Name of the pack whose labels it reads.
        labels: Those, in the order of its readings.
        encoder: Name of the encoder that it reads with.
        weights: The fingerprint of that encoder's weights and settings, 16 hexadecimal digits.
        layers: How many of the encoder's last layers it has copies of.
        data: Hex SHA-256 of the training set (``TrainingSet.fingerprint``).
        data_name: Where that came from, for people.
        documents: Documents trained on.
        passages: Passages trained on.
        epochs: How often each passage with a label was seen.
        seed: Of everything random.
    """

    pack: str
    labels: tuple[str, ...]
    encoder: str
    weights: str
    layers: int
    data: str
    data_name: str
    documents: int
    passages: int
    epochs: int
    seed: int

"""Counts tokens as the encoder sees them, with nothing but its tokenizer loaded."""

from pathlib import Path

from tokenizers import Tokenizer

from models.encoder.source import locate
from models.errors import EncoderUnavailableError


class TokenCounter:
    """The window of an encoder and the size of a text in it; costs no more than the tokenizer.

    Attributes:
        max_tokens: Window of the encoder in tokens, special tokens included.
    """

    def __init__(self, name: str = "") -> None:
        """Loads the tokenizer of an encoder.

        Args:
            name: As for ``load_encoder``.

        Raises:
            EncoderUnavailableError: There is no such model.
        """
        source = locate(name)
        self.max_tokens = source.max_tokens
        self._tokenizer = read_tokenizer(source.folder / "tokenizer.json")

    def count(self, text: str) -> int:
        """Returns the number of tokens of a text, special tokens included, without cutting."""
        return len(self._tokenizer.encode(text).ids)


def read_tokenizer(path: Path, max_tokens: int = 0) -> Tokenizer:
    """Loads a tokenizer that never pads, and cuts only where a window is given.

    Args:
        path: The tokenizer.json.
        max_tokens: Window in tokens, special tokens included; 0 for none.

    Raises:
        EncoderUnavailableError: The file is missing or is no tokenizer.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises a bare Exception for any bad file
        raise EncoderUnavailableError(f"{path}: cannot be read as a tokenizer ({error})") from error
    # The published file pads every text to 128 tokens and cuts it there.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if max_tokens:
        tokenizer.enable_truncation(max_tokens)
    return tokenizer

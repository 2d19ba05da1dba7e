"""Stands words in for ids and texts: the same in every export of a home, and nobody's without its key."""

import hmac
import unicodedata
from functools import lru_cache

_PURPOSE = b"clausewatch export 1"
_DIGITS = 24
# Kept, since a client's events come one after the other.
_KEPT = 1 << 16
_OPERATORS = frozenset({"AND", "OR", "NOT"})


class Pseudonyms:
    """Keyed pseudonyms (HMAC-SHA256, 96 bits), apart for clients, sessions and queries.

    Args:
        secret: Of the home. The key is derived from it, so that no pseudonym says anything of what else is
            signed with it.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, _PURPOSE, "sha256")
        self._of = lru_cache(_KEPT)(self._made)

    def client(self, identifier: str) -> str:
        """Returns what stands for a client id."""
        return self._of("c", identifier)

    def session(self, identifier: str) -> str:
        """Returns what stands for a session id."""
        return self._of("s", identifier)

    def query(self, text: str) -> str:
        """Returns what stands for a query: one for all ways to write it that search alike."""
        return self._of("q", plain_query(text))

    @property
    def fingerprint(self) -> str:
        """What tells apart the exports of homes with different secrets."""
        return self._of("k", "")

    def _made(self, purpose: str, value: str) -> str:
        message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        return purpose + hmac.digest(self._key, message, "sha256").hex()[:_DIGITS]


@lru_cache(_KEPT)
def plain_query(text: str) -> str:
    """Returns a query without what makes no difference: spaces, capitals except those of operators."""
    words = unicodedata.normalize("NFC", text).split()
    return " ".join(word if word in _OPERATORS else word.casefold() for word in words)

"""Derived identifiers: the same bytes, text or position always gives the same id."""

import hashlib

CHUNK_KEY_BITS = 63


def digest(content: bytes) -> str:
    """Returns the SHA-256 of some bytes, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def document_id(collection: str, content_digest: str) -> str:
    """Returns the id of a document: 32 hexadecimal digits from its collection and its bytes."""
    return hashlib.sha256(f"{collection}\0{content_digest}".encode()).hexdigest()[:32]


def chunk_id(document: str, ordinal: int, chunker: str) -> str:
    """Returns the id of a chunk: its document, its ordinal and the chunker's version."""
    return f"{document}-{ordinal}-{chunker}"


def chunk_key(chunk: str) -> int:
    """Returns the 63-bit number that stands for a chunk id in every index; orders ties.

    Signed 64-bit engines hold it. Two of a million chunks collide with probability 5e-8, and the
    records refuse the second.
    """
    return int.from_bytes(hashlib.sha256(chunk.encode()).digest()[:8], "big") >> (64 - CHUNK_KEY_BITS)


def text_hash(text: str) -> bytes:
    """Returns the 16 bytes under which a text's vectors are kept."""
    return hashlib.sha256(text.encode()).digest()[:16]

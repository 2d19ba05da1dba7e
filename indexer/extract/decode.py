"""Finds the character encoding of bytes; what a file declares of itself is only a hint."""

import codecs
from collections.abc import Iterable

from charset_normalizer import CharsetMatch, from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Among encodings that explain the bytes equally well, the one that is in use outranks its cousins.
_PREFERRED = ("cp1252", "cp1251", "cp866", "koi8_r", "cp1250", "cp1255", "cp1256", "shift_jis", "cp500")
_SAMPLE = 2**18
_ALIASES = {"iso-8859-8-i": "iso-8859-8", "iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252"}


def bom_encoding(content: bytes) -> str | None:
    """Returns the encoding that a byte order mark states, None without one."""
    return next((name for mark, name in _BOMS if content.startswith(mark)), None)


def wide_encoding(content: bytes) -> str | None:
    """Returns UTF-16 or UTF-32 for bytes whose zeros stand as in Western text; None for others."""
    marked = bom_encoding(content)
    if marked:
        return marked if marked != "utf-8" else None
    sample = content[:4096]
    half = len(sample) // 2
    if half < 8:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def decode(content: bytes, declared: Iterable[str | None] = ()) -> str:
    """Returns the text of some bytes; never fails, what cannot be read becomes U+FFFD.

    UTF-8 wins wherever the bytes are valid UTF-8, then a byte order mark, then a declared
    encoding that fits, then the most plausible legacy code page. A byte order mark that UTF-8
    text starts with is kept.
    """
    wide = wide_encoding(content)
    if wide:
        return content.decode(wide, errors="replace").removeprefix("\ufeff")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_legacy(content, declared)


def _decode_legacy(content: bytes, declared: Iterable[str | None]) -> str:
    for name in declared:
        text = _strict(content, name)
        if text is not None:
            return text
    replaced = content.decode("utf-8", errors="replace")
    broken = replaced.count("\ufffd")
    if sum(character > "\x7f" for character in replaced) - broken > 4 * broken:
        return replaced
    return content.decode(_plausible(content[:_SAMPLE]), errors="replace")


def _strict(content: bytes, name: str | None) -> str | None:
    """Returns the text if a declared encoding reads every byte as a printable character."""
    try:
        codec = codecs.lookup(_ALIASES.get((name or "").strip().lower(), name or ""))
        text, _ = codec.decode(content, "strict")
    except (LookupError, UnicodeError, ValueError):
        return None
    if not isinstance(text, str) or any("\x80" <= character <= "\x9f" for character in text):
        return None
    return text


def _plausible(sample: bytes) -> str:
    matches = list(from_bytes(sample))
    if not matches:
        return "cp1252"
    best = matches[0]
    close = {match.encoding for match in matches if _as_good(match, best)}
    close |= {name for match in matches if _as_good(match, best) for name in match.could_be_from_charset}
    return next((name for name in _PREFERRED if name in close), best.encoding)


def _as_good(match: CharsetMatch, best: CharsetMatch) -> bool:
    return match.chaos <= best.chaos + 0.02 and match.coherence >= best.coherence - 0.1

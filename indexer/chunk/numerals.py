"""Reads the ways in which clauses are numbered: 3.2.1, (a), (iv), IV, B."""

import re
from dataclasses import dataclass

_ROMAN = re.compile(r"m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_LARGEST = 199  # No contract counts further; larger numbers are amounts, years and postcodes.


@dataclass(frozen=True, slots=True)
class Numeral:
    """One reading of a number in front of a clause.

    Attributes:
        style: What distinguishes one list from another: "1", "(1)", "a.", "(a)", "(A)", "(i)", "I.".
            Decimals of every depth share "1".
        values: (3, 2, 1) for 3.2.1; one value for everything else.
    """

    style: str
    values: tuple[int, ...]


def roman_value(text: str) -> int | None:
    """Returns the value of a well-formed Roman numeral of either case, else None."""
    lowered = text.lower()
    if not lowered or not _ROMAN.fullmatch(lowered):
        return None
    digits = [_ROMAN_DIGITS[character] for character in lowered]
    following = [*digits[1:], 0]
    return sum(-digit if digit < after else digit for digit, after in zip(digits, following, strict=True))


def readings(core: str, punctuation: str) -> tuple[Numeral, ...]:
    """Returns the plausible readings of a number, the likelier first; none where it is no number.

    Args:
        core: Without brackets and final dot: "3.2", "a", "iv".
        punctuation: What stands around it: "." for "3.2." and "3.2", ")" for "a)", "()" for "(a)".
    """
    shape = {"()": "({})", ")": "{})"}.get(punctuation, "{}.")
    if core[0].isdigit():
        return _decimal(core, punctuation, shape)
    found = []
    roman = roman_value(core)
    case = "i" if core.islower() else "I"
    if roman is not None and roman <= _LARGEST:
        found.append(Numeral(shape.format(case), (roman,)))
    letters = set(core.lower())
    if len(letters) == 1 and len(core) <= 2:
        value = ord(letters.pop()) - ord("a") + 1 + 26 * (len(core) - 1)
        found.append(Numeral(shape.format("a" if core.islower() else "A"), (value,)))
    if len(found) == 2 and core.lower() not in {"i", "v", "x", "ii", "xx"}:
        found.reverse()  # (c), (d), (l) and (m) are letters long before they are a hundred.
    return tuple(found)


def _decimal(core: str, punctuation: str, shape: str) -> tuple[Numeral, ...]:
    values = tuple(int(part) for part in core.split("."))
    if len(values) == 2 and values[1] == 0:
        values = values[:1]  # "17.0" heads what "17.1" continues.
    if max(values) > _LARGEST or min(values) == 0:
        return ()
    return (Numeral("1" if punctuation == "." else shape.format("1"), values),)

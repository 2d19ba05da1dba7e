"""Numbers in the formats that Word numbers paragraphs with."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def roman(number: int) -> str:
    """Returns a number below 4,000 in small Roman numerals, others in digits."""
    if not 0 < number < 4000:
        return str(number)
    letters = ""
    for amount, sign in _ROMAN:
        count, number = divmod(number, amount)
        letters += sign * count
    return letters


def letter(number: int) -> str:
    """Returns a to z, then aa to zz and so on, as Word counts."""
    if not 0 < number <= 780:
        return str(number)
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def ordinal(number: int) -> str:
    """Returns 1st, 2nd, 3rd, 4th."""
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def words(number: int) -> str:
    """Returns a number below 100 in English words, others in digits."""
    small = _ONES.split()
    if not 0 <= number < 100:
        return str(number)
    if number < 20:
        return small[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{small[ones]}" if ones else "")


def ordinal_words(number: int) -> str:
    """Returns "first", "twenty-first" and so on below 100, others in digits."""
    text = words(number)
    if text.isdecimal():
        return ordinal(number)
    head, dash, last = text.rpartition("-")
    spelled = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{head}{dash}{spelled}"


FORMATS: Mapping[str, Callable[[int], str]] = MappingProxyType(
    {
        "decimal": str,
        "decimalZero": lambda number: f"{number:02d}",
        "lowerRoman": roman,
        "upperRoman": lambda number: roman(number).upper(),
        "lowerLetter": letter,
        "upperLetter": lambda number: letter(number).upper(),
        "ordinal": ordinal,
        "cardinalText": lambda number: words(number).capitalize(),
        "ordinalText": lambda number: ordinal_words(number).capitalize(),
        "none": lambda _: "",
        "bullet": lambda _: "",
    }
)
"""w:numFmt to what it makes of a number; others count in digits."""


def numeral(number: int, number_format: str) -> str:
    """Returns a number in one of Word's formats."""
    return FORMATS.get(number_format, str)(number)

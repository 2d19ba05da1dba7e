"""Dates, numbers, sizes and outcomes in words, for the templates."""

from datetime import date, datetime

from flask import Flask
from markupsafe import Markup

from models.labels import LabelSource, Severity
from search_app.results import HitLabel

SOURCES = {
    LabelSource.HUMAN: "confirmed by a person",
    LabelSource.MODEL: "model",
    LabelSource.HOUSE: "rule of the house",
    LabelSource.RULE: "keyword rule",
}
OUTCOMES = {
    "indexed": "indexed",
    "unchanged": "unchanged",
    "duplicate": "duplicate",
    "unsupported": "not supported",
    "failed": "failed",
    "waiting": "waiting",
}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def register(app: Flask) -> None:
    """Makes the functions filters of the templates."""
    for function in (day, moment, count, size, plural, duration, severity_word, base_name, tenths):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals.update(
        label_source=SOURCES, outcome_word=OUTCOMES, severities=tuple(Severity)[::-1]
    )


def day(value: date) -> str:
    """Returns a date as "3 March 2021"."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: str) -> Markup:
    """Returns a stored UTC time as a <time> element; the script shows it in the reader's zone."""
    when = datetime.fromisoformat(value)
    shown = f"{day(when.date())}, {when:%H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(value, shown)


def count(value: int) -> str:
    """Returns a number with narrow spaces between its thousands, as every reader reads it."""
    return f"{value:,}".replace(",", "\u202f")


def plural(value: int, one: str, many: str = "") -> str:
    """Returns "1 passage" or "12 passages"."""
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def size(value: int) -> str:
    """Returns a number of bytes as "812 bytes", "14 kB" or "2.3 MB"."""
    if value < 1000:
        return plural(value, "byte")
    return f"{value / 1000:.0f} kB" if value < 1_000_000 else f"{value / 1_000_000:.1f} MB"


def duration(seconds: float) -> str:
    """Returns a time span as "0.4 s", "12 s", "3 min 20 s" or "2 h 5 min"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def severity_word(value: Severity) -> str:
    """Returns "high", "medium" or "low"."""
    return value.name.lower()


def tenths(label: HitLabel) -> int:
    """Returns how many of ten like this were right: as measured, rounded down, else the probability."""
    if label.said and label.right is not None:
        return label.right * 10 // label.said
    return round(label.probability * 10)


def base_name(uri: str) -> str:
    """Returns the last part of a path or address."""
    return uri.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or uri

"""What is wrong with training data, and where; nothing stops at the first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a person should know of a file.

    Attributes:
        file: The file as it was named; empty for all files together.
        place: Where in it: "line 7", "entry 3"; empty for the whole file.
        what: A sentence without its full stop.
    """

    file: str
    place: str
    what: str

    def __str__(self) -> str:
        """Returns it as one line."""
        return ": ".join(
            part for part in (", ".join(filter(None, (self.file, self.place))), self.what) if part
        )


@dataclass(slots=True)
class Findings:
    """A report while it is being written.

    Attributes:
        problems: What keeps a part of the data from being used.
        notes: What is worth knowing and does no harm.
    """

    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def problem(self, file: str, place: str, what: str) -> None:
        """Adds a problem."""
        self.problems.append(_finding(file, place, what))

    def note(self, file: str, place: str, what: str) -> None:
        """Adds a note."""
        self.notes.append(_finding(file, place, what))


def _finding(*parts: str) -> Finding:
    # What a file says may hold bytes in another encoding, which no terminal would take.
    return Finding(*(part.encode("utf-8", "backslashreplace").decode() for part in parts))


def lines(findings: Iterable[Finding], first: int = 20) -> Iterator[str]:
    """Yields a line for each of the first findings, and one that says how many more there are.

    The same fault in many places of a file is one line, with its first place: a label that nobody knows
    would else hide everything that follows it.
    """
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((finding.file, finding.what), []).append(finding)
    for number, same in enumerate(grouped.values()):
        if number == first:
            rest = sum(len(group) for group in list(grouped.values())[first:])
            yield f"… and {rest} more"
            return
        yield f"{same[0]} (and {len(same) - 1} more times)" if len(same) > 1 else str(same[0])

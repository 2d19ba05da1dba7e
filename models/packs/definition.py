"""What a pack says, as values: labels with their rules, document types, facets, golden queries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.labels import Passage, Severity
from models.packs.terms import FoldedText, Term

UNKNOWN_TYPE = "Other"
_HEAD_CHARACTERS = 600
_SEPARATORS = str.maketrans("_-", "  ")  # as file names have them


@dataclass(frozen=True, slots=True)
class Rule:
    """One ground for a label; every condition that is given must hold.

    Attributes:
        id: Unique within the label.
        any: At least one of these occurs.
        all: Each of these occurs somewhere in the passage.
        near: Each after the first occurs within ``within`` words of the first; with ``ordered``, each
            follows the one before it within that many words.
        within: Words that may stand between, 1 to 60.
        ordered: The terms of ``near`` must follow one another.
        exclude: A match is ignored where one of these occurs in the same sentence.
        heading: The section path, or the first words of the passage, hold one of these.
        probability: Share of right answers among the passages it matches, in (0, 1).
    """

    id: str
    any: tuple[Term, ...] = ()
    all: tuple[Term, ...] = ()
    near: tuple[Term, ...] = ()
    within: int = 10
    ordered: bool = False
    exclude: tuple[Term, ...] = ()
    heading: tuple[Term, ...] = ()
    probability: float = 0.5


@dataclass(frozen=True, slots=True)
class LabelDefinition:
    """One label: its key, what people read, how much it matters, and what finds it.

    Attributes:
        name: The key, as stored and as in the training data.
        title: As shown.
        description: One sentence in plain words.
        severity: How much it matters to a reviewer.
        question: What a reviewer is asked; answered by yes or no.
        rules: May be empty for a label that only people and models give.
    """

    name: str
    title: str
    description: str
    severity: Severity
    question: str
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A kind of document and the words that betray it in a title or in the first lines."""

    name: str
    patterns: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class GoldenQuery:
    """A search whose answers are known well enough to notice when a change spoils them.

    Attributes:
        text: The query as typed.
        label: Good answers carry this label.
    """

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class GoldenPassage:
    """A passage of which people said what it carries, to compare classifiers on; none is trained on it.

    Attributes:
        id: Tells it from the others of its pack, e.g. ``"g017"``.
        passage: Its text and the headings above it.
        labels: All labels of the pack that apply; every other one does not.
    """

    id: str
    passage: Passage
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class ExampleSearch:
    """A search offered on the empty page: words, a label to filter by (empty for none), or both."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A use case.

    Attributes:
        name: The folder's name.
        title: As shown.
        version: SHA-256 of the file's bytes, 64 hexadecimal digits.
        labels: By name, in the order of the file.
        renamed: The present name of each label that had another name before.
        document_types: The first that fits wins.
        facets: Which facets the pages show, in order.
        golden: Golden queries.
        examples: Searches for the empty page.
    """

    name: str
    title: str
    version: str
    labels: Mapping[str, LabelDefinition] = field(hash=False)
    renamed: Mapping[str, str] = field(default_factory=dict, hash=False)
    document_types: tuple[DocumentType, ...] = ()
    facets: tuple[str, ...] = ()
    golden: tuple[GoldenQuery, ...] = ()
    examples: tuple[ExampleSearch, ...] = ()

    def current(self, label: str) -> str:
        """Returns a label's present name; the name itself where the pack does not know it."""
        return self.renamed.get(label, label)

    def names(self, label: str) -> tuple[str, ...]:
        """Returns a label's present name and those that it had before."""
        return (label, *(former for former, present in self.renamed.items() if present == label))

    def named(self, typed: str) -> str | None:
        """Returns the label of a name or title as people type it; None where there is none."""
        wanted = typed.strip().casefold()
        every = self.labels.items()
        return next(
            (name for name, each in every if wanted in (name.casefold(), each.title.casefold())), None
        )

    def document_type(self, title: str, text: str) -> str:
        """Returns the name of the type that the title betrays, else the first lines, else "Other".

        Args:
            title: Title or file name; an empty one is passed over.
            text: The document's text; only its first 600 characters are read.
        """
        for place in (title, text[:_HEAD_CHARACTERS]):
            found = self._type_of(FoldedText(place.translate(_SEPARATORS)))
            if found:
                return found
        return UNKNOWN_TYPE

    def _type_of(self, folded: FoldedText) -> str:
        # Both the earliest mention and, at the same place, the order of the file decide: a "License
        # Agreement" that mentions its "Amendment" further down is a licence.
        best: tuple[int, int, str] | None = None
        for order, kind in enumerate(self.document_types):
            for pattern in kind.patterns:
                for start, _ in pattern.find(folded)[:1]:
                    if best is None or (start, order) < best[:2]:
                        best = (start, order, kind.name)
        return best[2] if best else ""

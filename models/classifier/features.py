"""The names of what is described of a pair of a passage and a label, in the order of the columns."""

from collections.abc import Sequence

FEATURES = (
    "passage",
    "sentence",
    "second",
    "both",
    "rule",
    "before",
    "after",
    "rank",
    "lead",
    "highest",
    "rival",
    "over_rival",
    "rules_nearby",
    "place",
    "words",
    "sentences",
    "share",
    "order",
    "any_rule",
    "promising",
)
# Where a reader read the label.
READ = ("reading", "reading_before", "reading_after", "reading_lead")
# All that is described of a pair where the passage's words were not learned from.
UNWORDED = (*READ, "reading_rank", "reading_rival", "place", "share")


def features(*, read: bool) -> Sequence[str]:
    """Returns the names of all columns, with or without those of a reader."""
    return FEATURES + READ if read else FEATURES

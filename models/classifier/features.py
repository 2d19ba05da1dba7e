"""The names of what is described of a pair of a passage and a label, in the order of the columns."""

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

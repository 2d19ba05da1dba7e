"""Rules of the house: keyword rules that people write for a collection, and what they find."""

from indexer.house.journal import (
    add_rule,
    changed_since,
    house_labeller,
    house_rule,
    house_rules,
    retire_rule,
)
from indexer.house.values import HouseRule, NewRule, Retired

__all__ = [
    "HouseRule",
    "NewRule",
    "Retired",
    "add_rule",
    "changed_since",
    "house_labeller",
    "house_rule",
    "house_rules",
    "retire_rule",
]

"""What stands behind labels, looked up for every page: cards of models, and who wrote a rule of the house."""

import time
from collections.abc import Mapping

from sqlalchemy import Engine

from indexer.decisions.people import names
from indexer.house import house_rules
from indexer.registry import Registry
from models.classifier.card import ClassifierCard
from models.rules import HOUSE_PREFIX

# A rule that is not known yet is looked for again after so many seconds at the earliest.
FRESH_SECONDS = 2.0


class Grounds:
    """Fulfils ``Cards`` from the registry of models and the records; threads may share one."""

    def __init__(self, engine: Engine, registry: Registry) -> None:
        self._engine = engine
        self._registry = registry
        self._rules: Mapping[str, str] = {}
        self._read = float("-inf")

    def card(self, version: str) -> ClassifierCard | None:
        """Returns the card of a version; None for one that is not known."""
        return self._registry.card(version)

    def rule(self, version: str) -> str:
        """Returns the name of a rule of the house and who wrote it, in words; empty for one not known."""
        if time.monotonic() - self._read > FRESH_SECONDS:
            with self._engine.connect() as connection:
                people = names(connection)
                self._rules = {
                    f"{HOUSE_PREFIX}{rule.id}": f"{rule.name} by {person(rule.by, people)}"
                    for rule in house_rules(connection)
                }
            self._read = time.monotonic()
        return self._rules.get(version, "")


def person(pseudonym: str, known: Mapping[str, str]) -> str:
    """Returns what a person is called: the name that colleagues know, else the beginning of the pseudonym."""
    return known.get(pseudonym) or f"somebody ({pseudonym[:8]})"

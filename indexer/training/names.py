"""Finds the label of a pack that a file means by the name of a category."""

import difflib
import re

from models.packs import Pack

NO_RISKS = ("Document Name", "Parties", "Agreement Date", "Effective Date", "Expiration Date")
"""Categories of CUAD that say what a contract is and carry no risk: silently no labels in its formats."""

NO_LABEL = ("None", "No label")
"""What people write where a passage carries none of the labels, unless the pack has a label of that name."""

_LETTERS = re.compile(r"[\W_]+")


class LabelNames:
    """The labels of a pack by every name that a file may give them.

    Case and punctuation never matter; a title, or the name that a label had before, is as good as its name.

    Attributes:
        labels: Names of the labels in the pack's order.
    """

    def __init__(self, pack: Pack) -> None:
        self.labels = tuple(pack.labels)
        self._pack = pack.name
        # Names come last, so that they win over another label's title, and titles over former names.
        self._known = {_plain(former): present for former, present in pack.renamed.items()}
        self._known |= {_plain(label.title): label.name for label in pack.labels.values()}
        self._known |= {_plain(name): name for name in pack.labels}

    def find(self, category: str) -> str | None:
        """Returns the label's name as the pack spells it; None where there is no such label."""
        return self._known.get(_plain(category))

    def unknown(self, category: str) -> str:
        """Returns a sentence on a category that is no label, with the label that was probably meant."""
        near = difflib.get_close_matches(_plain(category), self._known, n=1, cutoff=0.75)
        meant = f"; did you mean {self._known[near[0]]!r}?" if near else ""
        return f"{category!r} is no label of the pack {self._pack!r}{meant}"


def carries_no_risk(category: str) -> bool:
    """Says whether a category is one of ``NO_RISKS``."""
    return _plain(category) in {_plain(name) for name in NO_RISKS}


def says_none(category: str) -> bool:
    """Says whether a category is one of ``NO_LABEL``."""
    return _plain(category) in {_plain(name) for name in NO_LABEL}


def _plain(name: str) -> str:
    return _LETTERS.sub("", name).casefold()

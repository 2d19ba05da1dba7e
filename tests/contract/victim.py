"""A writer process that kills itself at a given line of the index; run by test_killed.py.

    python -m tests.contract.victim apply|rebuild DIRECTORY LINES

Applies the documents of the corpus one by one from the index's position on (or rebuilds it); dies by
SIGKILL after so many executed lines of indexer/index/embedded. 0: lives, and prints how many there were.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

from indexer.errors import IndexUnavailableError
from indexer.index.embedded import EmbeddedIndex
from indexer.index.protocol import IndexedChunk
from tests.contract.corpus import DIMENSION, corpus

WATCHED = str(Path("indexer") / "index" / "embedded")


class Countdown:
    """Counts lines of the index; the last one is fatal."""

    def __init__(self, fatal: int) -> None:
        self.lines, self._fatal = 0, fatal

    def __call__(self, frame: FrameType, event: str, _: object) -> "Countdown | None":
        if WATCHED not in frame.f_code.co_filename:
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def updates() -> list[list[IndexedChunk]]:
    """Each document twice, first in an older wording: the second time deletes and replaces."""
    chunks = corpus(documents=4, passages=5)
    documents = [[each for each in chunks if each.document == f"document-{n}"] for n in range(4)]
    older = [[replace(each, text="older wording", vector=-each.vector) for each in d[1:]] for d in documents]
    return [*older, *documents]


def apply(index: EmbeddedIndex) -> None:
    """Does what is not yet contained, as the outbox would."""
    try:
        position = index.status().position
    except IndexUnavailableError:
        position = 0
    for number, chunks in enumerate(updates(), 1):
        if number > position:
            index.apply(chunks, [], number)


def rebuild(index: EmbeddedIndex) -> None:
    """Makes a new generation of the whole corpus."""
    with index.rebuild("encoder-1", DIMENSION) as builder:
        builder.add(corpus(documents=4, passages=5))
        builder.finish(8)


def main() -> None:
    """Runs the action under the countdown."""
    action, directory, fatal = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    countdown = Countdown(fatal)
    index = EmbeddedIndex(directory, "encoder-1", DIMENSION)
    sys.settrace(countdown)
    (apply if action == "apply" else rebuild)(index)
    sys.settrace(None)
    sys.stdout.write(str(countdown.lines))


if __name__ == "__main__":
    main()

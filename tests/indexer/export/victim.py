"""A process that exports and kills itself at a given line; run by test_files.py.

    python -m tests.indexer.export.victim URL KIND FORMAT OUTPUT LINES

Dies by SIGKILL after so many executed lines of the modules that write and gather. 0: lives, and prints how
many there were.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from indexer.export import FORMATS, KINDS, Request, Selection, export_file, gathering, recorded
from indexer.records.database import open_records
from tests.indexer.export.trail import NAMES

BATCH = 50
WATCHED = tuple(str(Path("indexer") / "export" / name) for name in ("files.py", "gathering.py"))


class Countdown:
    """Counts lines; the last one is fatal."""

    def __init__(self, fatal: int) -> None:
        self.lines, self._fatal = 0, fatal

    def __call__(self, frame: FrameType, event: str, _: object) -> "Countdown | None":
        if not frame.f_code.co_filename.endswith(WATCHED):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def export(url: str, kind: str, form: str, output: Path) -> None:
    """Exports everything of a kind, in small batches."""
    gathering.BATCH = recorded.BATCH = BATCH
    engine = open_records(url)
    request = Request(KINDS[kind], FORMATS[form], Selection(with_queries=True, with_text=True))
    export_file(request, engine, NAMES, output, batch=BATCH)
    engine.dispose()


def main() -> None:
    """Exports under the countdown."""
    url, kind, form, output, fatal = sys.argv[1:]
    countdown = Countdown(int(fatal))
    sys.settrace(countdown)
    export(url, kind, form, Path(output))
    sys.settrace(None)
    sys.stdout.write(str(countdown.lines))


if __name__ == "__main__":
    main()

"""Progress of long work: a bar with rate and time left on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.rebuild import Report

LINE_EVERY_SECONDS = 5.0
# Before so many units the rate is that of starting up.
ENOUGH_TO_TELL = 5


@contextmanager
def progress(what: str, unit: str) -> "Iterator[Report]":
    """Shows progress on standard error for as long as the block runs; yields the report function."""
    with _bar(what, unit) if sys.stderr.isatty() else _lines(what, unit) as report:
        yield report


@contextmanager
def _bar(what: str, unit: str) -> "Iterator[Report]":
    from rich.console import Console  # noqa: PLC0415 - only a terminal pays for the import
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[detail]}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, rate="", detail="")
        started = time.monotonic()

        def report(done: int, total: int, detail: str = "") -> None:
            rate = f"{done / max(time.monotonic() - started, 1e-9):.1f} {unit}/s"
            bar.update(task, completed=done, total=total, rate=rate, detail=detail[-60:])

        yield report


@contextmanager
def _lines(what: str, unit: str) -> "Iterator[Report]":
    started = last = time.monotonic()

    def report(done: int, total: int, detail: str = "") -> None:
        del detail  # lines go to logs, where names of files only make noise
        nonlocal last
        now = time.monotonic()
        if now - last < LINE_EVERY_SECONDS:
            return
        last = now
        rate = done / (now - started)
        left = f", {(total - done) / rate:.0f} s left" if done >= ENOUGH_TO_TELL else ""
        print(f"{what}: {done} of {total} {unit}, {rate:.1f}/s{left}", file=sys.stderr, flush=True)  # noqa: T201

    yield report

"""Page images of PDF documents: rendered once in a limited process, kept by hash, marked with boxes."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ExtractionError

WIDTH = 1240
SECONDS = 30.0
KEPT = 2_000
_turns = threading.BoundedSemaphore(2)  # pages drawn at the same time


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box on a page, in tenths of a point from its top left corner."""

    left: int
    top: int
    width: int
    height: int


def rectangles(boxes: NDArray[np.int16]) -> list[Rectangle]:
    """Returns one rectangle for each line that some characters fill.

    Args:
        boxes: int16, shape (characters, 4): left, top, right, bottom; -1 where there is no box.
    """
    lines: list[list[int]] = []
    for left, top, right, bottom in boxes[boxes[:, 0] >= 0].astype(int).tolist():
        if lines and _same_line(lines[-1], left, top, bottom):
            line = lines[-1]
            line[:] = min(line[0], left), min(line[1], top), max(line[2], right), max(line[3], bottom)
        else:
            lines.append([left, top, right, bottom])
    return [Rectangle(left, top, right - left, bottom - top) for left, top, right, bottom in lines]


def page_image(pdf: Path, digest: str, page: int, folder: Path, memory_mb: int) -> Path:
    """Returns the PNG file of a page, drawing it where it is not kept. Raises ExtractionError."""
    target = folder / digest[:2] / f"{digest}-{page}-{WIDTH}.png"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        with _turns, tempfile.TemporaryDirectory(dir=folder) as scratch:
            drawn = Path(scratch) / "page.png"
            _draw(pdf, page, drawn, memory_mb)
            drawn.replace(target)
        _forget_oldest(folder)
    return target


def _same_line(line: Sequence[int], left: int, top: int, bottom: int) -> bool:
    height = max(1, min(line[3] - line[1], bottom - top))
    shared = min(line[3], bottom) - max(line[1], top)
    return shared * 2 >= height and -height <= left - line[2] <= 6 * height


def _draw(pdf: Path, page: int, target: Path, memory_mb: int) -> None:
    command = [sys.executable, "-m", "search_app.pages.render"]
    arguments = [str(pdf), str(page), str(WIDTH), str(target), str(memory_mb)]
    try:
        subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ExtractionError("timed_out", f"Drawing page {page} took longer than {SECONDS:.0f} s") from error
    except subprocess.CalledProcessError as error:
        raise ExtractionError(
            "unreadable", f"Page {page} cannot be drawn; its text is still shown beside it"
        ) from error


def _forget_oldest(folder: Path) -> None:
    images = sorted(_images(folder), key=lambda image: image.stat().st_mtime)
    for image in images[: max(0, len(images) - KEPT)]:
        image.unlink(missing_ok=True)


def _images(folder: Path) -> Iterator[Path]:
    return folder.glob("??/*.png")

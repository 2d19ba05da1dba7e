"""Draws one page of a PDF as a PNG file; run as a process of its own, which may be killed.

python -m search_app.pages.render INPUT PAGE WIDTH OUTPUT MEMORY_MB
"""  # fmt: skip

import resource
import sys
from pathlib import Path

CPU_SECONDS = 60


def main(arguments: list[str]) -> int:
    """Renders the page and returns the exit status; an exception is a status of 1."""
    source, page, width, target, memory = arguments
    limit = int(memory) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    import pypdfium2  # noqa: PLC0415 - after the limits, so that they hold for it

    with pypdfium2.PdfDocument(Path(source)) as document:
        sheet = document[int(page) - 1]
        scale = min(int(width) / sheet.get_width(), 4 * int(width) / max(1.0, sheet.get_height()))
        sheet.render(scale=scale).to_pil().convert("P", palette=1, colors=64).save(target, "PNG")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

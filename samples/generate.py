"""Builds the sample documents: python -m samples.generate [--out samples/documents].

The same texts give the same bytes on every run and every machine.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from samples import mail, pdf, plain, word
from samples.source import Source, read_sources

DOCUMENTS = Path(__file__).parent / "documents"
LAYOUTS: dict[str, Callable[[Source], bytes]] = {
    "pages": pdf.pages,
    "columns": pdf.columns,
    "docx": word.document,
    "text": plain.text,
    "wrapped": plain.wrapped,
    "windows-1252": plain.windows_1252,
    "markdown": plain.markdown,
    "html": plain.page,
    "mail": mail.message,
}


def build(source: Source) -> bytes:
    """Returns the bytes of a sample's file."""
    return LAYOUTS[source.layout](source)


def main() -> None:
    """Writes every sample into the folder asked for."""
    parser = argparse.ArgumentParser(description="Build the sample documents.")
    parser.add_argument("--out", type=Path, default=DOCUMENTS)
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for source in read_sources():
        content = build(source)
        (folder / source.file).write_bytes(content)
        print(f"{len(content):>8}  {source.file}")


if __name__ == "__main__":
    main()

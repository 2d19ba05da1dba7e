"""PDF: text in reading order with a box for each character, by way of pypdfium2."""

from indexer.extract.pdf.reader import read

__all__ = ["read"]

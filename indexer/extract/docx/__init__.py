"""DOCX: a Word document in document order, its automatic numbers as text."""

from indexer.extract.docx.reader import read

__all__ = ["read"]

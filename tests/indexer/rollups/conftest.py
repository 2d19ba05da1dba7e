"""A trail on each database, as the exports have it."""

from tests.indexer.export.conftest import engine, trail

__all__ = ["engine", "trail"]

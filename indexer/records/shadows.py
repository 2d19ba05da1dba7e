"""The tables of classifiers that label beside those in use, without being heard."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from indexer.records.metadata import metadata

# One per pack; what it would say lies in the other two tables and goes with it.
shadows = Table(
    "shadows",
    metadata,
    Column("pack", String(64), primary_key=True),
    Column("version", String(96), nullable=False),
    Column("since", String(24), nullable=False),
    Column("by", String(100), nullable=False),
)

# What it was compared on: another fingerprint than the document has now means that it is to be compared anew.
shadow_documents = Table(
    "shadow_documents",
    metadata,
    Column("version", String(96), primary_key=True),
    Column("document", String(32), primary_key=True),
    Column("fingerprint", String(320), nullable=False),
)

# Claims in which it differs from the one in use, and no others.
shadow_labels = Table(
    "shadow_labels",
    metadata,
    Column("version", String(96), primary_key=True),
    Column("chunk", BigInteger, primary_key=True, autoincrement=False),
    Column("label", String(128), primary_key=True),
    Column("document", String(32), nullable=False),
    Column("gained", Integer, nullable=False),  # 1: it claims it and the one in use does not; 0: the reverse
    Index("shadow_labels_by_document", "version", "document"),
    Index("shadow_labels_by_chunk", "chunk"),
)

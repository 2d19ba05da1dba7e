"""The table of what was taken over from elsewhere."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from indexer.records.metadata import metadata

# One row for each import; the decisions of one have acts that begin with its id and a colon.
imports = Table(
    "imports",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),  # labels
    Column("collection", ForeignKey("collections.name"), nullable=False),
    Column("by", String(100), nullable=False),  # the pseudonym that speaks for the file
    Column("file", Text, nullable=False),  # its name
    Column("digest", String(64), nullable=False),  # SHA-256 of what was read
    Column("created_at", String(24), nullable=False),
    Column("finished_at", String(24)),  # NULL while it is under way, or was cut short
    Column("undone_at", String(24)),
)

"""The tables of what was taken over from elsewhere."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from indexer.records.metadata import metadata

# One row for each import. The decisions of one have acts that begin with its id and a colon; judgements
# stand under its digest.
imports = Table(
    "imports",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),  # labels, judgements
    Column("collection", ForeignKey("collections.name"), nullable=False),
    Column("by", String(100), nullable=False),  # the pseudonym that speaks for the file
    Column("file", Text, nullable=False),  # its name
    Column("digest", String(64), nullable=False),  # SHA-256 of what was read
    Column("created_at", String(24), nullable=False),
    Column("finished_at", String(24)),  # NULL while it is under way, or was cut short
    Column("undone_at", String(24)),
)

# Queries, texts and grades stand under the SHA-256 of all of them, numbered in the order of their files.
# Rows are only ever added: what was taken back and is imported again is there already.
imported_queries = Table(
    "imported_queries",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),  # its id in the file
    Column("text", Text, nullable=False),
)
imported_texts = Table(
    "imported_texts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),  # its id in the file
    Column("text", Text, nullable=False),  # with the title, where there is one, as first line
    Column("passage", LargeBinary(16), nullable=False),  # chunks.text_hash of passages that read so
)
imported_grades = Table(
    "imported_grades",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("query", Integer, primary_key=True, autoincrement=False),
    Column("text", Integer, primary_key=True, autoincrement=False),
    Column("grade", Integer, nullable=False),
)

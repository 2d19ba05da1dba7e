"""The tables of the rules that people write for their collections."""

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table, Text

from indexer.records.metadata import metadata

# Append-only: what happened to a rule, whose id is made of its collection, label and words. action: add,
# retire, measure (people judged enough of what it says, and its probability is another).
house_rules = Table(
    "house_rules",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("rule", String(16), nullable=False, index=True),
    Column("collection", ForeignKey("collections.name"), nullable=False, index=True),
    Column("action", String(16), nullable=False),
    Column("label", String(128), nullable=False),
    Column("name", String(120), nullable=False),
    Column("words", Text, nullable=False),  # JSON of what is looked for
    Column("probability", Float, nullable=False),  # from here on
    Column("right", Integer, nullable=False),  # of the claims that people judged until then
    Column("judged", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(100), nullable=False),  # a pseudonym
    Column("at", String(24), nullable=False),
    sqlite_autoincrement=True,
)

# What the rules of a collection, its pack's and its own, were found to do when somebody looked last.
rule_reports = Table(
    "rule_reports",
    metadata,
    Column("collection", ForeignKey("collections.name"), primary_key=True),
    Column("state", String(160), nullable=False),  # of what it was made
    Column("at", String(24), nullable=False),
    Column("content", Text, nullable=False),  # JSON
)

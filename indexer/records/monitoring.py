"""The tables of what is measured of a classifier at work, and of checks where it is silent."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from indexer.records.metadata import metadata

# What people found when they were shown a passage on which nothing is claimed, append-only; labels that they
# named are decisions of the same act. The passage is known by its text, as decisions know theirs.
silence_checks = Table(
    "silence_checks",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),  # a repeated request counts once
    Column("act", String(64), nullable=False, index=True),
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("chunk", String(64), nullable=False),  # the id that the passage had
    Column("text_hash", LargeBinary(16), nullable=False, index=True),
    Column("stratum", String(8), nullable=False),  # why it was drawn: silent, doubted
    Column("missed", Integer),  # number of labels that were named; NULL where an act is taken back
    Column("labelled_by", String(160), nullable=False),  # what was silent: versions of classifier and rules
    Column("by", String(100), nullable=False),  # a pseudonym
    Column("at", String(24), nullable=False),
    sqlite_autoincrement=True,
)

# What a document looks like, in numbers: counted once, and again where it was extracted or labelled anew.
document_profiles = Table(
    "document_profiles",
    metadata,
    Column("document", ForeignKey("documents.id"), primary_key=True),
    Column("made_from", String(200), nullable=False),  # versions of extractor, chunker and encoder
    Column("labelled_by", String(160), nullable=False),
    Column("passages", Integer, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("digits", Integer, nullable=False),
    Column("labels", Text, nullable=False),  # JSON object: passages that machines give each label
    Column("centroid", LargeBinary),  # mean of its vectors, float16; NULL while it has none
)

# One look at everything; its measurements and alarms name it.
monitor_rounds = Table(
    "monitor_rounds",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", String(24), nullable=False, index=True),
    Column("state", String(160), nullable=False),  # of the records: where it is the same, nothing is new
    Column("seconds", Float, nullable=False),
    sqlite_autoincrement=True,
)

# A time series, append-only.
measurements = Table(
    "measurements",
    metadata,
    Column("round", ForeignKey("monitor_rounds.seq"), primary_key=True),
    Column("pack", String(64), primary_key=True),
    Column("collection", String(64), primary_key=True),  # empty for what is of the whole pack
    Column("source", String(200), primary_key=True),  # empty for all sources
    Column("metric", String(32), primary_key=True),
    Column("label", String(128), primary_key=True),  # empty for all labels
    Column("value", Float, nullable=False),
    Column("low", Float),  # 95 % interval
    Column("high", Float),
    Column("n", Integer, nullable=False),  # what it was counted over
    Column("before", Float),  # the same of the reference
    Column("before_n", Integer),
    Column("distance", Float),  # how far it is from the reference, beyond what is expected by chance
    Column("chance", Float),  # probability of such a distance where nothing changed
    Column("model", String(96), nullable=False),  # the classifier in use; empty for none
    Index("measurements_by_series", "metric", "collection", "round"),
)

# What is wrong, from when to when.
alarms = Table(
    "alarms",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("pack", String(64), nullable=False),
    Column("collection", String(64), nullable=False),
    Column("source", String(200), nullable=False),
    Column("metric", String(32), nullable=False),
    Column("label", String(128), nullable=False),
    Column("began_at", String(24), nullable=False),
    Column("ended_at", String(24), index=True),
    Column("cause", Text, nullable=False),
    Column("action", Text, nullable=False),
    sqlite_autoincrement=True,
)

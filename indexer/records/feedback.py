"""The tables of what people searched, did and decided."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from indexer.records.metadata import metadata

# Search events in the User Behavior Insights schema 1.3.0; append-only, numbered in the order of commits.
ubi_queries = Table(
    "ubi_queries",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("query_id", String(100), nullable=False, unique=True),
    Column("application", String(100), nullable=False),
    Column("client_id", String(100), nullable=False),
    Column("timestamp", String(24), nullable=False, index=True),
    Column("user_query", Text, nullable=False),
    Column("query_response_id", String(100), nullable=False),
    Column("query_response_hit_ids", Text, nullable=False),  # JSON list of chunk ids
    Column("query_attributes", Text, nullable=False),  # JSON object: mode, filters, counts, milliseconds
    sqlite_autoincrement=True,
)

ubi_events = Table(
    "ubi_events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(100), nullable=False, unique=True),  # a repeated beacon counts once
    Column("application", String(100), nullable=False),
    Column("action_name", String(100), nullable=False),
    Column("query_id", String(100), index=True),
    Column("client_id", String(100), nullable=False),
    Column("session_id", String(100), nullable=False),
    Column("timestamp", String(24), nullable=False, index=True),
    Column("message_type", String(100)),
    Column("user_query", Text),
    Column("event_attributes", Text, nullable=False),  # JSON object: position, object, dwell_ms, ranker
    sqlite_autoincrement=True,
)

# What people said of labels, append-only. Of one act (a correction is two lines of one) a later line of the
# action "undo" takes all back. The passage is known by its text, so that a decision outlives the chunks.
decisions = Table(
    "decisions",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),  # a repeated request counts once
    Column("act", String(64), nullable=False, index=True),
    Column("action", String(16), nullable=False),  # confirm, dismiss, add, correct, undo
    Column("document", ForeignKey("documents.id"), nullable=False, index=True),
    Column("chunk", String(64), nullable=False),  # the id that the passage had
    Column("text_hash", LargeBinary(16), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("label", String(128), nullable=False),
    Column("applies", Integer),  # 1 yes, 0 no; NULL where an act is taken back
    Column("reason", Text, nullable=False),
    Column("span", String(24)),  # "start,end" within the passage's text: the words that it was about
    Column("by", String(100), nullable=False),  # a pseudonym
    Column("origin", String(16), nullable=False),  # where it was said: search, document, review, …
    # What was said of it when the person saw it; NULL where nothing was.
    Column("seen_source", String(8)),
    Column("seen_model", String(96)),
    Column("seen_probability", Float),
    Column("seen_standing", String(8)),
    Column("at", String(24), nullable=False),
    Index(
        "decisions_of_house",
        "seen_model",
        sqlite_where=text("seen_source = 'house'"),
        postgresql_where=text("seen_source = 'house'"),
    ),
    sqlite_autoincrement=True,
)

# Decisions about an older wording of what is a passage now; whoever reviews is asked whether they still hold.
changed_decisions = Table(
    "changed_decisions",
    metadata,
    Column("chunk", ForeignKey("chunks.key"), primary_key=True),
    Column("label", String(128), primary_key=True),
    Column("decision", ForeignKey("decisions.seq"), nullable=False),
    Column("similarity", Float, nullable=False),  # in [0, 1]
)

# Who decides, by pseudonym: a name that colleagues know, and whether this word decides a disagreement.
reviewers = Table(
    "reviewers",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("senior", Integer, nullable=False),  # 0 or 1
    Column("since", String(24), nullable=False),
)

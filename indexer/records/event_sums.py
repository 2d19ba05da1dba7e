"""The tables of what recorded events add up to; events may go, these stay.

``event_progress`` says up to which number each pass has summed up, so that no event counts twice or never.

``event_days`` has for every day how often each action happened, apart by collection, ranker and classifier
(empty where none is known), 0-based position (20 for that and all behind it, -1 for none) and whether a robot
did it. ``search_days`` has for every day how many searches were answered, apart by application, mode, robots
and latency, as a number of a bucket (``indexer.rollups.latency``), and how many of them found nothing.

``query_passages`` is what a ranker learns from: for every query (the pseudonym that exports have), passage
and 0-based position (100 for that and all behind it) in how many searches it was shown there, in how many
of these it was used (``indexer.export.uses``: clicked, or a label confirmed, corrected or added), and in how
many a label of it was dismissed and nothing else done, which count neither way: ``used`` is to be compared
with ``impressions - excused``. Robots and searches without words are left out. ``query_texts`` has the plain
words of these queries, NULL where nobody has asked for them for as long as events are kept.
"""

from sqlalchemy import Column, Integer, String, Table, Text

from indexer.records.metadata import metadata

event_progress = Table(
    "event_progress",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("seq", Integer, nullable=False),
)

event_days = Table(
    "event_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("action", String(100), primary_key=True),
    Column("collection", String(64), primary_key=True),
    Column("ranker", String(100), primary_key=True),
    Column("classifier", String(100), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("robot", Integer, primary_key=True, autoincrement=False),  # 0 or 1
    Column("events", Integer, nullable=False),
)

search_days = Table(
    "search_days",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("application", String(100), primary_key=True),
    Column("mode", String(16), primary_key=True),
    Column("latency", Integer, primary_key=True, autoincrement=False),
    Column("robot", Integer, primary_key=True, autoincrement=False),  # 0 or 1
    Column("searches", Integer, nullable=False),
    Column("without_hits", Integer, nullable=False),
)

query_texts = Table(
    "query_texts",
    metadata,
    Column("query", String(32), primary_key=True),  # a pseudonym
    Column("text", Text),
    Column("asked_on", String(10), nullable=False, index=True),  # the last day
)

query_passages = Table(
    "query_passages",
    metadata,
    Column("query", String(32), primary_key=True),  # a pseudonym
    Column("chunk", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("impressions", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("excused", Integer, nullable=False),
)

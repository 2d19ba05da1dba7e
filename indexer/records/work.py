"""The tables of processes at work: signs of life, and when each of the worker's jobs ran last."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from indexer.records.metadata import metadata

# A running process says that it lives; one row per role ("worker").
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("role", String(16), primary_key=True),
    Column("process", Integer, nullable=False),
    Column("since", String(24), nullable=False),
    Column("beat", String(24), nullable=False),
)

# finished is NULL while it runs, or where its worker was killed; failure is empty where it did not fail.
job_runs = Table(
    "job_runs",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("seconds", Float, nullable=False),  # between two starts
    Column("started", String(24), nullable=False),
    Column("finished", String(24)),
    Column("failure", Text, nullable=False),
)

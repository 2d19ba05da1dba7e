"""Alembic's entry: runs the migrations on the connection that it is given, within its transaction."""

from alembic import context

from indexer.records.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()

"""Projects search events in a process of its own, to be killed: URL of the records, of the server, prefix."""

import sys
import threading

from sqlalchemy import Engine

from indexer.index.opensearch import Connection
from indexer.index.opensearch.event_index import EventIndex
from indexer.project_events import EVENT_TABLES, EventProjection
from indexer.records.database import open_records


def projection(records: Engine, server: str, prefix: str) -> EventProjection:
    connection = Connection((server,), prefix=prefix, replicas=0, retries=0)
    return EventProjection(records, [EventIndex(connection, name) for name in EVENT_TABLES])


if __name__ == "__main__":
    url, *where = sys.argv[1:]
    made = projection(open_records(url), *where)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    made.run(threading.Event())

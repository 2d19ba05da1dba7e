"""Exports of millions of events: rows per second, peak memory, and what kill -9 leaves.

python -m benchmarks.events HOME [--events 5000000]

Fills an empty home with searches that nobody made (ten impressions each, a click in every second one,
passages by chance), then runs ``clausewatch export`` in processes of its own: of the last tenth of the events
and of all, so that memory can be seen to stay, and once more with a kill in the middle. A home that is filled
already is used as it is. Prints a table.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Table, func, select

from benchmarks.processes import finished
from indexer.records import schema
from indexer.records.codec import time_to_text
from indexer.records.database import open_records, writing

START, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 180
QUERIES, DOCUMENTS, PASSAGES, POOL, CLIENTS = 20_000, 1_000, 30, 40, 500
SHOWN, CLICKED, ACTIONS = 10, 0.5, ("click", "dwell")
EXPORTS = (
    ("clicks", "csv"),
    ("impressions", "ndjson"),
    ("impressions", "parquet"),
    ("judgements", "trec"),
)
KILLED = (("impressions", "parquet"), ("judgements", "trec"))
Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = list[Row]


def searches(events: int) -> Iterator[tuple[Row, Rows]]:
    """Yields the row of a search and those of its events, until there are enough."""
    chance = random.Random(7)
    total = events // (SHOWN + 1)
    for number in range(total):
        at = START + timedelta(days=DAYS * number / total)
        words = min(chance.randrange(QUERIES), chance.randrange(QUERIES))
        pool = random.Random(words)
        chunks = [chunk(pool.randrange(DOCUMENTS), pool.randrange(PASSAGES)) for _ in range(POOL)]
        search = {
            "query_id": uuid.UUID(int=chance.getrandbits(128)).hex,
            "application": "clausewatch",
            "client_id": f"{chance.randrange(CLIENTS):032x}",
            "timestamp": time_to_text(at),
            "user_query": f"limitation of liability {words}",
        }
        shown = chance.sample(chunks, SHOWN)
        session = f"{number:032x}"
        made = [
            event(
                search,
                session,
                "impression",
                at,
                chunk_id=one,
                place=place,
                keyword_rank=place + 1,
                semantic_rank=None,
            )
            for place, one in enumerate(shown)
        ]
        if chance.random() < CLICKED:
            place = min(chance.randrange(SHOWN), chance.randrange(SHOWN))
            later = at + timedelta(seconds=20)
            made += [
                event(search, session, action, later, chunk_id=shown[place], place=place)
                for action in ACTIONS
            ]
        response = {
            "query_response_id": f"{search['query_id']}-0",
            "query_response_hit_ids": json.dumps(shown),
            "query_attributes": '{"mode": "hybrid", "offset": 0}',
        }
        yield search | response, made


def event(
    search: Row, session: str, action: str, at: datetime, *, chunk_id: str, place: int, **details: object
) -> Row:
    """Returns the row of something that was shown or done."""
    attributes: Row = {
        "position": {"ordinal": place},
        "object": {"object_id": chunk_id, "object_id_field": "chunk", **details},
        **({"ranker": "rrf"} if action == "impression" else {}),
        **({"dwell_ms": 9000} if action == "dwell" else {}),
    }
    return search | {
        "event_id": f"{action}-{search['query_id']}-{place}",
        "action_name": action,
        "session_id": session,
        "timestamp": time_to_text(at),
        "message_type": "INFO",
        "event_attributes": json.dumps(attributes),
    }


def document(number: int) -> str:
    """Returns the id of a document."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def chunk(number: int, ordinal: int) -> str:
    """Returns the id of a passage."""
    return f"{document(number)}-{ordinal}-c1"


def documents() -> Rows:
    """Returns documents without passages: exports look up their collections."""
    return [
        {
            "id": document(number), "collection": "contracts", "digest": f"{number:064x}", "title": "",
            "file_name": "", "media_type": "text/plain", "document_type": "unknown",
            "pages": 0, "characters": 0, "bytes": 0,
            "warnings": "[]", "facts": "{}", "extractor": "1", "chunker": "c1", "status": "active",
            "created_at": time_to_text(START),
        }
        for number in range(DOCUMENTS)
    ]  # fmt: skip


def fill(url: str, events: int) -> int:
    """Fills empty records; returns how many events they hold."""
    engine = open_records(url)
    with engine.connect() as connection:
        held = connection.execute(select(func.count()).select_from(schema.ubi_events)).scalar_one()
    if not held:
        with writing(engine) as connection:
            contracts = {"name": "contracts", "pack": "contracts", "created_at": time_to_text(START)}
            connection.execute(schema.collections.insert(), [contracts])
            connection.execute(schema.documents.insert(), documents())
        made = searches(events)
        while batch := list(islice(made, 5_000)):
            tables: tuple[tuple[Table, Rows], ...] = (
                (schema.ubi_queries, [asked for asked, _ in batch]),
                (schema.ubi_events, [row for _, done in batch for row in done]),
            )
            with writing(engine) as connection:
                for table, rows in tables:
                    connection.execute(table.insert(), rows)
            held += len(tables[1][1])
    engine.dispose()
    return held


def export(home: Path, kind: str, form: str, since: str, output: Path) -> tuple[int, float, int]:
    """Exports in a process of its own; returns rows, seconds, and peak memory in MiB."""
    process = started(home, kind, form, since, output)
    seconds, peak, said = finished(process, f"export {kind} as {form}")
    return json.loads(said)["rows"], seconds, peak


def started(home: Path, kind: str, form: str, since: str, output: Path) -> subprocess.Popen[str]:
    """Starts an export."""
    command = [sys.executable, "-m", "search_app.cli", "export", kind, "--format", form, "--json"]
    command += ["--output", str(output), *(["--since", since] if since else [])]
    environment = os.environ | {"CLAUSEWATCH_HOME": str(home)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def killed(home: Path, kind: str, form: str, output: Path, after: float) -> int:
    """Kills an export after some seconds; returns how many rows it had made safe."""
    process = started(home, kind, form, "", output)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    progress = output.with_name(f"{output.name}.part.json")
    return int(json.loads(progress.read_text())["rows"])


def hashed(path: Path) -> str:
    """Returns the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def main() -> None:
    """Fills, exports and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--events", type=int, default=5_000_000)
    arguments = parser.parse_args()
    home: Path = arguments.home
    home.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    held = fill(f"sqlite:///{(home / 'records.sqlite').resolve()}", arguments.events)
    print(f"{held:,} events, filled in {time.monotonic() - began:.0f} s\n")
    tenth = time_to_text(START + timedelta(days=DAYS * 0.9))
    print("| export | rows | seconds | rows/s | peak MiB, all | peak MiB, the last tenth | file MiB |")
    print("|---|---|---|---|---|---|---|")
    for kind, form in EXPORTS:
        output = home / f"{kind}.{form}"
        *_, less = export(home, kind, form, tenth, output)
        rows, seconds, peak = export(home, kind, form, "", output)
        size = output.stat().st_size / 2**20
        cells = f"{rows:,} | {seconds:.1f} | {rows / seconds:,.0f} | {peak} | {less} | {size:.0f}"
        print(f"| {kind}, {form} | {cells} |", flush=True)
        if (kind, form) in KILLED:
            again = home / f"again.{form}"
            safe = killed(home, kind, form, again, seconds / 2)
            _, rest, _ = export(home, kind, form, "", again)
            same = "the same bytes" if hashed(again) == hashed(output) else "OTHER BYTES"
            print(f"killed after {seconds / 2:.1f} s, {safe:,} rows safe, went on for {rest:.1f} s: {same}")


if __name__ == "__main__":
    main()

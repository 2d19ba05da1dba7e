"""How often the monitor sees drift where there is none, and where there is some.

python -m benchmarks.drift RECORDS COLLECTION [--splits N] [--windows N…]

RECORDS is the records.sqlite of a home whose monitor has counted its documents (``clausewatch monitor``). Its
documents of one kind are parted at random, by document, into new and old ones: every alarm is a false one.
Then the new ones are documents of the other kind (e-mails beside contracts): every look without an alarm is
a miss.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, select

from indexer.monitoring.alarms import wrong
from indexer.monitoring.inputs import measured, profiles_of
from indexer.monitoring.sides import MOST, Sides
from indexer.monitoring.values import Metric, Series
from indexer.records import schema
from indexer.records.database import open_records

MAIL = "message/rfc822"


def main() -> None:
    """Reads the command line, measures, prints a line for each size of window."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path)
    parser.add_argument("collection")
    parser.add_argument("--splits", type=int, default=100)
    parser.add_argument("--windows", type=int, nargs="*", default=[10, 30, 100, 200])
    arguments = parser.parse_args()
    with open_records(f"sqlite:///{arguments.records}").connect() as connection:
        mails = documents(connection, arguments.collection, mail=True)
        others = documents(connection, arguments.collection, mail=False)
        for size in arguments.windows:
            false = alarms(connection, others, others, size, arguments.splits)
            print(f"{size} of {len(others)} contracts, the others: {said(false)} of {arguments.splits}")
            if len(mails) >= size:
                right = alarms(connection, mails, others, size, arguments.splits)
                print(f"{size} of {len(mails)} e-mails, contracts: {said(right)} of {arguments.splits}")


def documents(connection: Connection, collection: str, *, mail: bool) -> list[str]:
    """Returns the ids of the e-mails of a collection, or of all else."""
    own = schema.documents.c
    kind = own.media_type == MAIL if mail else own.media_type != MAIL
    query = select(own.id).where(own.collection == collection, own.status == "active", kind)
    return list(connection.scalars(query.order_by(own.id)))


def alarms(connection: Connection, new: list[str], old: list[str], size: int, splits: int) -> Counter[str]:
    """Returns in how many looks there was an alarm, by metric, and under ``any`` one of any metric."""
    found: Counter[str] = Counter()
    for seed in range(splits):
        random = np.random.default_rng(seed)
        drawn = set(random.choice(new, size, replace=False).tolist())
        rest = [each for each in old if each not in drawn]
        both = Sides(sorted(drawn), sorted(random.permutation(rest)[:MOST].tolist()))
        points = measured(profiles_of(connection, both), Series("p", Metric.LENGTH, "c"))
        raised = {series.metric for series in wrong(points, (), (), {})}
        found.update(map(str, raised))
        found["any"] += bool(raised)
    return found


def said(found: Counter[str]) -> str:
    """Returns counts in words."""
    return ", ".join(f"{name} {number}" for name, number in sorted(found.items()) if number) or "no alarm"


if __name__ == "__main__":
    main()

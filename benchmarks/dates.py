"""Measures how often the date of an agreement is found.

    python -m benchmarks.dates --contracts DIR --spans FILE

A contract counts where experts marked an Agreement Date or Effective Date that holds a full date; the
answer is right when it is one of the dates so marked.
"""

import argparse
import json
from collections import defaultdict
from datetime import date
from pathlib import Path

from models.dates import agreement_date

CATEGORIES = ("Agreement Date", "Effective Date")


def expert_dates(path: Path) -> dict[str, set[date]]:
    """Returns the full dates that experts marked, by file name."""
    dates: dict[str, set[date]] = defaultdict(set)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        day = agreement_date(row["text"]) if row["category"] in CATEGORIES else None
        if day:
            dates[row["file"]].add(day)
    return dates


def main() -> None:
    """Reads the command line, measures, prints."""
    parser = argparse.ArgumentParser(description="Measure the dates of agreements.")
    parser.add_argument("--contracts", type=Path, required=True)
    parser.add_argument("--spans", type=Path, required=True)
    parser.add_argument("--wrong", action="store_true", help="list wrong and missing answers")
    arguments = parser.parse_args()
    right = wrong = missing = 0
    for name, expected in sorted(expert_dates(arguments.spans).items()):
        with (arguments.contracts / name).open(encoding="utf-8", errors="replace", newline="") as file:
            found = agreement_date(file.read())
        right += found in expected
        wrong += found is not None and found not in expected
        missing += found is None
        if arguments.wrong and found not in expected:
            print(f"{found} instead of {', '.join(map(str, sorted(expected)))}: {name}")
    total = right + wrong + missing
    print(f"{total} contracts with a marked date: {right} right ({right / total:.1%}),", end=" ")
    print(f"{wrong} wrong, {missing} not found")


if __name__ == "__main__":
    main()

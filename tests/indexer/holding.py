"""Takes a lock of records and keeps it until it is killed: python -m tests.indexer.holding URL HOME NAME."""

import sys
from pathlib import Path

from indexer.locks import held
from indexer.records.database import open_records


def main(url: str, home: Path, name: str) -> None:
    with held(open_records(url), home, name, "holding still"):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])

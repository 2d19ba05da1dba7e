"""The numbers of PostgreSQL's advisory locks, which one database has in common."""

from indexer.locks import sessions
from indexer.records import database


def test_no_two_locks_have_the_same_number():
    of_transactions = [value for name, value in vars(database).items() if name.endswith("_LOCK")]
    numbers = [*of_transactions, *sessions._NUMBERS.values()]
    assert len(of_transactions) == 4
    assert len(set(numbers)) == len(numbers)

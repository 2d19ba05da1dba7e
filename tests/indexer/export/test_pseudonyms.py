"""Pseudonyms: stable within a home, different between homes, and no ids."""

import hashlib
import hmac
import json
import re

from indexer.export import Pseudonyms, Selection
from indexer.export.pseudonyms import plain_query
from tests.indexer.export.trail import ANN, LEASE, NAMES, SECRET, Trail, passage, rows


def test_a_pseudonym_is_a_keyed_hash_of_purpose_and_id() -> None:
    key = hmac.new(SECRET, b"clausewatch export 1", hashlib.sha256).digest()
    expected = hmac.new(key, b"c\0" + ANN.encode(), hashlib.sha256).hexdigest()[:24]
    assert NAMES.client(ANN) == f"c{expected}"


def test_the_same_home_gives_the_same_pseudonyms_and_another_gives_others() -> None:
    assert Pseudonyms(SECRET).client(ANN) == NAMES.client(ANN)
    assert Pseudonyms(b"another").client(ANN) != NAMES.client(ANN)
    assert Pseudonyms(b"another").fingerprint != NAMES.fingerprint


def test_one_id_has_different_pseudonyms_as_client_session_and_query() -> None:
    found = {NAMES.client(ANN)[1:], NAMES.session(ANN)[1:], NAMES.query(ANN)[1:], ANN}
    assert len(found) == 4


def test_queries_that_search_alike_have_one_pseudonym_and_operators_keep_their_capitals() -> None:
    assert NAMES.query("  Liability\tCAP ") == NAMES.query("liability cap")
    assert plain_query("Fee AND Cap") == "fee AND cap"
    assert NAMES.query("fee AND cap") != NAMES.query("fee and cap")


def test_no_export_holds_a_cookie_and_no_words_unless_asked(trail: Trail) -> None:
    chunk = passage(LEASE, 0)
    trail.search("q1", "Zebra clause", [chunk])
    trail.act("click", "q1", "Zebra clause", chunk, 0)
    trail.open(LEASE)
    for kind in ("clicks", "impressions", "judgements", "predictions"):
        plain = json.dumps(rows(trail.engine, kind))
        assert not re.search("zebra|tenant", plain, re.IGNORECASE), kind
        asked = json.dumps(rows(trail.engine, kind, Selection(with_queries=True, with_text=True)))
        for text in (plain, asked):
            assert ANN not in text
            assert "a1" * 16 not in text
            assert "s" * 32 not in text
        assert ("zebra clause" in asked.lower()) is (kind != "predictions")
        assert ("the tenant is capped" in asked) is (kind in ("judgements", "predictions"))

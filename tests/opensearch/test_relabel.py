"""Relabelling from the records, in a real OpenSearch: few changes in place, many in a new generation."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.index.protocol import FacetName, Filters
from indexer.relabel import Relabel, Relabelled, work
from tests.classifiers import OneClassifier, WordClassifier, model_bytes
from tests.indexer.ingest.office import NDA, Office, make_office
from tests.indexer.ingest.test_labels import LEASE
from tests.opensearch.backend import opened

LAW = {"Governing Law": {"word": "delaware", "probability": 0.9}}
SURE = model_bytes(LAW)
UNSURE = model_bytes({"Governing Law": {"word": "delaware", "probability": 0.5}})


@pytest.fixture
def office(opensearch_url: str, tmp_path: Path) -> Iterator[Office]:
    made = make_office(tmp_path)
    index = opened(opensearch_url, tmp_path, made.encoder.version, made.encoder.dimension)
    ingest = replace(made.ingest, index=index, classifiers=OneClassifier(WordClassifier(SURE)))
    made = replace(made, ingest=ingest)
    made.write("nda.txt", NDA)
    made.write("lease.txt", LEASE)
    ingest.run([made.folder])
    yield made
    made.engine.dispose()


def relabel(office: Office, content: bytes) -> Relabelled:
    models = OneClassifier(WordClassifier(content))
    ingest = office.ingest
    return Relabel(ingest.engine, ingest.index, ingest.encoder, ingest.packs, models, ingest.clock).run()


def law(office: Office) -> tuple[int, int]:
    """Passages in the index whose law is claimed, and those where it is unsure."""
    index, name = office.ingest.index, frozenset({"Governing Law"})
    claimed = index.count(None, Filters(labels=name))
    assert claimed.facets[FacetName.LABEL].get("Governing Law", 0) == claimed.chunks
    return claimed.chunks, index.count(None, Filters(unsure=name)).chunks


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_labels_in_the_index_follow_the_classifier_and_go_back_with_it(
    office: Office, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "REBUILT_SHARE", share)
    index = office.ingest.index
    before = (law(office), index.status().generation, index.status().chunks)
    assert before[0] == (1, 0)
    for content, expected in ((UNSURE, (0, 1)), (SURE, (1, 0))):
        done = relabel(office, content)
        assert (done.documents, done.changed, done.rebuilt, done.behind) == (2, 1, share == 0.0, "")
        assert law(office) == expected
    assert index.status().chunks == before[2]
    assert (index.status().generation == before[1]) is (share == 1.0)
    assert relabel(office, SURE).documents == 0

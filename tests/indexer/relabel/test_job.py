"""The worker's part: it relabels by itself what a person has decided, and nothing else."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.ingest.join import StoppedError
from indexer.jobs import Jobs
from tests.classifiers import model_bytes
from tests.indexer.ingest.office import NDA, make_office
from tests.indexer.ingest.test_labels import LEASE
from tests.indexer.relabel.test_relabel import LAW, Firm


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    office = make_office(tmp_path)
    office.write("nda.txt", NDA)
    office.write("lease.txt", LEASE)
    office.run()
    yield Firm(office)
    office.engine.dispose()


def test_the_worker_relabels_once_a_model_was_promoted(firm: Firm) -> None:
    jobs = Jobs(firm.office.ingest, threading.Event())
    firm.use(model_bytes(LAW))
    jobs.relabel()
    assert firm.stale() == 0
    assert ("Governing Law", "model", "speaks", 0.9) in firm.said()


def test_with_nothing_stale_it_does_not_even_take_the_lock(firm: Firm) -> None:
    applied = len(firm.office.index.applied)
    Jobs(firm.office.ingest, threading.Event()).relabel()
    assert len(firm.office.index.applied) == applied


def test_what_stands_in_for_a_damaged_model_does_not_replace_the_labels_that_it_gave(firm: Firm) -> None:
    firm.use(model_bytes(LAW))
    firm.relabel()
    before = firm.said()
    firm.use(None)
    firm.models.trouble = True
    Jobs(firm.office.ingest, threading.Event()).relabel()
    assert firm.said() == before
    assert firm.stale() == 2


def test_nor_does_a_change_of_the_encoder(firm: Firm) -> None:
    firm.use(model_bytes(LAW, reader="1"))
    firm.relabel()
    before = firm.said()
    firm.office.encoder.version = "hashing-2"
    Jobs(firm.office.ingest, threading.Event()).relabel()
    assert firm.said() == before


def test_a_worker_that_is_told_to_stop_stops_between_batches(firm: Firm) -> None:
    stop = threading.Event()
    stop.set()
    firm.use(model_bytes(LAW))
    with pytest.raises(StoppedError, match="Stopped after 4 of 4, at labelling"):
        Jobs(firm.office.ingest, stop).relabel()


def test_relabelling_is_among_the_jobs(firm: Firm) -> None:
    assert "relabel" in {job.name for job in Jobs(firm.office.ingest, threading.Event()).all()}

"""The composition root: constructs the real parts from the settings; everything else is given them."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from indexer.blobs import BlobStore
from indexer.encoders import Kept
from indexer.extract.tika import TikaServer
from indexer.index.embedded import EmbeddedIndex
from indexer.index.mapping import chunk_mapping
from indexer.index.protocol import ChunkIndex
from indexer.ingest import Ingest, Limits
from indexer.learning import Learner
from indexer.mirror import Mirror
from indexer.monitoring.look import Monitor
from indexer.passages import StoredPassage, stored_passages
from indexer.project_events import EVENT_TABLES, EventProjection
from indexer.ranking import RankerLearner
from indexer.records.database import open_records
from indexer.records.read import collection_names
from indexer.registry import ProductModels, Rankers, Registry
from indexer.relabel import Relabel
from indexer.shadow import Shadowing
from models.encoder import load_encoder
from models.encoder.source import locate
from models.encoder.weights import reader_version
from models.errors import EncoderUnavailableError
from models.packs import Pack, load_pack, pack_names
from models.protocols import Encoder
from models.ranker.judged import judged_for
from search_app.chosen_encoder import encoder_in_use, settings_with
from search_app.chosen_ranker import OFF, ranker_file
from search_app.current_ranker import CurrentReranker
from search_app.golden_queries import GoldenAnswers
from search_app.grounds import Grounds
from search_app.logged_candidates import LoggedCandidates
from search_app.mirroring import mirror_of
from search_app.search import Searcher
from search_app.settings import Settings
from search_app.tika import tika_server

if TYPE_CHECKING:
    from indexer.index.opensearch import Connection

DEFAULT_PACK = "contracts"
_log = logging.getLogger(__name__)


class CollectionPacks(Mapping[str, Pack]):
    """The pack of every collection: the one of its name, else the contracts pack."""

    def __init__(self) -> None:
        self._names = pack_names()

    def __getitem__(self, collection: str) -> Pack:
        """Returns the pack; any name of a collection is answered."""
        return load_pack(collection if collection in self._names else DEFAULT_PACK)

    def __iter__(self) -> Iterator[str]:
        """Iterates over the packs that ship with the product."""
        return iter(self._names)

    def __len__(self) -> int:
        """Returns the number of packs that ship with the product."""
        return len(self._names)


@dataclass(frozen=True)
class Parts:
    """The parts of a running process; the encoder and the index are made at their first use.

    Attributes:
        settings: As given, but for encoder and reader where ``chosen`` says which.
        chosen: The encoder that was taken into use; None for the one of the settings, or the product's own.
    """

    settings: Settings
    engine: Engine
    packs: Mapping[str, Pack]
    blobs: BlobStore
    tika: TikaServer | None = None
    chosen: Kept | None = None

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder that the settings name; the first use on a machine exports it (half a minute)."""
        settings = self.settings
        return load_encoder(
            settings.encoder, settings.encoder_backend, settings.encoder_folder, reader=settings.reader
        )

    @cached_property
    def index(self) -> ChunkIndex:
        """The search index that the settings name."""
        encoder = self.encoder
        if self.settings.index == "opensearch":
            from indexer.index.opensearch import OpenSearchIndex  # noqa: PLC0415 - others need no client

            return OpenSearchIndex(self.cluster, encoder.version, encoder.dimension)
        return EmbeddedIndex(index_directory(self.settings.home), encoder.version, encoder.dimension)

    @cached_property
    def registry(self) -> Registry:
        """Which classifiers there are, and which one labels."""
        reader = reader_version(locate(self.settings.encoder, self.settings.reader))
        return Registry(self.engine, self.blobs, ProductModels(), reader=reader)

    @cached_property
    def grounds(self) -> Grounds:
        """Who knows what stands behind a label: the card of a model, the author of a rule of the house."""
        return Grounds(self.engine, self.registry)

    @cached_property
    def learner(self) -> Learner:
        """What learns from decisions."""
        return Learner(
            self.engine,
            self.blobs,
            self.registry,
            ProductModels(),
            self.encoder,
            self.packs,
            self.settings.learn_promotes == "auto",
            beside=self.shadowing if self.settings.learn_promotes == "shadow" else None,
        )

    @cached_property
    def shadowing(self) -> Shadowing:
        """What labels beside the classifiers in use."""
        return Shadowing(self.engine, self.registry, self.packs, self.encoder.version)

    @cached_property
    def mirror(self) -> Mirror | None:
        """What tells MLflow of the models; None where the settings have it not."""
        return mirror_of(self.settings, self.engine)

    @cached_property
    def monitor(self) -> Monitor:
        """What measures the classifier at work."""
        ask = GoldenAnswers(lambda: self.searcher)
        return Monitor(self.engine, self.registry, self.packs, self.encoder, ask)

    def relabel(self, confirm: Callable[[], None]) -> Relabel:
        """What labels stale documents anew; ``confirm`` raises where the writer lock is lost."""
        return Relabel(self.engine, self.index, self.encoder, self.packs, self.registry, confirm=confirm)

    def collections(self) -> list[str]:
        """The names of all collections, in order of the alphabet."""
        with self.engine.connect() as connection:
            return collection_names(connection)

    @cached_property
    def events(self) -> EventProjection | None:
        """What writes search events to OpenSearch too; None where the settings have it not."""
        if self.settings.index != "opensearch" or self.settings.opensearch_events == "off":
            return None
        from indexer.index.opensearch.event_index import EventIndex  # noqa: PLC0415 - others need no client

        return EventProjection(self.engine, [EventIndex(self.cluster, name) for name in EVENT_TABLES])

    @cached_property
    def cluster(self) -> "Connection":
        """The OpenSearch of the settings. Raises SettingsError, which names what contradicts itself."""
        from search_app.opensearch import connection_of  # noqa: PLC0415 - others need no client

        # The client logs each request and the trace of each try; what failed in the end, we say ourselves.
        logging.getLogger("opensearch").setLevel(logging.CRITICAL)
        return connection_of(self.settings)

    @cached_property
    def searcher(self) -> Searcher:
        """Who answers searches."""
        reranking = None
        if self.settings.ranker != OFF:
            reranking = CurrentReranker(self.rankers, self._stored, self.engine)
        return Searcher(self.index, self.encoder, self.engine, self.packs, self.grounds, reranking=reranking)

    @cached_property
    def rankers(self) -> Rankers:
        """Which rankers there are, and which one orders hits. Raises SettingsError and RankerError."""
        return Rankers(self.engine, self.blobs, ranker_file(self.settings))

    @cached_property
    def ranker_learner(self) -> RankerLearner | None:
        """What learns from clicks; None where hits are to stay in the order of the fusion."""
        if self.settings.ranker == OFF:
            return None
        encoder = self.encoder.version
        return RankerLearner(
            self.engine,
            self.blobs,
            self.rankers,
            LoggedCandidates(self.searcher, self._stored).of,
            {"encoder": encoder, "mapping": chunk_mapping().fingerprint},
            judged_for(encoder),
            self.settings.learn_promotes == "auto",
        )

    def _stored(self, keys: Sequence[int]) -> Mapping[int, StoredPassage]:
        with self.engine.connect() as connection:
            return stored_passages(connection, keys, self.encoder.version)

    @cached_property
    def ingest(self) -> Ingest:
        """Who takes files in; ClusterUnavailableError where a Ray cluster is named and does not answer."""
        settings = self.settings
        limits = Limits(
            jobs=settings.jobs,
            seconds=settings.extract_seconds,
            memory_mb=settings.extract_memory_mb,
            max_bytes=settings.max_file_mb << 20,
        )
        ingest = Ingest(
            settings.home,
            self.engine,
            self.blobs,
            self.index,
            self.encoder,
            self.packs,
            limits,
            encoder_name=settings.encoder,
            tika=self.tika,
            classifiers=self.registry,
        )
        return _on_ray(ingest, settings) if settings.ray else ingest


def with_encoder(parts: Parts, given: Settings, kept: Kept | None) -> Parts:
    """Returns parts that use another encoder: one among the stored files, or the one of the settings.

    Raises:
        EncoderUnavailableError: Its file is missing or damaged.
    """
    return replace(parts, settings=settings_with(given, kept, parts.blobs), chosen=kept)


def index_directory(home: Path) -> Path:
    """Returns where the embedded index lies."""
    return home / "index"


def _on_ray(ingest: Ingest, settings: Settings) -> Ingest:
    """Returns an ingest whose files are read and encoded by a Ray cluster, connected by now."""
    from indexer import ray_cluster  # noqa: PLC0415 - others need no Ray

    ray_cluster.connect(settings.ray)
    setup = ray_cluster.Setup(
        settings.encoder,
        settings.reader,
        settings.encoder_backend,
        settings.encoder_folder.resolve(),
        ingest.limits,
        ingest.encoder.version,
        ingest.tika,
    )
    return replace(
        ingest,
        encoder=ray_cluster.RayEncoder(ingest.encoder, setup),
        open_pool=lambda _limits, _encoder, _tika: ray_cluster.RayPool(setup),
        batches=ray_cluster.batches(),
    )


def compose(settings: Settings) -> Parts:
    """Opens the records (and migrates them) and gathers the parts under ``settings.home``."""
    tika = tika_server(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    parts = Parts(
        settings=settings,
        engine=open_records(settings.records_url, settings.database_password),
        packs=CollectionPacks(),
        blobs=BlobStore(settings.home / "blobs"),
        tika=tika,
    )
    kept = encoder_in_use(settings, parts.engine)
    try:
        return with_encoder(parts, settings, kept)
    except EncoderUnavailableError as error:
        _log.error("%s", error)  # each command says what it lacks; "encoder back" lacks nothing
        return parts

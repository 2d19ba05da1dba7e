"""Labels documents beside the classifier in use, and writes down where the two differ.

Which documents are to be looked at is found out by comparing fingerprints, and each batch is one transaction:
it may be killed at any moment, and documents that come or change later are looked at in their turn. Neither
labels nor the index change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from indexer.errors import ModelRegistryError
from indexer.house import house_labeller
from indexer.labelling import Labelling, fits, labelling
from indexer.learning.preview import by_document, changes
from indexer.rebuild import Report, silent
from indexer.records import schema
from indexer.records.database import writing
from indexer.records.read import collection_names
from indexer.records.write import insert_new, upsert
from indexer.registry import Registry
from indexer.shadow.read import Shadow, progress, shadow, shadows
from models.classifier.adapted import adapted
from models.packs import Pack

BATCH_DOCUMENTS = 50
_shadows, _labels, _seen, _documents = (
    schema.shadows,
    schema.shadow_labels,
    schema.shadow_documents,
    schema.documents,
)


def start(connection: Connection, found: Shadow) -> None:
    """Lets a version label beside the one in use, instead of what did so for its pack before."""
    before = shadow(connection, found.pack)
    if before is not None and before.version != found.version:
        stop(connection, found.pack)
    insert_new(connection, _shadows, [{name: getattr(found, name) for name in Shadow.__slots__}])


def stop(connection: Connection, pack: str) -> Shadow | None:
    """Ends what labels beside the classifier of a pack, and removes what it would say; returns it."""
    found = shadow(connection, pack)
    if found is not None:
        for table in (_labels, _seen):
            connection.execute(delete(table).where(table.c.version == found.version))
        connection.execute(delete(_shadows).where(_shadows.c.pack == pack))
    return found


@dataclass(frozen=True, slots=True)
class Shadowing:
    """Labels beside the classifiers in use.

    Attributes:
        packs: The pack of each collection.
        encoder: Version of the encoder in use.
    """

    engine: Engine
    registry: Registry
    packs: Mapping[str, Pack]
    encoder: str

    def begin(self, version: str, by: str, now: str) -> Shadow:
        """Lets a version label beside the one in use; what did so for its pack before ends.

        Raises:
            ModelRegistryError: It labels already, or cannot be used with this encoder.
            ClassifierError: Its file cannot be used.
        """
        chosen = self.registry.find(version)
        used = self.registry.state(chosen.pack).used
        if used is not None and used.version == chosen.version:
            raise ModelRegistryError(f"{chosen.version} labels already; another one can label beside it")
        if not fits(self.registry.load(chosen.version).card, self.encoder):
            raise ModelRegistryError(
                f"{chosen.version} needs the reader {chosen.card.reader}, which the encoder has not"
            )
        found = Shadow(chosen.pack, chosen.version, now, by)
        with writing(self.engine) as connection:
            start(connection, found)
        return found

    def run(self, report: Report = silent) -> int:
        """Looks at all documents that are to be looked at; returns how many. Ends what labels by itself now.

        Raises:
            ClassifierError: The file of a version cannot be used.
        """
        with self.engine.connect() as connection:
            every = shadows(connection)
        return sum(self._run(each, report) for each in every)

    def _run(self, found: Shadow, report: Report) -> int:
        used = self.registry.state(found.pack).used
        if used is None or used.version == found.version:
            with writing(self.engine) as connection:
                stop(connection, found.pack)
            return 0
        with self.engine.connect() as connection:
            names = [name for name in collection_names(connection) if self.packs[name].name == found.pack]
            done, total = progress(connection, found, names)
        looked = 0
        for name in names:
            present, new = self._targets(name, found.version)
            after = ""
            while batch := self._batch(found.version, name, present.fingerprint, after):
                after = str(batch[-1].id)
                self._look(found, batch, new)
                looked += len(batch)
                report(min(done + looked, total), total, "labelling beside")
        return looked

    def _targets(self, collection: str, version: str) -> tuple[Labelling, Labelling]:
        """Returns what labels a collection, and what would."""
        pack = self.packs[collection]
        with self.engine.connect() as connection:
            house = house_labeller(connection, collection)
        new = adapted(self.registry.load(version), pack)
        present = labelling(pack, self.registry.classifier(pack), self.encoder, house)
        return present, labelling(pack, new, self.encoder, house)

    def _batch(self, version: str, collection: str, present: str, after: str) -> Sequence[Any]:
        """Returns documents, beyond one, that the present labels are from, and that were not looked at so."""
        own = _documents.c
        made = own.labelled_by + " " + own.extractor + " " + own.chunker
        seen = (_seen.c.document == own.id) & (_seen.c.version == version) & (_seen.c.fingerprint == made)
        query = select(own.id, made.label("made")).where(
            own.collection == collection, own.status == "active", own.labelled_by == present, own.id > after
        )
        query = query.where(~select(_seen.c.document).where(seen).exists())
        with self.engine.connect() as connection:
            return connection.execute(query.order_by(own.id).limit(BATCH_DOCUMENTS)).all()

    def _look(self, found: Shadow, batch: Sequence[Any], new: Labelling) -> None:
        with self.engine.connect() as connection:
            documents = by_document(connection, [row.id for row in batch], new.encoder)
        rows = [
            {
                "version": found.version,
                "chunk": change.key,
                "label": change.label,
                "document": own[0].document,
                "gained": int(change.gained),
            }
            for own in documents
            for change in changes(own, new)
        ]
        read = {own[0].document for own in documents}
        with writing(self.engine) as connection:
            if shadow(connection, found.pack) != found:
                return  # it was ended, or another took its place
            gone = (_labels.c.version == found.version) & _labels.c.document.in_(sorted(read))
            connection.execute(delete(_labels).where(gone))
            insert_new(connection, _labels, rows)
            looked = [
                {"version": found.version, "document": row.id, "fingerprint": row.made}
                for row in batch
                if row.id in read
            ]
            upsert(connection, _seen, looked)

"""Takes labels that were given elsewhere over as decisions, document by document.

Each document is one transaction, and what the same name says already is left out: an import that was killed
goes on with the same command, and the same import twice adds nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, Engine, select

from indexer.decisions import Action, Asked, Origin, standing_decisions
from indexer.decisions.read import decisions_of
from indexer.decisions.record import decide_all
from indexer.errors import ImportingError
from indexer.imports import log
from indexer.imports.places import Place, Places, carrying, find, read_document
from indexer.imports.reading import MarkedDocument, read_marked
from indexer.rebuild import Report, silent
from indexer.records import schema
from indexer.records.database import writing
from indexer.training.findings import Finding, Findings
from models.labels import LabelSource, Standing
from models.packs import Pack

_SHORT = 60
_predictions, _chunks = schema.predictions, schema.chunks
# What is at stake where a file tells that a label does not apply.
_CLAIMED = (Standing.SPEAKS.value, Standing.UNSURE.value)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do.

    Attributes:
        id: Of the import; empty where nothing was to be written.
        documents: Documents of which the file says something that the records have too.
        applies: Decisions that a label applies; ``against`` that one does not.
        known: Those of both that the same name had said before.
        problems: What the file says that could not be taken over, and why.
        notes: What is worth knowing of the file.
    """

    id: str
    documents: int = 0
    applies: int = 0
    against: int = 0
    known: int = 0
    problems: tuple[Finding, ...] = ()
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """That a label does or does not apply to a passage; ``span`` are the words, None for all of it."""

    place: Place
    label: str
    applies: bool
    span: tuple[int, int] | None = None

    @property
    def subject(self) -> tuple[bytes, str]:
        return self.place.text_hash, self.label


@dataclass(frozen=True, slots=True)
class LabelImport:
    """Takes over one file.

    Attributes:
        collection: Whose documents are meant.
        by: The name that speaks for the file.
        complete: Whether the file was made by looking through its documents for all labels, so that what a
            machine claims there and the file does not is dismissed.
        now: The present moment; UTC ISO 8601.
    """

    engine: Engine
    packs: Mapping[str, Pack]
    collection: str
    by: str
    now: str
    complete: bool = False

    def run(
        self, content: bytes, name: str, form: str = "", *, dry: bool = False, report: Report = silent
    ) -> Imported:
        """Takes a file over; with ``dry``, only says what it would do.

        Raises:
            ImportingError: Nothing in it can be used.
        """
        findings = Findings()
        marked = list(read_marked(content, name, form, self.packs[self.collection], findings))
        if not marked:
            why = f": {findings.problems[0]}" if findings.problems else ""
            raise ImportingError(f"{name} says nothing that can be taken over{why}")
        with self.engine.connect() as connection:
            places = Places.of(connection, self.collection)
        done = Imported("" if dry else self._begin(content, name))
        documents: set[str] = set()
        for number, each in enumerate(marked, 1):
            document, said = self._said(places, each, name, findings)
            if document:
                documents.add(document)
                done = self._taken(done, document, said, dry=dry)
            report(number, len(marked), "documents")
        if not dry:
            with writing(self.engine) as connection:
                log.note(connection, done.id, finished_at=self.now)
        problems, notes = tuple(findings.problems), tuple(findings.notes)
        return replace(done, documents=len(documents), problems=problems, notes=notes)

    def _begin(self, content: bytes, name: str) -> str:
        options = f"\0{self.collection}\0{self.by}\0{self.complete}".encode()
        whole = hashlib.sha256(content + options).hexdigest()
        with writing(self.engine) as connection:
            return log.begin(
                connection, "labels", whole, by=self.by, file=name, now=self.now, collection=self.collection
            )

    def _said(
        self, places: Places, marked: MarkedDocument, file: str, findings: Findings
    ) -> tuple[str, list[_Said]]:
        """Returns the document that is meant, none where it is not there, and what is said of it."""
        with self.engine.connect() as connection:
            if marked.passage:
                found = places.of_text(connection, marked.passage)
                if found is not None:
                    document, place = found
                    return document, list(self._of_passage(connection, marked, place))
            try:
                document = places.document(marked.name)
            except LookupError as error:
                for words in marked.words or ():
                    findings.problem(file, words.place, f"{words.label}: {error}")
                if not marked.words:
                    findings.problem(file, marked.place, str(error))
                return "", []
            return document, list(self._of_document(connection, marked, document, file, findings))

    def _of_passage(self, connection: Connection, marked: MarkedDocument, place: Place) -> Iterator[_Said]:
        spans = {words.label: (words.near, words.near + len(words.text)) for words in marked.words}
        for label in sorted(marked.labels | spans.keys()):
            yield _Said(place, label, True, spans.get(label))
        # Of a passage that was looked at on its own, the file tells what does not apply as well.
        for label in sorted(_claimed(connection, [place]).get(place.key, set()) & marked.looked_for):
            if label not in marked.labels and label not in spans:
                yield _Said(place, label, False)

    def _of_document(
        self, connection: Connection, marked: MarkedDocument, document: str, file: str, findings: Findings
    ) -> Iterator[_Said]:
        text, passages = read_document(connection, document)
        carried: set[tuple[int, str]] = set()
        doubtful: set[str] = set()
        if marked.passage:
            findings.problem(
                file, marked.place, f"no passage of {marked.name!r} reads {_cut(marked.passage)!r}"
            )
            return
        for words in marked.words:
            bounds = find(words.text, text, words.near)
            if bounds is None:
                what = f"{words.label}: {marked.name!r} does not hold {_cut(words.text)!r}"
                findings.problem(file, words.place, what)
                doubtful.add(words.label)
                continue
            for place, span in carrying(passages, *bounds):
                if (place.key, words.label) not in carried:
                    carried.add((place.key, words.label))
                    yield _Said(place, words.label, True, span)
        if self.complete:
            claims = _claimed(connection, passages)
            for place in passages:
                for label in sorted((claims.get(place.key, set()) & marked.looked_for) - doubtful):
                    if (place.key, label) not in carried:
                        yield _Said(place, label, False)

    def _taken(self, done: Imported, document: str, said: list[_Said], *, dry: bool) -> Imported:
        with self.engine.connect() as connection:
            lines = [line for line in decisions_of(connection, [document]) if line.by == self.by]
        known = {(line.text_hash, line.label): line.applies for line in standing_decisions(lines)}
        wanted: dict[tuple[bytes, str], _Said] = {}
        for each in said:  # where a text stands twice in a document, that it applies outweighs
            if each.applies or each.subject not in wanted:
                wanted[each.subject] = each
        new = [each for each in wanted.values() if known.get(each.subject) is not each.applies]
        if new and not dry:
            with writing(self.engine) as connection:
                decide_all(connection, document, [self._asked(done.id, each) for each in new], self.packs)
        applies = sum(each.applies for each in new)
        return replace(
            done,
            applies=done.applies + applies,
            against=done.against + len(new) - applies,
            known=done.known + len(wanted) - len(new),
        )

    def _asked(self, id_: str, said: _Said) -> Asked:
        subject = f"{said.place.key}\0{said.label}\0{said.applies}".encode()
        return Asked(
            act=f"{id_}:{hashlib.sha256(subject).hexdigest()[:24]}",
            action=Action.ADD if said.applies else Action.DISMISS,
            key=said.place.key,
            label=said.label,
            by=self.by,
            at=self.now,
            origin=Origin.IMPORT,
            span=said.span,
        )


def _claimed(connection: Connection, passages: list[Place]) -> dict[int, set[str]]:
    """Returns the labels that machines claim of some passages, or are not sure of."""
    found: dict[int, set[str]] = {}
    keys = [place.key for place in passages]
    for start in range(0, len(keys), 500):
        query = select(_predictions.c.chunk, _predictions.c.label).where(
            _predictions.c.chunk.in_(keys[start : start + 500]),
            _predictions.c.source != LabelSource.HUMAN.value,
            _predictions.c.standing.in_(_CLAIMED),
        )
        for row in connection.execute(query):
            found.setdefault(row.chunk, set()).add(row.label)
    return found


def _cut(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= _SHORT else f"{plain[: _SHORT - 1]}…"

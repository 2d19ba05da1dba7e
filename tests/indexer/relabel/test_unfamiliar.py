"""Documents keep how many of their passages are in words that the classifier in force did not learn from."""

from pathlib import Path

from sqlalchemy import select

from indexer.records import schema
from tests.classifiers import UNFAMILIAR, model_bytes
from tests.indexer.ingest.office import NDA, make_office
from tests.indexer.relabel.test_relabel import LAW, Firm


def test_unfamiliar_passages_are_counted_by_the_classifier_in_force(tmp_path: Path, records_url: str) -> None:
    office = make_office(tmp_path, url=records_url)
    office.write("nda.txt", NDA)
    office.write("strange.txt", NDA.replace("Delaware", f"Dakota ({UNFAMILIAR})"))
    office.run()
    firm = Firm(office)

    def counted() -> dict[str, int]:
        with office.engine.connect() as connection:
            rows = connection.execute(select(schema.documents))
            return {row.file_name: row.unfamiliar for row in rows}

    assert counted() == {"nda.txt": 0, "strange.txt": 0}
    firm.use(model_bytes(LAW))
    firm.relabel()
    assert counted() == {"nda.txt": 0, "strange.txt": 1}
    firm.use(None)
    firm.relabel()
    assert counted() == {"nda.txt": 0, "strange.txt": 0}
    office.engine.dispose()

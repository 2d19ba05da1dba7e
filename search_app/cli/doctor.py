"""clausewatch doctor: is this installation sound, and if not, what to do."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import click

from search_app.settings import Settings, load_settings

FREE_BYTES = 2 * 2**30
TIKA_VERSION = "3.3.2"
LOCAL_TIKA = f"""\
To have them read on this machine, with Java 11 or newer (nothing is downloaded or started for you):
1. Get tika-server-standard-{TIKA_VERSION}.jar: org.apache.tika:tika-server-standard in Maven Central.
2. Run it on loopback: java -Xmx1g -jar tika-server-standard-{TIKA_VERSION}.jar -h 127.0.0.1 -p 9998
3. Set CLAUSEWATCH_TIKA_URL=http://127.0.0.1:9998 and ingest again. See docs/operations.md, Tika."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; ``remedy`` is empty when all is well, ``note`` is worth knowing even then."""

    part: str
    found: str
    remedy: str = ""
    note: str = ""


@click.command("doctor")
def command() -> None:
    """Check folder, encoder, records, index, classifier, ranker and Tika server, and say what to do.

    Exit status 1 when something needs attention.
    """
    settings = load_settings()
    findings = list(examine(settings))
    for finding in findings:
        mark = "needs attention" if finding.remedy else "ok"
        click.echo(f"{finding.part:<10} {mark:<16} {finding.found}")
        for line in (*finding.remedy.splitlines(), *finding.note.splitlines()):
            click.echo(f"{'':<27} {line}")
    if any(finding.remedy for finding in findings):
        raise click.exceptions.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Yields one finding a part; a check that fails becomes a finding, never an exception."""
    checks: tuple[tuple[str, Callable[[Settings], Finding], str], ...] = (
        ("folder", _folder, "Set CLAUSEWATCH_HOME to a folder that this user may write to."),
        ("encoder", _encoder, "Run make install again; or set CLAUSEWATCH_ENCODER to the path of a model."),
        ("records", _records, "See that the database runs, or restore a backup; see docs/operations.md."),
        ("index", _index, "Run clausewatch rebuild."),
        ("classifier", _classifier, "Run clausewatch models rollback."),
        ("ranker", _ranker, "Mend CLAUSEWATCH_RANKER; off leaves the order to the fusion."),
        ("tika", _tika, "Mend CLAUSEWATCH_TIKA_URL or CLAUSEWATCH_TIKA_SECONDS."),
    )
    for part, check, remedy in checks:
        try:
            yield check(settings)
        except Exception as error:  # noqa: BLE001 - whatever is wrong is what this command reports
            yield Finding(part, f"{type(error).__name__}: {error}", remedy)


def _folder(settings: Settings) -> Finding:
    home = settings.home
    home.mkdir(parents=True, exist_ok=True)
    probe = home / ".doctor"
    probe.write_bytes(b"")
    probe.unlink()
    free = shutil.disk_usage(home).free
    found = f"{home.resolve()}, {free / 2**30:.1f} GiB free"
    return Finding(
        "folder",
        found,
        "Free some space: a rebuild needs room for a second index." if free < FREE_BYTES else "",
    )


def _encoder(settings: Settings) -> Finding:
    from search_app.compose import compose  # noqa: PLC0415 - the help page must not pay for the imports

    encoder = compose(settings).encoder
    vector = encoder.encode(["limitation of liability"])
    reads = f"reads {len(encoder.reads)} labels" if encoder.reads else "has no reader"
    size = f"{vector.shape[1]} dimensions, {encoder.max_tokens} tokens"
    return Finding("encoder", f"{encoder.version}, {size}, {reads}")


def _records(settings: Settings) -> Finding:
    from indexer.records.read import totals  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    parts = compose(settings)
    with parts.engine.connect() as connection:
        found = totals(connection)
    documents = sum(total.documents for total in found.values())
    return Finding(
        "records",
        f"{documents} documents in {len(found)} collections ({parts.engine.url.get_backend_name()})",
    )


def _classifier(settings: Settings) -> Finding:
    from search_app.classifiers import classifier_status  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    found = classifier_status(compose(settings))
    words = " ".join(each.words() for each in found)
    return Finding("classifier", words, next((each.remedy for each in found if each.remedy), ""))


def _ranker(settings: Settings) -> Finding:
    from search_app.chosen_ranker import OFF  # noqa: PLC0415
    from search_app.compose import compose  # noqa: PLC0415

    state = compose(settings).rankers.state()
    if state.trouble:
        return Finding("ranker", state.trouble, "Go back with “clausewatch models rollback --kind ranker”.")
    ranker = state.used
    if ranker is None or settings.ranker == OFF:
        return Finding("ranker", "none; hits stay in the order of the fusion")
    card = ranker.card
    return Finding("ranker", f"{ranker.version}, from {len(card.queries)} queries ({card.data_name})")


def _tika(settings: Settings) -> Finding:
    from search_app.tika import tika_status  # noqa: PLC0415

    status = tika_status(settings)
    if not status.url:
        return Finding("tika", status.words(), note=LOCAL_TIKA)
    if not status.version:
        return Finding("tika", status.words(), "Start the server, or mend CLAUSEWATCH_TIKA_URL.")
    far = urlsplit(status.url)
    open_ = far.scheme == "http" and far.hostname not in {"127.0.0.1", "::1", "localhost"}
    return Finding(
        "tika", status.words(), note="Files go there unencrypted; https would protect them." if open_ else ""
    )


def _index(settings: Settings) -> Finding:
    from search_app.compose import compose  # noqa: PLC0415

    status = compose(settings).index.status()
    found = f"{status.chunks} passages, generation {status.generation}, vectors {status.vector_kind}"
    return Finding("index", f"{found}, {status.bytes / 2**20:.0f} MiB")

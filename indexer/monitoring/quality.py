"""How right a classifier is at work, by what people said, and how well files could be read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection, func, select

from indexer.decisions.estimate import live_precision
from indexer.decisions.recall import live_recall, missed_labels
from indexer.ingest.values import Outcome
from indexer.learning.monitor import Judged, watch
from indexer.monitoring.sides import Frame
from indexer.monitoring.values import Measurement, Metric, Series
from indexer.records import schema
from models.evaluation.proportion import wilson
from models.packs import Pack

_files, _runs = schema.run_files, schema.runs
# Files that were looked at; of fewer, a share of failures says nothing.
LEAST_FILES = 20


def by_checks(connection: Connection, pack: Pack, of: Series, learned: int) -> Iterator[Measurement]:
    """Yields precision, by label too, and recall of a collection, as far as random checks tell.

    Where recall is known, so is how often each label was missed. ``learned`` is the number of the newest
    decision that the classifier in use learned from.
    """
    right = live_precision(connection, of.collection, pack.labels, learned)
    for label, each in sorted(right.items()):
        if each.judged:
            series = replace(of, metric=Metric.PRECISION, label=label)
            yield Measurement(series, each.right / each.judged, each.judged, each.low, each.high)
    found = live_recall(connection, of.collection, pack.labels, right)
    if found is not None:
        series = replace(of, metric=Metric.RECALL)
        yield Measurement(series, found.value, found.checked, found.low, found.high)
        for label, number in missed_labels(connection, of.collection, pack.labels).items():
            series = replace(of, metric=Metric.MISSED, label=label)
            yield Measurement(series, number, found.checked)


def dismissals(
    connection: Connection, pack: Pack, packs: Mapping[str, Pack]
) -> tuple[list[Measurement], str]:
    """Returns the share of dismissed claims of the classifier in use, and what is wrong with it, if anything.

    They are those that people came across, no random sample.
    """
    found = watch(connection, pack, packs)
    if found is None or not found.now.judged:
        return [], ""
    share, low, high = _dismissed(found.now)
    point = Measurement(Series(pack.name, Metric.DISMISSED), share, found.now.judged, low, high)
    if found.before.judged:
        point = replace(point, before=_dismissed(found.before)[0], before_n=found.before.judged)
    return [point], found.alarm


def failures(connection: Connection, limits: Frame, of: Series) -> list[Measurement]:
    """Returns the share of files that could not be read since the window began, beside that before it."""
    counts = {
        side: _counts(connection, of.collection, condition)
        for side, condition in (
            ("new", _runs.c.started_at > limits.new_from),
            ("old", _runs.c.started_at <= limits.old_until),
        )
    }
    (failed, files), (failed_before, before) = counts["new"], counts["old"]
    if files < LEAST_FILES:
        return []
    low, high = wilson(failed, files)
    point = Measurement(replace(of, metric=Metric.FAILED), failed / files, files, low, high)
    if before < LEAST_FILES:
        return [point]
    share = failed_before / before
    chance = _chance(failed, files, failed_before, before)
    return [replace(point, before=share, before_n=before, distance=failed / files - share, chance=chance)]


def _counts(connection: Connection, collection: str, condition: object) -> tuple[int, int]:
    """Returns how many files failed, and how many there were; a file that was tried often counts once."""
    number = func.count(_files.c.uri.distinct())
    query = select(_files.c.outcome, number).join_from(_files, _runs)
    own = query.where(_runs.c.collection == collection, condition)  # type: ignore[arg-type]
    found: dict[str | None, int] = {
        row[0]: row[1] for row in connection.execute(own.group_by(_files.c.outcome))
    }
    failed = found.get(Outcome.FAILED.value, 0)
    return failed, failed + found.get(Outcome.INDEXED.value, 0)


def _chance(failed: int, files: int, failed_before: int, before: int) -> float:
    """Returns the probability of so many failures if they were as likely as before: Fisher's exact test."""
    from scipy.stats import hypergeom  # noqa: PLC0415 - the import takes a second

    return float(hypergeom.sf(failed - 1, files + before, failed + failed_before, files))


def _dismissed(found: Judged) -> tuple[float, float, float]:
    wrong = found.judged - found.right
    return wrong / found.judged, *wilson(wrong, found.judged)

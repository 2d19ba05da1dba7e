"""Lines over time with the interval of each point, as numbers that a template draws as plain SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT = 420, 130
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 10, 10, 22
# More points than the plot is wide for say nothing more.
MOST = 120


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a time (UTC ISO 8601), with the ends of its interval where there is one."""

    at: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn, in units of the view box.

    Attributes:
        line: Points of a polyline; ``dots`` their centres.
        band: Points of a polygon around it; empty where no point has an interval.
        ticks: Heights with the value that they stand for.
        first: When the first point was; ``last`` when the last one was.
    """

    line: str
    band: str
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, float], ...]
    first: str
    last: str


def plot(points: Sequence[Point], bottom: float, top: float) -> Plot:
    """Returns how points are drawn, the oldest first; at least one.

    Args:
        points: In order of their times.
        bottom: Value at the lower edge.
        top: Value at the upper edge; what lies outside is drawn at the edge.
    """
    shown = thinned(points)
    times = [datetime.fromisoformat(point.at).timestamp() for point in shown]
    span = times[-1] - times[0]
    across = [(time - times[0]) / span if span else 0.5 for time in times]
    places = [round(_LEFT + each * (WIDTH - _LEFT - _RIGHT), 1) for each in across]

    def height(value: float) -> float:
        share = (value - bottom) / (top - bottom) if top > bottom else 0.5
        return round(HEIGHT - _BOTTOM - min(max(share, 0.0), 1.0) * (HEIGHT - _TOP - _BOTTOM), 1)

    dots = tuple((x, height(point.value)) for x, point in zip(places, shown, strict=True))
    ends = [
        (x, height(point.low), height(point.high))
        for x, point in zip(places, shown, strict=True)
        if point.low is not None and point.high is not None
    ]
    return Plot(
        line=_joined(dots),
        band=_joined(_around(ends)),
        dots=dots,
        ticks=tuple((height(value), value) for value in (bottom, (bottom + top) / 2, top)),
        first=shown[0].at,
        last=shown[-1].at,
    )


def thinned(points: Sequence[Point]) -> list[Point]:
    """Returns at most 120 points, evenly taken, the last one among them."""
    if len(points) <= MOST:
        return list(points)
    return [points[round(place * (len(points) - 1) / (MOST - 1))] for place in range(MOST)]


def _around(ends: Sequence[tuple[float, float, float]]) -> list[tuple[float, float]]:
    """Returns a polygon; that of a lone point is as wide as a dot."""
    if len(ends) == 1:
        [(x, low, high)] = ends
        return [(x - 3, low), (x + 3, low), (x + 3, high), (x - 3, high)]
    return [*((x, low) for x, low, _ in ends), *((x, high) for x, _, high in reversed(ends))]


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)

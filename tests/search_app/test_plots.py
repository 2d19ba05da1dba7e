"""Lines over time as numbers: where points lie, how wide the band is, and how many points are drawn."""

from search_app.plots import Point, plot, thinned

DAYS = [f"2026-05-{day:02}T00:00:00.000Z" for day in range(1, 32)]


def test_points_lie_by_time_and_value_and_the_band_goes_around_them() -> None:
    found = plot([Point(DAYS[0], 0.0, 0.0, 0.5), Point(DAYS[1], 1.0), Point(DAYS[4], 0.5, 0.0, 1.0)], 0, 1)
    assert found.dots == ((46.0, 108.0), (137.0, 10.0), (410.0, 59.0))
    assert found.line == "46,108 137,10 410,59"
    assert found.band == "46,108 410,108 410,10 46,59"
    assert found.ticks == ((108.0, 0), (59.0, 0.5), (10.0, 1))
    assert (found.first, found.last) == (DAYS[0], DAYS[4])


def test_a_lone_point_lies_in_the_middle_and_what_is_outside_at_the_edge() -> None:
    found = plot([Point(DAYS[0], 7.0, 6.0, 8.0)], 0, 1)
    assert found.dots == ((228.0, 10.0),)
    assert found.band == "225,10 231,10 231,10 225,10"
    assert plot([Point(DAYS[0], 0.0)], 0, 0).dots == ((228.0, 59.0),)


def test_of_very_many_points_the_first_and_the_last_are_drawn_and_some_between() -> None:
    many = [Point(DAYS[0], float(number)) for number in range(1000)]
    shown = thinned(many)
    assert len(shown) == 120
    assert (shown[0].value, shown[-1].value) == (0.0, 999.0)

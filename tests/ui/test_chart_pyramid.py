"""Cutting a line of millions of corners to the pixels there are: exact extremes, no gap bridged, no flicker."""

import os

import numpy as np
import pytest

from creditdesk.ui import chart_pyramid
from creditdesk.ui.chart_pyramid import Floats, Trace, reduce, trace

PROVE = bool(os.environ.get("CREDITDESK_PROVE"))


def made(count: int, seed: int, gaps: int = 0) -> Trace:
    """Corners at uneven distances, with gaps of any length between some of them."""
    chance = np.random.default_rng(seed)
    steps = chance.choice([0.0, 1.0, 5.0, 60.0], size=count)
    drawn = np.ones(count - 1, np.bool_)
    for place in chance.choice(count - 1, size=gaps, replace=False):
        drawn[place] = False
        steps[place + 1] = chance.choice([2.0, 1e3, 1e5])
    return trace(np.cumsum(steps), chance.normal(size=count).cumsum(), drawn)


def drawn_pieces(x: Floats, y: Floats) -> np.ndarray:
    """The stretches of time over which something is drawn, as rows of begin and end."""
    joined = ~np.isnan(y[:-1]) & ~np.isnan(y[1:])
    return np.column_stack((x[:-1], x[1:]))[joined]


@pytest.mark.parametrize("seed", range(400 if PROVE else 12))
def test_no_gap_that_is_wider_than_a_pixel_is_ever_drawn_as_a_line(seed: int) -> None:
    chance = np.random.default_rng(1_000 + seed)
    shown = made(int(chance.integers(10, 20_000)), seed, gaps=8)
    columns = int(chance.integers(20, 900))
    for _ in range(10):
        low, high = sorted(chance.uniform(shown.x[0], shown.x[-1], 2))
        pieces = drawn_pieces(*reduce(shown, low, high, columns))
        for place in np.flatnonzero(~shown.drawn):
            begin, end = shown.x[place], shown.x[place + 1]
            if end - begin > (high - low) / columns:
                assert not ((pieces[:, 0] <= begin) & (pieces[:, 1] >= end)).any()


@pytest.mark.parametrize("seed", range(200 if PROVE else 10))
def test_the_extremes_of_any_stretch_are_those_of_all_its_values(seed: int) -> None:
    chance = np.random.default_rng(seed)
    shown = made(int(chance.integers(2, 120_000)), seed)
    for _ in range(20):
        count = int(chance.integers(1, 60))
        starts = np.unique(chance.integers(0, len(shown.y), count))
        ends = np.append(starts[1:], chance.integers(starts[-1] + 1, len(shown.y) + 1))
        least, greatest = chart_pyramid.extremes(shown, starts, ends)
        for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
            assert least[place] == shown.y[start:end].min()
            assert greatest[place] == shown.y[start:end].max()


@pytest.mark.parametrize("seed", range(10))
def test_what_is_drawn_reaches_exactly_as_low_and_as_high_as_all_that_is_in_view(seed: int) -> None:
    chance = np.random.default_rng(seed)
    shown = made(30_000, seed)
    low, high = sorted(chance.uniform(shown.x[0], shown.x[-1], 2))
    first = max(0, int(np.searchsorted(shown.x, low)) - 1)
    values = shown.y[first : int(np.searchsorted(shown.x, high, "right")) + 1]
    assert chart_pyramid.extent([reduce(shown, low, high, 300)]) == (values.min(), values.max())


def test_ten_million_corners_are_cut_to_five_a_pixel() -> None:
    count = 10_000_000 if PROVE else 1_000_000
    shown = trace(np.arange(count) * 30.0, np.arange(count) % 977 * 1.0, np.ones(count - 1, np.bool_))
    x, y = reduce(shown, 0, count * 30.0, 900)
    assert len(x) == len(y) <= 5 * 903
    assert (np.diff(x) >= 0).all()


def test_a_peak_of_one_value_among_many_is_kept() -> None:
    values = np.full(200_000, 100.0)
    values[123_457], values[54_321] = 5000, -3
    shown = trace(np.arange(200_000) * 1.0, values, np.ones(199_999, np.bool_))
    assert chart_pyramid.extent([reduce(shown, 0, 200_000, 500)]) == (-3, 5000)


def test_dragging_by_whole_pixels_does_not_change_what_is_drawn() -> None:
    shown = made(50_000, 3)
    wide = 1e5 / 500
    there = reduce(shown, 2e5, 3e5, 500)
    moved = reduce(shown, 2e5 + 7 * wide, 3e5 + 7 * wide, 500)
    inner = (there[0] > 2.2e5) & (there[0] < 2.9e5)
    also = (moved[0] > 2.2e5) & (moved[0] < 2.9e5)
    assert np.array_equal(there[1][inner], moved[1][also], equal_nan=True)


def test_only_what_is_in_view_and_its_neighbours_are_kept() -> None:
    shown = trace(np.arange(1000) * 1.0, np.arange(1000) * 1.0, np.ones(999, np.bool_))
    x, y = reduce(shown, 100.5, 110.5, 900)
    assert x.tolist() == list(range(100, 112))
    assert np.isfinite(y).all()


def test_few_corners_are_kept_as_they_are_with_their_breaks() -> None:
    shown = trace(np.arange(4) * 1.0, np.array([5.0, 5, 3, 3]), np.array([True, False, True]))
    x, y = reduce(shown, 0, 3, 100)
    assert x.tolist() == [0, 1, 1, 2, 3]
    assert np.isnan(y).tolist() == [False, False, True, False, False]


def test_no_corners_are_no_line() -> None:
    assert len(reduce(chart_pyramid.NOTHING, 0, 1, 100)[0]) == 0
    assert chart_pyramid.extent([reduce(chart_pyramid.NOTHING, 0, 1, 100)]) is None

"""The two forecasts that ours stands beside: Prometheus' predict_linear and a seasonal-naive one."""

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf

from creditdesk.core.series import Point

HOUR_S = 3600.0
WEEK_S = 7 * 86400.0


def predict_linear(points: Sequence[Point], now: datetime, hours: float) -> float:
    """After how many seconds a straight line through the readings of the last hours reaches 0; infinite when never.

    Least squares over every sample of the window, rises and all, with the intercept at the instant of the evaluation,
    as the function of that name in Prometheus (promql/functions.go, linearRegression; 2026-11).
    """
    since = now - timedelta(hours=hours)
    begin = bisect_left(points, since, key=lambda point: point.first_seen)
    chosen = points[begin:]
    if len(chosen) < 2:
        return inf
    xs = [(point.first_seen - now).total_seconds() for point in chosen]
    ys = [float(point.left or 0) for point in chosen]
    count, sum_x, sum_y = len(xs), sum(xs), sum(ys)
    covariance = sum(x * y for x, y in zip(xs, ys, strict=True)) - sum_x * sum_y / count
    variance = sum(x * x for x in xs) - sum_x * sum_x / count
    if variance <= 0 or covariance >= 0:
        return inf
    slope = covariance / variance
    return max(0.0, -(sum_y / count - slope * sum_x / count) / slope)


def seasonal_naive(points: Sequence[Point], now: datetime) -> float:
    """After how many seconds the use of the last week, repeated, has used up what is left; infinite when never.

    Falls only. Before a week is known, what is known is repeated.
    """
    begin = bisect_left(points, now - timedelta(seconds=WEEK_S), key=lambda point: point.first_seen)
    chosen = points[begin:]
    left = float(points[-1].left or 0)
    if len(chosen) < 2:
        return inf
    falls = [
        (
            (after.first_seen - chosen[0].first_seen).total_seconds(),
            max(0.0, float((before.left or 0) - (after.left or 0))),
        )
        for before, after in itertools.pairwise(chosen)
    ]
    total = sum(fall for _, fall in falls)
    if total <= 0:
        return inf
    span = falls[-1][0]
    rounds = int(left // total)
    left -= rounds * total
    for at, fall in falls:
        left -= fall
        if left <= 0:
            return rounds * span + at
    return (rounds + 1) * span

"""Windows of time: which periods an answer shows, and from when to when each of them looks."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from semantic.query.query import TimeDimension
from semantic.spec.dimensions import Dimension
from semantic.spec.measures import Measure
from tests.semantic.oracle.clock import bucket_of, move, next_bucket, read_interval
from tests.semantic.oracle.tables import Joined

Window = tuple[datetime | None, datetime | None]
"""From when and until before when; None is for ever."""
MILLISECOND = timedelta(milliseconds=1)


def periods_of(
    time: TimeDimension, dimension: Dimension, moments: Sequence[datetime]
) -> list[tuple[datetime, datetime]]:
    """List the periods of the range that is asked for, else of what there is."""
    if time.date_range is not None:
        first, last = time.date_range
    elif moments:
        first, last = min(moments), max(moments)
    else:
        return []
    if time.granularity is None:
        return [(first, last + MILLISECOND)]
    start = bucket_of(first, dimension, time.granularity)
    found = []
    while start <= last:
        end = next_bucket(start, dimension, time.granularity)
        found.append((start, end))
        start = end
    return found


def window_of(measure: Measure, dimension: Dimension, start: datetime, end: datetime) -> Window:
    """Say from when to when a measure looks for a period."""
    window = measure.rolling_window
    assert window is not None
    if window.to_date is not None:
        return bucket_of(start, dimension, window.to_date), end
    anchor = start if window.offset == "start" else end
    first: datetime | None = anchor
    last: datetime | None = anchor
    if window.trailing is not None:
        back = read_interval(window.trailing).times(-1)
        first = None if window.trailing == "unbounded" else move(anchor, back)
    if window.leading is not None:
        ahead = read_interval(window.leading)
        last = None if window.leading == "unbounded" else move(anchor, ahead)
    return first, last


def reached_by(
    windows: Sequence[Window],
    time: TimeDimension,
    measure: Measure,
    dated: Sequence[tuple[datetime, Joined]],
) -> list[tuple[datetime, Joined]]:
    """Keep the rows from the first window to the last, none after the range asked for."""
    if not windows:
        return []
    first, last = windows[0][0], windows[-1][1]
    ahead = measure.rolling_window.leading if measure.rolling_window is not None else None
    if time.date_range is not None and ahead != "unbounded":
        end = time.date_range[1] + MILLISECOND
        end = end if ahead is None else move(end, read_interval(ahead))
        last = end if last is None else min(last, end)
    return [(moment, row) for moment, row in dated if is_within(moment, (first, last))]


def is_within(moment: datetime, window: Window) -> bool:
    """Say whether a moment lies in a window."""
    first, last = window
    return (first is None or first <= moment) and (last is None or moment < last)

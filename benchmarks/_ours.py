"""The project's own detector on simulated series, as `spikes --counts` and `spikes --readings` run it on files."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from alia_watch.announcements.announcement import Announcement, Kind, Precision
from alia_watch.findings.detector import detect
from alia_watch.findings.spike import Series
from alia_watch.pipeline.detect import measured
from alia_watch.series.hub_day import HubDay
from alia_watch.series.reconstruct import reconstruct
from benchmarks._score import Flags
from benchmarks._simulation import Simulated

#: The calendar of a file's dates.
_ZONE = "UTC"


def alarms_on_counts(series: Sequence[Simulated], budget: float) -> Flags:
    """The alarms, series by rows, on what a poller booked; `budget` is `spikes.false_alarms_per_year`."""
    return _alarms(series, [booked(one) for one in series], budget, catches_up=True)


def alarms_on_readings(series: Sequence[Simulated], budget: float) -> Flags:
    """The alarms, series by rows, on the days that are reconstructed from the counters as they were read."""
    made = [reconstruct(one.readings[0].repo_id, one.readings, hub_day=HubDay()) for one in series]
    return _alarms(series, [measured(each) for each in made], budget, catches_up=False)


def booked(one: Simulated) -> dict[date, int]:
    """Without what is not known; a count below zero is a correction and no count."""
    return {one.day(row): count for row, count in enumerate(one.counts) if count is not None and count >= 0}


def _alarms(
    series: Sequence[Simulated], counts: Sequence[Mapping[date, int]], budget: float, *, catches_up: bool
) -> Flags:
    given = [
        Series(one.id, days, announced(one, one.announcements), catches_up=catches_up)
        for one, days in zip(series, counts, strict=True)
    ]
    alarms = np.zeros((len(series), max(len(one.counts) for one in series)), dtype=bool)
    for place, found in enumerate(detect(given, zone=_ZONE, false_alarms_per_year=budget)):
        rows = [(alarm.day - series[place].start).days for alarm in found.alarms]
        alarms[place, rows] = True
    return alarms


def announced(one: Simulated, rows: Sequence[tuple[int, float | None]]) -> tuple[Announcement, ...]:
    """When each was made; whether it moved anything is for the rule to find out."""
    days = [one.day(row) for row, _ in rows]
    return tuple(Announcement(day.isoformat(), day, Precision.DAY, Kind.OFFICIAL, day.isoformat()) for day in days)

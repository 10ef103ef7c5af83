"""Detection on files alone, without a database or a configuration."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from alia_watch.announcements.announcement import Announcement, Kind, Precision
from alia_watch.findings.detector import detect
from alia_watch.findings.event_study import Study, study
from alia_watch.findings.spike import Detection, Series
from alia_watch.pipeline.detect import measured
from alia_watch.series.hub_day import HubDay
from alia_watch.series.levels import LevelMonth, level_months
from alia_watch.series.reconstruct import reconstruct
from alia_watch.series.snapshot import ExactCount, Reading
from alia_watch.sources.bad_rows import refused
from alia_watch.sources.counts_file import read_announcements, read_counts
from alia_watch.sources.readings_file import BadRow, ReadingsFile

#: A file's announcements are dated in the calendar of its counts, and those in UTC days.
_ZONE = "UTC"


def detect_counts(path: Path, announcements: Path | None, *, false_alarms_per_year: float) -> tuple[Detection, ...]:
    """What is unusual in a file of day counts, in its order. The first count after a gap may hold the gap's total.

    Raises:
        ImportRefused: one of the files has faults, each with its line and reason.
    """
    return detect(_series(path, announcements), zone=_ZONE, false_alarms_per_year=false_alarms_per_year)


def study_counts(path: Path, announcements: Path) -> Study:
    """What the announcements of one file coincided with in the day counts of another.

    Raises:
        ImportRefused: one of the files has faults, each with its line and reason.
    """
    series = _series(path, announcements)
    found = detect(series, zone=_ZONE)
    return study(series, {one.repo_id: one.spikes for one in found}, zone=_ZONE)


def detect_readings(
    path: Path, announcements: Path | None, *, false_alarms_per_year: float
) -> tuple[tuple[Detection, ...], tuple[LevelMonth, ...]]:
    """What is unusual in a file of counter readings, by repo, and the months its rolling counts moved together in.

    Raises:
        ImportRefused: one of the files has faults, each with its line and reason.
    """
    known = _announcements(announcements)
    readings, exact = _read(path)
    series, rolling = [], {}
    for repo_id in sorted({*readings, *exact}):
        made = reconstruct(repo_id, readings.get(repo_id, ()), exact.get(repo_id, ()), hub_day=HubDay())
        series.append(Series(repo_id, measured(made), known(repo_id)))
        rolling[repo_id] = _rolling(readings.get(repo_id, []))
    return detect(series, zone=_ZONE, false_alarms_per_year=false_alarms_per_year), level_months(rolling)


def _series(path: Path, announcements: Path | None) -> list[Series]:
    known = _announcements(announcements)
    return [Series(name, counts, known(name), catches_up=True) for name, counts in read_counts(path).items()]


class _Known:
    """The announcements of each series."""

    def __init__(self, rows: list[tuple[str, date]]) -> None:
        self._by_series: Mapping[str, list[Announcement]] = defaultdict(list)
        for series, day in dict.fromkeys(rows):  # a row that stands there twice is one announcement
            self._by_series[series].append(
                Announcement(day.isoformat(), day, Precision.DAY, Kind.OFFICIAL, day.isoformat())
            )

    def __call__(self, series: str) -> tuple[Announcement, ...]:
        mine = self._by_series.get(series, []) if series else []
        return tuple(dict.fromkeys([*mine, *self._by_series.get("", [])]))


def _announcements(path: Path | None) -> _Known:
    return _Known(read_announcements(path) if path else [])


def _read(path: Path) -> tuple[dict[str, list[Reading]], dict[str, list[ExactCount]]]:
    readings: dict[str, list[Reading]] = defaultdict(list)
    exact: dict[str, list[ExactCount]] = defaultdict(list)
    bad: list[BadRow] = []
    for row in ReadingsFile(path, now=None).rows():
        if isinstance(row, BadRow):
            bad.append(row)
        elif isinstance(row.record, Reading):
            readings[row.record.repo_id].append(row.record)
        elif row.record is not None:
            exact[row.record.repo_id].append(row.record)
    if bad:
        raise refused(path.name, bad, len(bad))
    return readings, exact


def _rolling(readings: list[Reading]) -> dict[date, int]:
    closes = HubDay().closes
    return {closes(each.observed_at): each.downloads_30d for each in readings if each.downloads_30d is not None}

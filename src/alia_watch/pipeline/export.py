"""Everything that is known as open data: a folder of CSV files with what their columns mean, and a data package."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from alia_watch.announcements.announcement import Announcement, Precision
from alia_watch.clock import format_instant, format_second, moment_text, utc_day
from alia_watch.config.sections import Config
from alia_watch.errors import UsageError
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.detect import detections_of, spike_finding
from alia_watch.pipeline.downloads import cost_ratios
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.pipeline.study import study_of
from alia_watch.reports.cost_ratio import ratio_document
from alia_watch.reports.export_tables import TABLES
from alia_watch.reports.kit_tables import ratio_row, spike_row, window_row
from alia_watch.reports.open_data import Row, csv_pieces, dictionary, file_name, package
from alia_watch.reports.study_document import pair_document
from alia_watch.store.announcements import announcements_of
from alia_watch.store.database import Store
from alia_watch.store.links import links

#: The name of the package: a folder whose `datapackage.json` has it may be written over.
NAME = "alia-watch"


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written, and how many rows it has."""

    name: str
    rows: int


def export(store: Store, config: Config, folder: Path, *, now: datetime, excel: bool = False) -> list[Written]:
    """Write every table into a folder, each whole or not at all, as known at `now`.

    Args:
        excel: CSV as a Spanish spreadsheet reads it.

    Raises:
        UsageError: the folder holds something else, or cannot be written.
    """
    _refuse_strangers(folder)
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with store.reading():
            known = _Known(store, config, now)
            for table in TABLES:
                counted = _Counted(table.rows(known))
                name = file_name(table.name, "csv", simulated=config.watch.simulated)
                _write(folder / name, csv_pieces(counted, table.columns, excel=excel))
                written.append(Written(name, counted.rows))
        rows, columns = dictionary(TABLES)
        _write(folder / "dictionary.csv", csv_pieces(rows, columns, excel=excel))
        about = {
            "name": NAME,
            "title": f"{config.watch.name}: downloads, costs and announcements",
            "created": format_second(now),
            "homepage": config.watch.method_url,
        }
        described = package(about, TABLES, folder="", simulated=config.watch.simulated, excel=excel)
        _write(folder / "datapackage.json", [(json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()])
    except OSError as error:
        hint = "Check the folder's disk and permissions."
        raise UsageError(f"{folder} cannot be written ({error.strerror}).", hint=hint) from None
    return [*written, Written("dictionary.csv", len(rows))]


class _Known:
    """What is exported, table by table: each method gives the rows of the table of its name."""

    def __init__(self, store: Store, config: Config, now: datetime) -> None:
        self._store, self._config, self._now = store, config, now
        self._look = Reconstruction(store, config, now=now)
        family = tuple(self._look.family())
        compared = sorted({repo for each in config.comparator for repo in each.repos})
        self._roles = dict.fromkeys(config.basket.repos, "control") | dict.fromkeys(compared, "comparator")
        self._roles |= dict.fromkeys(family, "family")
        self._family = family

    @cached_property
    def _series(self) -> dict[str, Any]:
        return dict(self._look.series(sorted(self._roles)))

    @cached_property
    def _calendar(self) -> list[Announcement]:
        return confirmed(self._store, self._config)

    def daily_counts(self) -> Iterator[Row]:
        family = self._config.family.record()
        for repo, series in self._series.items():
            about = {"repo_id": repo, "role": self._roles[repo], "unit": str(family.unit(repo))}
            for day in series.days:
                bounds = {"count": day.count, "low": day.low, "high": day.high}
                yield {**about, "day": day.day.isoformat(), **bounds, "kind": str(day.kind)}

    def intervals(self) -> Iterator[Row]:
        for repo, series in self._series.items():
            for each in series.intervals:
                span = {"start": each.start.isoformat(), "end": each.end.isoformat()}
                yield {"repo_id": repo, **span, "total": each.total}

    def revisions(self) -> Iterator[Row]:
        for repo, series in self._series.items():
            for each in series.revisions:
                yield {"repo_id": repo, "day": each.day.isoformat(), "size": each.size}

    def readings(self) -> Iterator[Row]:
        for repo, series in self._series.items():
            for each in series.level:
                counters = {"downloads_30d": each.downloads_30d, "downloads_all_time": each.downloads_all_time}
                yield {"repo_id": repo, "observed_at": moment_text(each.observed_at), **counters}

    def cost_items(self) -> Iterator[Row]:
        for item in (section.record() for section in self._config.cost):
            yield {
                "id": item.id,
                "amount": item.amount,
                "currency": item.currency,
                "bound": str(item.bound),
                "reported_on": item.reported_on.isoformat(),
                "covers": item.covers,
                "scope": str(item.scope),
                "status": item.status,
                "source_url": item.source_url,
                "overlaps": " ".join(item.overlaps),
                "note": item.note,
            }

    def cost_ratios(self) -> Iterator[Row]:
        for ratio in cost_ratios(self._store, self._config, now=self._now):
            yield ratio_row(ratio_document(ratio))

    def announcements(self) -> Iterator[Row]:
        for each in announcements_of(self._store):
            undated = each.precision is Precision.UNDATED
            yield {
                "id": each.id,
                "date": None if undated else each.date.isoformat(),
                "date_end": each.date_end.isoformat() if each.date_end else None,
                "precision": str(each.precision),
                "at": format_instant(each.at) if each.at else None,
                "kind": str(each.kind),
                "title": each.title,
                "announced_by": each.announced_by,
                "publisher": each.publisher,
                "url": each.url,
                "confidence": each.confidence,
                "state": str(each.state),
                "decided": each.decided,
                "note": each.note,
            }

    def announcement_links(self) -> Iterator[Row]:
        for name, told in sorted(links(self._store).items()):
            for each in told:
                yield {
                    "announcement": name,
                    "source": each.entry.source,
                    "title": each.entry.title,
                    "url": each.entry.url,
                    "publisher": each.entry.publisher,
                    "language": each.entry.language,
                    "first_read_at": format_second(each.seen_at),
                    "evidence": each.entry.evidence,
                }

    def spikes(self) -> Iterator[Row]:
        said = detections_of(self._look, self._config, self._family, self._calendar)
        for repo, detection in said.items():
            for spike in detection.spikes:
                facts = spike_finding(spike).facts
                yield spike_row(repo, facts, hub_wide=spike.start in self._look.hub_wide)

    def event_windows(self) -> Iterator[Row]:
        found = study_of(self._look, self._config, self._family, self._calendar, until=utc_day(self._now))
        for pair in found.pairs:
            yield window_row(pair_document(pair))


class _Counted:
    """Rows, counted as they pass."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._made = rows
        self.rows = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._made:
            self.rows += 1
            yield row


def _refuse_strangers(folder: Path) -> None:
    """A folder that holds something else is left alone."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", hint="Name one that is empty or new.")
    described = folder / "datapackage.json"
    try:
        ours = described.is_file() and json.loads(described.read_bytes()).get("name") == NAME
    except (ValueError, AttributeError):
        ours = False
    if not ours and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty, and no export made it.", hint="Name one that is empty or new.")


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Whole or not at all: who reads the folder meanwhile sees the old file or the new one."""
    making = path.with_name(f".{path.name}.making")
    with making.open("wb") as file:
        for piece in pieces:
            file.write(piece)
    making.replace(path)

"""What it takes to read a year of gazettes and a page of tenders over HTTP, in a process of its own."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

from alia_bot.demo.press import PressStandIn
from alia_bot.demo.press_gazette import BOE_FOLDER, GAZETTE_TYPE, boe_path, boe_summary
from alia_bot.demo.press_gazette_filler import filler_gazette
from alia_bot.demo.press_tenders import TENDERS_PATH, TENDERS_TYPE, filler_tenders, tenders_page
from alia_bot.demo.press_world import Document, StillPress
from alia_watch import clock

_YEAR = (date(2025, 1, 1), date(2025, 12, 31))
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_SUNDAY = 6


def run() -> list[dict[str, object]]:
    """Entries per second and peak memory, of simulated documents in the real formats."""
    days = [_YEAR[0] + timedelta(days=number) for number in range(365)]
    gazettes = {
        boe_path(day): Document(boe_summary(day, filler_gazette(day)), GAZETTE_TYPE, _AT)
        for day in days
        if day.weekday() != _SUNDAY
    }
    page = tenders_page(filler_tenders(_AT), updated=_AT)
    world = StillPress(gazettes | {TENDERS_PATH: Document(page, TENDERS_TYPE, _AT)})
    with PressStandIn(world, clock.now) as press:
        week = _child("boe", press.url + BOE_FOLDER.rstrip("/"), date(2025, 12, 25), _YEAR[1])
        year = _child("boe", press.url + BOE_FOLDER.rstrip("/"), *_YEAR)
        tenders = _child("tenders", press.url + TENDERS_PATH, *_YEAR)
    megabytes = sum(len(document.body) for document in gazettes.values()) / 1024**2
    whole = f"{len(gazettes)} simulated summaries, {megabytes:.0f} MB, over loopback"
    one = f"one simulated page of {len(page) / 1024**2:.1f} MB, over loopback"
    return [
        _row("a year of BOE summaries", year["entries"] / year["seconds"], "entries/s", whole),
        _row("a year of BOE summaries, whole", year["seconds"], "s", f"{year['entries']:.0f} entries"),
        _row("its peak memory over that of a week", year["peak_mb"] - week["peak_mb"], "MB", "resident, the process"),
        _row("its peak memory, program and all", year["peak_mb"], "MB", "resident, the process"),
        _row("a page of public tenders", tenders["entries"] / tenders["seconds"], "entries/s", one),
        _row("its peak memory, program and all", tenders["peak_mb"], "MB", "resident, the process"),
    ]


def _row(figure: str, value: float, unit: str, note: str) -> dict[str, object]:
    return {"figure": figure, "value": f"{value:,.0f}" if value >= 10 else f"{value:.1f}", "unit": unit, "note": note}


def _child(kind: str, url: str, first: date, last: date) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks._sources_child", kind, url, first.isoformat(), last.isoformat()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))

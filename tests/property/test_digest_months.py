"""Digests of random months, in every language and form: nothing breaks, and nothing is said that cannot be printed."""

import html
import json
import re
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.clock import month_days
from alia_watch.pipeline import compose
from alia_watch.pipeline.announce import take_in
from alia_watch.pipeline.import_readings import import_file
from alia_watch.reports.pictures import charts_of
from alia_watch.reports.render import TELEGRAM_LIMIT, render
from alia_watch.reports.report import Report
from alia_watch.reports.speech import LANGUAGES, Speech
from alia_watch.series.snapshot import HubReading, RepoSnapshot, State
from alia_watch.store.database import open_store
from alia_watch.store.snapshots import save_hub_reading
from tests.fuzz import TIMES
from tests.made import FLAGSHIP, made_config
from tests.stored import BASE
from tests.unit.test_speech import BANNED

DAY = timedelta(days=1)
#: What no reader may ever meet: a hole of the program, a minus before nothing.
HOLES = re.compile(
    r"\b(nan|NaN|null|inf|Infinity|undefined|True|False|None(?! is| since))\b|datetime|Decimal"
    r"|\{\w*\}|[-−]0(?![\d.,]*[1-9])\b"
)
#: A day's downloads, a day that was not read, or a counter that went down.
a_day = st.one_of(st.integers(0, 60), st.none(), st.integers(-30, -1), st.integers(500, 3000))


@settings(max_examples=4 * TIMES, suppress_health_check=[HealthCheck.too_slow])
@example(month="2026-02", days=[], born=None, languages={"es", "eu"})
@example(month="2026-02", days=[5], born=None, languages={"gl"})
@example(month="2024-02", days=[3] * 60, born=33, languages={"en"})
@example(month="2026-01", days=[7] * 30 + [-20] + [7] * 30, born=None, languages={"ca"})
@example(month="2025-12", days=[None] * 31 + [4] * 20, born=0, languages={"eu", "en"})
@given(
    month=st.sampled_from(["2024-02", "2025-02", "2025-12", "2026-01", "2026-03"]),
    days=st.lists(a_day, max_size=75),
    born=st.one_of(st.none(), st.integers(0, 70)),
    languages=st.sets(st.sampled_from(LANGUAGES), min_size=1, max_size=2),
)
def test_a_digest_of_any_month_can_be_printed(
    month: str, days: list[int | None], born: int | None, languages: set[str]
) -> None:
    """No exception, no hole, no verdict, no message over a channel's limits; every chart has its words."""
    report = _digest(month, days, born)
    json.dumps(report.document, allow_nan=False)
    for language in sorted(languages):
        for form in ChannelKind:
            for message in render(report, language, form):
                _check(message)
        for chart in charts_of(report.kind, report.document, Speech(language)).values():
            json.dumps(chart.definition(), allow_nan=False)
            assert not HOLES.search(chart.alt), chart.alt


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_others_stay_words(language: str) -> None:
    """Markup, marks that turn text, faces and 4,000 letters, in every name and title that comes from outside."""
    hostile = "<b>&amp;\u202e</b> 😀 {x} %s {{ 1 }} \\ ' \" <script>alert(1)</script> " + "largo " * 660
    report = _digest("2026-01", [6] * 62, None)
    document = json.loads(json.dumps(report.document))
    for each in (*document["announcements"], *document["comparators"]):
        each["title" if "title" in each else "name"] = hostile
    document["ratios"][0]["scenario_name"] = hostile
    document["cost_course"]["scenarios"][0]["name"] = hostile
    document["replies"] = [{"by": hostile, "date": "2026-01-30", "text": hostile, "url": None}]
    report = Report(report.key, report.kind, document)
    for form in ChannelKind:
        for message in render(report, language, form):
            assert "<script" not in message.markup
            assert "<b>&amp;" not in message.markup
            assert "\u202e" not in message.markup + message.text + message.subject
            assert "largo largo…" in message.text or message.part
            if form is ChannelKind.TELEGRAM:
                assert _units(message.markup) <= TELEGRAM_LIMIT
    for chart in charts_of(report.kind, document, Speech(language)).values():
        json.dumps(chart.definition(), allow_nan=False)


def _check(message: Message) -> None:
    words = re.sub(r"https?://\S+|«[^»]*»|“[^”]*”", "", message.text)
    assert not HOLES.search(words), (HOLES.search(words), words)
    assert not BANNED.search(words), BANNED.search(words)
    if message.form is ChannelKind.TELEGRAM:
        assert _units(message.markup) <= 4096
    else:
        assert len(message.markup.encode()) < 100_000


def _units(markup: str) -> int:
    return len(html.unescape(re.sub(r"<[^>]*>", "", markup)).encode("utf-16-le")) // 2


def _digest(month: str, days: list[int | None], born: int | None) -> Report:
    """Of a flagship whose days end with a month's: counters that rise, stand, fall, or were not read."""
    first, last = month_days(month)
    now = datetime.combine(last + DAY, datetime.min.time(), UTC) + timedelta(hours=10)
    begin = last - DAY * (len(days) - 1)
    config_changes: dict[str, Any] = {"family": {"flagship": [_flagship(first)]}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = made_config(folder, **config_changes)
        with open_store(folder / "alia-watch.db", create=True) as store:
            rows, total = ["date,repo_id,downloads_30d,downloads_all_time"], 1000
            for n, count in enumerate(days):
                if count is None:
                    continue
                total = max(total + count, 0)
                rolling = sum(each for each in days[max(0, n - 29) : n + 1] if each is not None and each > 0)
                rows += [f"{begin + DAY * n},{repo},{rolling},{total}" for repo in (FLAGSHIP, BASE)]
            if len(rows) > 1:
                (folder / "r.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
                import_file(store, folder / "r.csv", now=now)
            if born is not None:
                at = datetime.combine(begin + DAY * born, datetime.min.time(), UTC)
                seen = min(at, now)
                snapshot = RepoSnapshot(FLAGSHIP, seen, State.PRESENT, FLAGSHIP, created_at=seen)
                save_hub_reading(store, HubReading(seen, seen, 1, True, (snapshot,), ()))
            take_in(store, config, now=now)
            return compose.digest(store, config, month, now=now)


def _flagship(first: date) -> dict[str, str]:
    return {"repo": FLAGSHIP, "from": f"{first - timedelta(days=60)}", "source": "https://example.org/launch"}

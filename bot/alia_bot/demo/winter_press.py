"""The sources of announcements in the simulated winter: what each of them serves at any instant. Pure.

Feeds hold their newest 20 items. The gazette's issue of a day is there from 07:30 in Madrid, and on Sundays there is
none. The tenders' page is written anew every six hours; the page before it is its `next`.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from urllib.parse import parse_qsl

from alia_bot.demo import winter_press_items as told
from alia_bot.demo.press_gazette import BOE_FOLDER, GAZETTE_TYPE, boe_missing, boe_summary
from alia_bot.demo.press_gazette_filler import filler_gazette
from alia_bot.demo.press_gdelt import (
    GDELT_TYPE,
    VolumePoint,
    gdelt_articles,
    gdelt_span,
    gdelt_step,
    gdelt_volume,
)
from alia_bot.demo.press_ministry import (
    LIST_TYPE,
    MODEL_TYPE,
    PAGE_SIZE,
    list_path,
    ministry_list,
    ministry_model,
    model_paths,
)
from alia_bot.demo.press_rss import ATOM_TYPE, RSS_TYPE, NewsItem, atom, google_news, rss
from alia_bot.demo.press_tenders import FOLDER, TENDERS_PATH, TENDERS_TYPE, filler_tenders, tenders_page
from alia_bot.demo.press_world import Document
from alia_watch.clock import CivilDay, civil_day, civil_instant, utc_day

FEED_SIZE = 20
MINISTRIES_PATH, COUNCILS_PATH = "/paginas/rss.aspx?tipo=2", "/paginas/rss.aspx?tipo=15"
NEWSPAPER_PATH, GOOGLE_PATH, GDELT_PATH = "/feed.xml", "/rss/search", "/api/v2/doc/doc"

_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_SLOT = timedelta(hours=6)
_ISSUED_AT = time(7, 30)
_EVER = datetime(2025, 1, 1, tzinfo=UTC)
_STATE_AFTER = {"PRE": "PUB", "PUB": "EV", "EV": "ADJ", "ADJ": "RES", "RES": "RES"}
_OLDER_PAGE = re.compile(re.escape(TENDERS_PATH.removesuffix(".atom")) + r"_(\d{8})_(\d{6})\.atom")
#: Articles more than usual, by UTC day: around announcements the press writes more.
_ECHO = {
    date(2025, 12, 17): 34, date(2025, 12, 18): 41, date(2025, 12, 19): 12, date(2026, 1, 26): 58,
    date(2026, 1, 27): 73, date(2026, 1, 28): 31, date(2026, 1, 29): 14, date(2026, 2, 9): 5, date(2026, 3, 3): 49,
    date(2026, 3, 4): 28,
}  # fmt: skip


class WinterPress:
    """A PressWorld: each document is a function of the instant. Made in milliseconds.

    Args:
        tenders: entries on a page of the tenders: 10 KB each; the real page has about 500.
    """

    def __init__(self, *, tenders: int = 40) -> None:
        self._tenders = tenders
        self._feeds: dict[str, tuple[Sequence[NewsItem], Callable[[Sequence[NewsItem]], bytes], str]] = {
            MINISTRIES_PATH: (told.ministries(), _ministries_feed, RSS_TYPE),
            COUNCILS_PATH: (told.councils(), _councils_feed, RSS_TYPE),
            NEWSPAPER_PATH: (told.newspaper(), atom, ATOM_TYPE),
        }
        self._google = sorted([told.press()[-1], *told.look_alikes()], key=lambda item: item.published)
        self._media = sorted([*told.press(), *told.look_alikes()], key=lambda item: item.published)
        self._notes = told.notes()
        self._models = {path: place for place, (_, note) in enumerate(self._notes) for path in model_paths(note)}

    def documents(self, at: datetime) -> Mapping[str, Document]:
        """See PressWorld. Each is made when it is asked for; iterated, it names those that take no other query."""
        return _Served(self, at)

    def keys(self) -> tuple[str, ...]:
        """The keys of the documents that are always there and take no query of the reader's."""
        return (*self._feeds, list_path(), TENDERS_PATH)

    def document(self, key: str, at: datetime) -> Document | None:
        """One document at an instant, or None."""
        path, _, query = key.partition("?")
        asked = dict(parse_qsl(query))
        if path.lower() == "/paginas/rss.aspx":  # the site does not mind capitals
            key = key.replace(path, path.lower())
        if key in self._feeds:
            items, write, content_type = self._feeds[key]
            shown = _newest(items, at)
            return Document(write(shown), content_type, _modified(shown))
        if path.startswith(BOE_FOLDER):
            return _issue(path, at)
        if path == GOOGLE_PATH:
            return self._google_search(asked, at)
        if path == GDELT_PATH:
            return self._gdelt({name.lower(): value for name, value in asked.items()}, at)
        if path.startswith(FOLDER):
            return self._tenders_page(path, at)
        return self._ministry(path, at)

    def articles(self, day: date) -> VolumePoint:
        """How many articles matched on a whole UTC day, and how many there were."""
        random = Random(f"gdelt:{day.isoformat()}")
        quiet = day.weekday() >= 5
        value = random.randint(0, 3) if quiet else random.randint(2, 8)
        norm = random.randint(88_000, 104_000) if quiet else random.randint(138_000, 162_000)
        return VolumePoint(datetime.combine(day, time(), UTC), value + _ECHO.get(day, 0), norm)

    def _google_search(self, asked: Mapping[str, str], at: datetime) -> Document:
        words = asked.get("q", "")
        within = re.search(r"when:(\d+)d", words)
        oldest = at - _DAY * int(within[1]) if within else _EVER
        shown = [item for item in _newest(self._google, at, 100) if item.published >= oldest]
        return Document(google_news(shown, query=words), RSS_TYPE, _modified(shown))

    def _gdelt(self, asked: Mapping[str, str], at: datetime) -> Document:
        # What is asked amiss is answered with status 200 and a sentence, as the real one does.
        try:
            first, last = gdelt_span(asked, at)
            most = int(asked.get("maxrecords", "75"))
        except ValueError:
            return Document(b"Invalid query start date.\n", "text/html; charset=utf-8", at)
        if asked.get("format", "html").lower() != "json":
            return Document(b"<html><body>GDELT</body></html>", "text/html; charset=utf-8", at)
        mode = asked.get("mode", "artlist").lower()
        if mode == "artlist":
            shown = [item for item in _newest(self._media, last, 250) if item.published >= first]
            return Document(gdelt_articles(shown[: min(most, 250)]), GDELT_TYPE, _modified(shown))
        if mode == "timelinevolraw":
            resolution, step = gdelt_step(first, last)
            points = self._timeline(first, last, step)
            return Document(gdelt_volume(points, query=asked.get("query", ""), resolution=resolution), GDELT_TYPE, last)
        return Document(b"Invalid mode.\n", "text/html; charset=utf-8", at)

    def _timeline(self, first: datetime, last: datetime, step: timedelta) -> Iterator[VolumePoint]:
        """The steps from `first` to `last`, begun at whole ones; a step that is not over counts what was seen of it."""
        at = _EVER + (first - _EVER) // step * step
        while at < last:
            day = self.articles(utc_day(at))
            begun, over = (-((day.at - moment) // _QUARTER) for moment in (at, min(at + step, last)))
            share = [(value * over // 96) - (value * begun // 96) for value in (day.value, day.norm)]
            yield VolumePoint(at, *share)
            at += step

    def _tenders_page(self, path: str, at: datetime) -> Document | None:
        current = _EVER + (at - _EVER) // _SLOT * _SLOT
        slot = current if path == TENDERS_PATH else _slot_of(path)
        if slot is None or not current - _DAY * 10 <= slot <= current:
            return None
        before = slot - _SLOT
        older = f"{TENDERS_PATH.removesuffix('.atom')}_{before:%Y%m%d_%H%M%S}.atom" if path == TENDERS_PATH else None
        again = list(filler_tenders(before, 6))
        moved = [replace(entry, status=_STATE_AFTER[entry.status], updated=slot) for entry in again[:5]]
        entries = [*moved, *filler_tenders(slot - _QUARTER, self._tenders - len(moved))]
        body = tenders_page(entries, older, updated=slot, deleted=[(again[5], slot)], path=path)
        return Document(body, TENDERS_TYPE, slot)

    def _ministry(self, path: str, at: datetime) -> Document | None:
        count = bisect_right(self._notes, at, key=lambda pair: pair[0])
        place = self._models.get(path)
        if place is not None:
            if place >= count:
                return None
            put, note = self._notes[place]
            modified = note.modified if note.modified <= at else put
            return Document(ministry_model(replace(note, modified=modified)), MODEL_TYPE, modified)
        pages = max(1, -(-count // PAGE_SIZE))
        page = next((number for number in range(1, pages + 1) if list_path(number) == path), None)
        if page is None:
            return None
        newest_first = [note for _, note in self._notes[:count]][::-1]
        shown = newest_first[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return Document(ministry_list(shown, page, pages), LIST_TYPE, self._notes[count - 1][0] if count else _EVER)


class _Served(Mapping[str, Document]):
    """The documents of an instant, made when they are asked for."""

    def __init__(self, press: WinterPress, at: datetime) -> None:
        self._press = press
        self._at = at

    def __getitem__(self, key: str) -> Document:
        page = self._press.document(key, self._at)
        if page is None:
            raise KeyError(key)
        return page

    def __iter__(self) -> Iterator[str]:
        return iter(self._press.keys())

    def __len__(self) -> int:
        return len(self._press.keys())


def _ministries_feed(items: Sequence[NewsItem]) -> bytes:
    return rss(items, title="Noticias de los Ministerios")


def _councils_feed(items: Sequence[NewsItem]) -> bytes:
    return rss(items, title="Resúmenes del Consejo de Ministros")


def _newest(items: Sequence[NewsItem], at: datetime, most: int = FEED_SIZE) -> list[NewsItem]:
    """The items published by an instant, newest first; what was changed later is not changed yet."""
    count = bisect_right(items, at, key=lambda item: item.published)
    return [
        replace(item, updated=None) if item.updated is not None and item.updated > at else item
        for item in items[max(0, count - most) : count][::-1]
    ]


def _modified(shown: Sequence[NewsItem]) -> datetime:
    return max((item.updated or item.published for item in shown), default=_EVER)


def _issue(path: str, at: datetime) -> Document | None:
    try:
        day = datetime.strptime(path.rpartition("/")[2], "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    issued = civil_instant(CivilDay(day), _ISSUED_AT, told.MADRID)
    if day.weekday() == 6 or day > civil_day(at, told.MADRID) or issued > at:
        return Document(boe_missing(), GAZETTE_TYPE, at, 404)
    return Document(_summary(day), GAZETTE_TYPE, issued)


@lru_cache(maxsize=16)
def _summary(day: date) -> bytes:
    # A lone issue is a list on some days and an object on others: a reader must take both.
    return boe_summary(day, (*filler_gazette(day), *told.namesake(day)), bare_issue=day.toordinal() % 2 == 0)


def _slot_of(path: str) -> datetime | None:
    match = _OLDER_PAGE.fullmatch(path)
    if match is None:
        return None
    try:
        slot = datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return slot if (slot - _EVER) % _SLOT == timedelta() else None

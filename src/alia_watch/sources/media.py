"""What the press says: Google News' feed of a search, and GDELT's articles and daily counts of them.

GDELT's DOC 2.0 API answers errors with status 200, in plain words. Times in it are UTC.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import urlencode

from alia_watch import clock
from alia_watch.announcements.entry import Entry, Volume, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources import dates, plain
from alia_watch.sources.feeds import FeedSource, known_by
from alia_watch.sources.fetch import Fetcher
from alia_watch.sources.source import Profile, Span
from alia_watch.sources.stream import MEGABYTE, Page
from alia_watch.sources.strict_json import bounded

#: GDELT lists no more articles than this in one answer, and there is no second page.
MOST_ARTICLES = 250

_MOST_BYTES = 2 * MEGABYTE
_FAR_TOO_MANY = 10_000
_LANGUAGES = {"spanish": "es", "catalan": "ca", "galician": "gl", "basque": "eu", "english": "en"}
#: What GDELT says in words: a part of it, whether a later try can help, and what we say.
_WORDS = (
    ("limit requests", True, "it asks for fewer requests"),
    ("too many requests", True, "it asks for fewer requests"),
    ("too short or too long", False, "it finds the query too short or too long"),
    ("phrase is too short", False, "it finds a phrase of the query too short"),
    ("timespan is too short", False, "it finds the span of time too short"),
    ("surrounded by ()", False, "it wants terms joined by OR within parentheses"),
    ("parentheses may only", False, "it allows parentheses around terms joined by OR alone"),
    ("must be within the last", False, "it does not go back so far"),
    ("invalid", False, "it holds a part of the query or of the dates for invalid"),
)
#: A backslash that JSON does not know, or one that it does with what belongs to it.
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')


class GoogleNewsSource:
    """Google News' RSS of a search. Each item names its publisher; its link only leads there."""

    def __init__(self, profile: Profile, url: str) -> None:
        self.profile = profile
        self._feed = FeedSource(profile, (url,), aggregator=True)

    def read(self, fetch: Fetcher, span: Span) -> Iterator[Entry]:
        """The articles it found. Raises SourceError."""
        yield from self._feed.read(fetch, span)


class GdeltSource:
    """GDELT's DOC 2.0 API.

    Attributes:
        read_until: the last civil day whose articles and counts the last reading has, as far as GDELT lists them;
            None where it has none.
    """

    def __init__(self, profile: Profile, endpoint: str, query: str) -> None:
        self.profile = profile
        self.read_until: dt.date | None = None
        self._listed_until: dt.date | None = None
        self._endpoint = endpoint
        self._query = query

    def read(self, fetch: Fetcher, span: Span) -> Iterator[Entry | Volume]:
        """The articles of the civil days of a span, then how many there were on each UTC day that it names.

        Raises:
            SourceError: the articles or the counts were not given whole. Each is asked for, whatever became of the
                other; the first failure is told.
        """
        self.read_until = self._listed_until = None
        failed: SourceError | None = None
        try:
            yield from self._articles(fetch, span)
        except SourceError as error:
            failed = error
        try:
            yield from self._volumes(fetch, span)
            self.read_until = self._listed_until
        except SourceError as error:
            failed = failed or error
        if failed is not None:
            raise failed

    def _articles(self, fetch: Fetcher, span: Span) -> Iterator[Entry]:
        """In order of the days: a stretch with too many for one answer is asked for in halves."""
        zone, next_day = self.profile.zone, dt.timedelta(days=1)
        crowded: list[dt.date] = []
        waiting = [(span.first, span.last)]
        while waiting:
            first, last = waiting.pop()
            start = clock.civil_instant(clock.CivilDay(first), dt.time(), zone)
            end = clock.civil_instant(clock.CivilDay(last + next_day), dt.time(), zone) - dt.timedelta(seconds=1)
            page = self._asked(fetch, "artlist", start, end, maxrecords=str(MOST_ARTICLES), sort="datedesc")
            if page is not None:
                articles = read_articles(page.body, self.profile, page.sha256)
                if articles.listed >= MOST_ARTICLES and first < last:
                    middle = first + (last - first) // 2
                    waiting += [(middle + next_day, last), (first, middle)]
                    continue
                if articles.listed >= MOST_ARTICLES:
                    crowded.append(first)
                yield from articles.entries
            self._listed_until = last
        if crowded:
            days = f"{crowded[0]}" if len(crowded) == 1 else f"each of {len(crowded)} days from {crowded[0]} on"
            what = f"it lists {MOST_ARTICLES} articles of {days}, and not the rest"
            raise SourceError(self.profile.id, what, again=False, hint="Narrow `query`; the counts are whole.")

    def _volumes(self, fetch: Fetcher, span: Span) -> Iterator[Volume]:
        end = clock.day_end(clock.UtcDay(span.last))
        page = self._asked(fetch, "timelinevolraw", clock.day_start(clock.UtcDay(span.first)), end)
        if page is not None:
            yield from (each for each in read_volume(page.body, self.profile) if span.first <= each.day <= span.last)

    def _asked(self, fetch: Fetcher, mode: str, start: dt.datetime, end: dt.datetime, **more: str) -> Page | None:
        asked = {"query": self._query, "mode": mode, "format": "json", **more}
        asked |= {"startdatetime": f"{start:%Y%m%d%H%M%S}", "enddatetime": f"{end:%Y%m%d%H%M%S}"}
        joint = "&" if "?" in self._endpoint else "?"
        return fetch.get(
            f"{self._endpoint}{joint}{urlencode(asked)}",
            accept="application/json",
            most_bytes=_MOST_BYTES,
            conditional=False,
        )


@dataclass(frozen=True, slots=True)
class Articles:
    """A list of articles. `listed` counts those without a title too, which are no entries."""

    entries: tuple[Entry, ...]
    listed: int


def read_articles(body: bytes, profile: Profile, evidence: str) -> Articles:
    """The articles of a `mode=artlist` answer, in its order. `{}` says that there are none.

    The time at which GDELT saw an article is no earlier than its publication: it is stated as a change.

    Raises:
        SourceError: GDELT refused the query, in words.
        SourceChanged: it is no such list, or none of its articles has a title.
    """
    document = _document(profile.id, body)
    listed = _list_of(profile.id, document, "articles") if document else []
    if len(listed) > _FAR_TOO_MANY:
        raise SourceChanged(profile.id, f"about {MOST_ARTICLES} articles", found=f"more than {_FAR_TOO_MANY}")
    entries = tuple(entry for item in listed if (entry := _entry(item, profile, evidence)) is not None)
    if listed and not entries:
        raise SourceChanged(profile.id, "articles with a title")
    return Articles(entries, len(listed))


def read_volume(body: bytes, profile: Profile) -> list[Volume]:
    """How many articles there were on each UTC day, of a `mode=timelinevolraw` answer of whatever step of time.

    Raises:
        SourceError: GDELT refused the query, in words.
        SourceChanged: it is no such timeline.
    """
    document = _document(profile.id, body)
    series = _list_of(profile.id, document, "timeline") if document else []
    if not series:
        return []
    first = series[0] if isinstance(series[0], dict) else {}
    found: dict[dt.date, list[tuple[int, int | None]]] = {}
    for point in _list_of(profile.id, first, "data"):
        text, value, norm = (point.get(name) if isinstance(point, dict) else None for name in ("date", "value", "norm"))
        at = dates.stated(Where.UPDATED, text, "UTC") if isinstance(text, str) else None
        if at is None or not _is_count(value) or not (norm is None or _is_count(norm)):
            raise SourceChanged(profile.id, "a date and whole counts in each step")
        day = clock.utc_day(at.moment) if isinstance(at.moment, dt.datetime) else at.moment
        found.setdefault(day, []).append((value, norm))
    return [
        Volume(profile.id, day, sum(value for value, _ in steps), _sum([norm for _, norm in steps]))
        for day, steps in sorted(found.items())
    ]


def _sum(counts: list[int | None]) -> int | None:
    """Their sum; None where one is not said."""
    said = [count for count in counts if count is not None]
    return sum(said) if len(said) == len(counts) else None


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40


def _entry(item: object, profile: Profile, evidence: str) -> Entry | None:
    """An article as an entry; None where it has no title."""
    said = {name: _text(item, name) for name in ("url", "url_mobile", "title", "seendate", "domain", "language")}
    title = plain.title(said["title"])
    if not title:
        return None
    url, mobile = plain.address(said["url"]), plain.address(said["url_mobile"])
    stated = (dates.in_address(url or ""), dates.stated(Where.UPDATED, said["seendate"], "UTC"))
    return Entry(
        source=profile.id,
        key=known_by(said["url"], title),
        title=title,
        url=url,
        stated=tuple(date for date in stated if date is not None),
        evidence=evidence,
        kind=profile.kind,
        announced_by=profile.announced_by,
        publisher=plain.title(said["domain"]) or profile.publisher,
        language=_LANGUAGES.get(said["language"].strip().lower(), ""),
        confidence=profile.confidence,
        aliases=(mobile,) if mobile and mobile != url else (),
    )


def _text(item: object, name: str) -> str:
    """A text, without the halves of characters that JSON can hold; "" where there is none."""
    value = item.get(name) if isinstance(item, dict) else None
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _list_of(source: str, document: dict[str, Any], name: str) -> list[Any]:
    found = document.get(name)
    if not isinstance(found, list):
        raise SourceChanged(source, f"a list under `{name}`")
    return found


def _document(source: str, body: bytes) -> dict[str, Any]:
    """The object that an answer is. GDELT leaves control characters and stray backslashes in it."""
    text = body.decode("utf-8-sig", "replace").strip()
    if not text.startswith("{"):
        raise _refusal(source, text)
    bounded(body, source)
    document = _parsed(text)
    document = _parsed(_ESCAPE.sub(_doubled, text)) if document is None else document
    if document is None:
        raise SourceChanged(source, "JSON", found="JSON that is damaged")
    return document


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _doubled(match: re.Match[str]) -> str:
    return match[0] if len(match[0]) > 1 else r"\\"


def _refusal(source: str, text: str) -> SourceError:
    said = text[:500].lower()
    for words, again, ours in _WORDS:
        if words in said and not said.startswith(("<", "[")):
            hint = "" if again else "Mend `query` of this source."
            return SourceError(source, ours, again=again, hint=hint)
    return SourceChanged(
        source, "JSON", found={"<": "HTML or XML", "[": "a list", "": "nothing"}.get(said[:1], "words")
    )

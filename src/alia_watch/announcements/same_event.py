"""Which entries tell of the same event: one address, or titles that are alike on days that are near.

Titles are compared by their sorted words without fillers, with rapidfuzz's ratio (0 to 100). Two titles whose
figures contradict each other are never the same: `129 M€` and `150 M€`, `-2605` and `-2606`.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from rapidfuzz import fuzz

from alia_watch.announcements.announcement import Kind, Precision
from alia_watch.announcements.dating import Dated

#: How alike two titles must be, of 100, and how many days the first and the last day of one event may lie apart.
ALIKE = 80.0
NEAR_DAYS = 2

_LANGUAGES = frozenset(
    {"es", "ca", "gl", "eu", "en", "va", "es-es", "ca-es", "gl-es", "eu-es", "en-gb", "en-us", "eng"}
)
_TRACKING = re.compile(r"^(utm_\w+|fbclid|gclid|mc_\w+|oc|ref|source|cmp|amp)$", re.IGNORECASE)
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
#: Words that titles share without telling the same.
_FILLERS = frozenset(
    """
    a al amb con d de del dels e el els en i in l la las les lo los o of para per por que se su the to un una and y
    """.split()  # noqa: SIM905  a list of so many short strings is harder to read
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What is compared of one who tells of an event: kind, title, day or days, canonical addresses, and its source."""

    kind: Kind
    title: str
    dated: Dated | None
    addresses: frozenset[str]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A known event: its id, its own day or days, and everyone who tells of it."""

    id: str
    dated: Dated | None
    tellings: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """That an entry tells of a known event, and why, in words for people."""

    id: str
    why: str


def canonical(url: str) -> str:
    """One form for the addresses of a page: no scheme, `www.`, `amp`, language prefix, tracking or fragment."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return url
    for prefix in ("www.", "amp.", "m."):
        host = host.removeprefix(prefix)
    steps = [step for step in unquote(parts.path).split("/") if step]
    if len(steps) > 2 and steps[0].lower() == "lang":  # La Moncloa: /lang/en/…
        steps = steps[2:]
    if len(steps) > 1 and steps[0].lower() in _LANGUAGES:
        steps = steps[1:]
    if steps and steps[-1].lower() == "amp":
        steps = steps[:-1]
    query = sorted((key, value) for key, value in parse_qsl(parts.query) if not _TRACKING.match(key))
    path = "/".join(steps).lower().removesuffix(".html")
    return f"{host}/{path}" + (f"?{urlencode(query)}" if query else "")


def same_event(telling: Telling, known: Iterable[Event]) -> Same | None:
    """The known event that an entry tells of; None where it is a new one.

    An address that is shared decides; else the most alike title of someone who tells of it on a near day, the event's
    own days being near too; the earlier id first. Of two without a date only one source's own words are the same. A
    model's release is never the same as an act, a paper or an article: the Hub is no announcer.
    """
    found: list[tuple[float, str, str]] = []
    for event in known:
        if any(_kinds_fit(telling.kind, each.kind) and telling.addresses & each.addresses for each in event.tellings):
            found.append((-200.0, event.id, "the same address"))
        elif not _far(telling.dated, event.dated):  # of a large calendar nearly all is far
            found += [(-score, event.id, why) for score, why in _alike_to(telling, event)]
    if not found:
        return None
    _, name, why = min(found)
    return Same(name, why)


def _alike_to(telling: Telling, event: Event) -> Iterator[tuple[float, str]]:
    """How much each who tells of an event is like an entry, where that is enough, and in what."""
    for each in event.tellings:
        if not _kinds_fit(telling.kind, each.kind):
            continue
        if telling.dated is None and each.dated is None and _same_words(telling, each):
            yield 100.0, "the same title in the same source, and no date"
        apart = _apart(telling, each, event)
        score = alike(telling.title, each.title) if apart is not None else 0.0
        if apart is not None and score >= ALIKE:
            near = "on one day" if apart == 0 else f"within {apart + 1} days"
            yield score, f"titles alike by {score:.0f} of 100, {near}"


def another(one: Telling, two: Telling) -> bool:
    """Whether two entries under one key are two things: neither their titles nor their addresses are the same."""
    apart = bool(one.addresses and two.addresses) and not one.addresses & two.addresses
    return apart and alike(one.title, two.title) < ALIKE


def alike(one: str, two: str) -> float:
    """How alike two titles are, 0 to 100; 0 where their figures contradict each other."""
    ours, theirs = figures(one), figures(two)
    if ours and theirs and not (ours <= theirs or theirs <= ours):
        return 0.0
    words_one, words_two = _words(one), _words(two)
    return float(fuzz.ratio(words_one, words_two)) if words_one and words_two else 0.0


@lru_cache(maxsize=20_000)
def figures(title: str) -> frozenset[str]:
    """The figures a title has, as written but for dots and commas at thousands."""
    return frozenset(re.sub(r"[.,](?=\d{3}\b)", "", found) for found in _FIGURES.findall(title))


def spread(one: Dated | None, two: Dated | None) -> int | None:
    """Days from the first to the last day that two datings name together; None where they cannot be one event.

    All of them count, so that a chain of near days never becomes one long event. A month meets any day of it.
    """
    if one is None or two is None:
        return None
    if Precision.MONTH in (one.precision, two.precision):
        return 0 if one.date <= two.last and two.date <= one.last else None
    return (max(one.last, two.last) - min(one.date, two.date)) // dt.timedelta(days=1)


def _far(one: Dated | None, two: Dated | None) -> bool:
    """Whether two datings cannot be of one event; what has no date is far from nothing."""
    if one is None or two is None:
        return False
    apart = spread(one, two)
    return apart is None or apart > NEAR_DAYS


def _apart(telling: Telling, other: Telling, event: Event) -> int | None:
    """Days that an entry, another and their event span together; None where that is too many for one event."""
    spans = [spread(telling.dated, other.dated)]
    if event.dated is not None:
        spans.append(spread(telling.dated, event.dated))
    known = [span for span in spans if span is not None and span <= NEAR_DAYS]
    return max(known) if len(known) == len(spans) else None


def _same_words(one: Telling, two: Telling) -> bool:
    return bool(one.source) and one.source == two.source and _words(one.title) == _words(two.title) != ""


def _kinds_fit(one: Kind, two: Kind) -> bool:
    alone = {Kind.MODEL_RELEASE, Kind.PAPER}
    return one is two or not ({one, two} & alone)


@lru_cache(maxsize=20_000)
def _words(title: str) -> str:
    """The words of a title that say something, sorted, in lower case without accents."""
    bare = unicodedata.normalize("NFKD", title.casefold())
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(sorted(word for word in re.findall(r"\w+", bare) if word not in _FILLERS))

"""A link: one entry that tells of an announcement, and what an announcement is made of its links."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alia_watch.announcements.announcement import (
    BY_HAND,
    Announcement,
    AnnouncementState,
    Kind,
    Precision,
    announcement_id,
)
from alia_watch.announcements.dating import Dated, chosen, of_event
from alia_watch.announcements.entry import Entry, Where
from alia_watch.announcements.matching import Match
from alia_watch.announcements.same_event import NEAR_DAYS, Event, Telling, canonical

#: Why nothing is confirmed by rule, and how the words for what waits for a person begin.
NOT_TRUSTED = "no trusted source tells of it"
WAITS = "waits: "
_REJECTED = AnnouncementState.REJECTED


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is kept: without its text, with why it was taken in.

    Attributes:
        matches: why it is about what is watched; empty where that needs no words, as for a repo of the family.
        seen_at: when it was first read; `read_at`: when this version of it was.
        version: 1, and one more each time the source edited it.
        why: why it tells of its announcement, in words.
        by_hand: a person put it where it is; no rule moves it.
    """

    entry: Entry
    matches: tuple[Match, ...]
    seen_at: dt.datetime
    read_at: dt.datetime
    version: int = 1
    why: str = ""
    by_hand: bool = False


def telling(entry: Entry, zone: str) -> Telling:
    """What is compared of an entry."""
    return Telling(entry.kind, entry.title, chosen(entry.stated, zone), _addresses(entry), entry.source)


def own(announcement: Announcement) -> Telling:
    """What is compared of an announcement itself."""
    undated = announcement.precision is Precision.UNDATED
    dated = None if undated else Dated(announcement.date, announcement.precision, None, announcement.date_end)
    addresses = frozenset({canonical(announcement.url)} if announcement.url else ())
    return Telling(announcement.kind, announcement.title, dated, addresses)


def event(announcement: Announcement, links: Iterable[Link], zone: str) -> Event:
    """A known announcement as the event that some of its links tell of."""
    mine = own(announcement)
    return Event(announcement.id, mine.dated, (mine, *(telling(link.entry, zone) for link in links)))


def _addresses(entry: Entry) -> frozenset[str]:
    """The canonical addresses an entry is known by; an aggregator's way to a page is none."""
    known = (entry.url,) if entry.url and entry.canonical else ()
    return frozenset(canonical(url) for url in (*known, *entry.aliases))


def made_of(links: Sequence[Link], zone: str, *, today: dt.date, trusted: frozenset[str] = frozenset()) -> Announcement:
    """The announcement that links tell of, as a candidate. `today` dates one whose entries state no date.

    Where trusted sources tell of it, they alone decide what it says: no other can put words or dates into it. The best
    link speaks for it: an institution's before an article, the better confidence first, then Spanish, then the
    page itself before an aggregator's word of it, and the one that was seen first.
    """
    links = [link for link in links if link.entry.source in trusted] or links
    best = min(links, key=_rank).entry
    entries = [(link.entry.confidence, each) for link in links if (each := chosen(link.entry.stated, zone)) is not None]
    dated = of_event(entries) or Dated(today, Precision.UNDATED)
    confidence = "C" if dated.inferred or dated.precision is Precision.UNDATED else best.confidence
    written = f"{dated.date:%Y-%m}" if dated.precision is Precision.MONTH else dated.date.isoformat()
    return Announcement(
        id=announcement_id(written, best.title),
        date=dated.date,
        precision=dated.precision,
        kind=best.kind,
        title=best.title,
        date_end=dated.date_end,
        announced_by=best.announced_by,
        publisher=best.publisher,
        url=best.url,
        confidence=confidence,
        note=best.note,
        source=best.source,
        state=AnnouncementState.CANDIDATE,
        at=dated.at,
        language=best.language,
    )


def verdict(links: Iterable[Link], made: Announcement, trusted: frozenset[str]) -> tuple[AnnouncementState, str]:
    """The state that the rule gives an announcement nobody has decided on, and the rule in words.

    Confirmed by itself is what a trusted source tells with a phrase in its title, dated to the day by a date of
    publication. All else waits for a person.
    """
    ours = [link for link in links if link.entry.source in trusted]
    if not ours:
        return AnnouncementState.CANDIDATE, NOT_TRUSTED
    if made.precision not in (Precision.INSTANT, Precision.DAY, Precision.RANGE) or made.confidence == "C":
        return AnnouncementState.CANDIDATE, "no date of publication is stated"
    titled = [link for link in ours if not link.matches or link.matches[0].where == "title"]
    if not titled:
        return AnnouncementState.CANDIDATE, "no phrase stands in its title"
    return AnnouncementState.CONFIRMED, f"by rule: {titled[0].entry.source} is trusted, and says it in its title"


def decided(
    standing: Announcement | None,
    made: Announcement,
    links: Sequence[Link],
    trusted: frozenset[str],
    *,
    today: dt.date,
) -> tuple[AnnouncementState, str]:
    """The state of an announcement whose links changed: a person's word stands; else the rule's.

    What the rule confirmed it confirmed for what was said then: where its source moves it to another week or into the
    future, or takes the phrase out of it, it waits for a person.
    """
    if standing is not None and (standing.decided.startswith((BY_HAND, WAITS)) or standing.state is _REJECTED):
        return standing.state, standing.decided
    state, why = verdict(links, made, trusted)
    future = made.date > today + dt.timedelta(days=1)
    if future:
        state, why = AnnouncementState.CANDIDATE, "its date lies in the future"
    if standing is None or standing.state is not AnnouncementState.CONFIRMED:
        return state, why
    if not future and abs((made.date - standing.date).days) > NEAR_DAYS:
        moved = f"{WAITS}confirmed for {standing.date}, and its source dates it {made.date} now"
        return AnnouncementState.CANDIDATE, moved
    if state is AnnouncementState.CANDIDATE and why != NOT_TRUSTED:
        return AnnouncementState.CANDIDATE, f"{WAITS}since its source was edited, {why}"
    return standing.state, standing.decided


def vouched(announcement: Announcement) -> bool:
    """Whether a person confirmed it: what they read then is what it says, whatever its sources make of it later."""
    return announcement.state is AnnouncementState.CONFIRMED and announcement.decided.startswith(BY_HAND)


def _rank(link: Link) -> tuple[bool, str, bool, bool, bool, dt.datetime, str, str]:
    entry = link.entry
    return (
        entry.kind in (Kind.MEDIA, Kind.PAPER),
        entry.confidence,
        entry.language not in ("es", ""),
        not entry.canonical,
        all(each.where is not Where.PUBLISHED for each in entry.stated),
        link.seen_at,
        entry.source,
        entry.key,
    )

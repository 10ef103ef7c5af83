"""The calendar while it changes: links become announcements, by rules that never overrule a person."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from alia_watch import clock
from alia_watch.announcements.announcement import BY_HAND, Announcement, AnnouncementState, Precision
from alia_watch.announcements.entry import Entry
from alia_watch.announcements.intake import Found, renamed
from alia_watch.announcements.link import Link, decided, event, made_of, own, telling, vouched
from alia_watch.announcements.same_event import Event, Same, another, same_event
from alia_watch.config.sections import Config
from alia_watch.store import announcements as table
from alia_watch.store.database import Store
from alia_watch.store.links import keep_entry, link, links

#: Where announcements stand that no source makes: what a link says never changes these.
STANDING = ("configuration", BY_HAND)


@dataclass
class Admitted:
    """What one reading changed: ids of the new, renewed, and confirmed by rule; how many entries were left out."""

    source: str
    new: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    news: int = 0
    older: int = 0
    undated: int = 0


class Calendar:
    """The announcements and their links while entries are taken in. Inside a write step."""

    def __init__(self, store: Store, config: Config, *, now: datetime) -> None:
        self._store = store
        self._zone = config.timetable.zone
        self._today = clock.civil_day(now, config.timetable.zone)
        self._now = now
        # What a source said while it was on stands when it is switched off.
        self._trusted = frozenset(section.id for section in config.source if section.trusted)
        self._links: dict[str, list[Link]] = {name: list(found) for name, found in links(store).items()}
        self._by_key = {(e.entry.source, e.entry.key): name for name, found in self._links.items() for e in found}
        everything = {each.id: each for each in table.announcements_of(store, merged=True)}
        hidden = table.merged(store)
        self._parts: dict[str, list[Announcement]] = defaultdict(list)
        for name, whole in hidden.items():
            self._parts[whole].append(everything[name])
        self._standing = {name: each for name, each in everything.items() if name not in hidden}
        self._all_ids = set(everything)
        self._told: dict[str, Event] = {}
        self._told_by_trusted: dict[str, Event] = {}
        for each in self._standing.values():
            self._retell(each)

    def take(self, found: Found, done: Admitted) -> None:
        """One entry: new, edited, or as it was."""
        found = self._by_its_own_key(found)
        entry = found.entry
        version = keep_entry(self._store, entry, found.matches, now=self._now)
        done.news += bool(version)
        name = self._by_key.get((entry.source, entry.key))
        if name is None:
            self._join(Link(entry, found.matches, self._now, self._now, version or 1), done)
            return
        if not version:
            return
        edited = replace(
            self._link(name, entry), entry=entry, matches=found.matches, read_at=self._now, version=version
        )
        mine, key = self._links[name], (entry.source, entry.key)
        others = [each for each in mine if (each.entry.source, each.entry.key) != key]
        self._links[name] = others
        if edited.by_hand or self._still(name, edited, others):
            self._links[name] = [*others, edited]
            self.renew(name, done)
            return
        self._retell(self._standing[name])
        self._join(edited, done)  # it speaks of something else now
        self.renew(name, done)

    def part(self, name: str, source: str, key: str) -> str:
        """Take one link away from an announcement and make another of it, by hand; the id of the other."""
        (away,) = [each for each in self._links[name] if (each.entry.source, each.entry.key) == (source, key)]
        self._links[name] = [each for each in self._links[name] if each is not away]
        done = Admitted(BY_HAND)
        other = self._new_id(away)
        self._put(other, replace(away, why="split by hand", by_hand=True), done)
        if self._links[name]:
            self.renew(name, done)
        return other

    def renew(self, name: str, done: Admitted) -> None:
        """Make an announcement anew of its links, save where a person or the configuration vouches for what it says."""
        standing = self._standing.get(name)
        mine = self._links.get(name, [])
        if standing is not None and (standing.source in STANDING or vouched(standing) or not mine):
            standing = self._dated(standing, mine)
            self._standing[name] = standing
            self._retell(standing)
            return
        today = standing.date if standing else self._today
        made = replace(made_of(mine, self._zone, today=today, trusted=self._trusted), id=name)
        state, why = decided(standing, made, mine, self._trusted, today=self._today)
        made = replace(made, state=state, decided=why)
        if standing is None:
            table.save_announcements(self._store, [made], now=self._now)
            done.new.append(name)
        else:
            table.set_state(self._store, name, state, why, now=self._now)
            if table.save_announcements(self._store, [made], now=self._now) and name not in done.renewed:
                done.renewed.append(name)
        if state is AnnouncementState.CONFIRMED and (standing is None or standing.state is not state):
            done.confirmed.append(name)
        self._all_ids.add(name)
        self._standing[name] = made
        self._retell(made)

    def like(self, announcement: Announcement) -> Same | None:
        """The known announcement that one which a person gives looks the same as."""
        return same_event(own(announcement), (each for each in self._told.values() if each.id != announcement.id))

    def _join(self, new: Link, done: Admitted) -> None:
        """Put a link where it belongs: to the event it tells of, or to a new announcement."""
        trusted = new.entry.source in self._trusted
        known = self._told_by_trusted if trusted else self._told
        same = same_event(telling(new.entry, self._zone), known.values())
        if same is not None:
            self._put(same.id, replace(new, why=same.why), done)
        else:
            self._put(self._new_id(new), replace(new, why="the first to tell of it"), done)

    def _put(self, name: str, new: Link, done: Admitted) -> None:
        entry = new.entry
        self._links.setdefault(name, []).append(new)
        self._by_key[entry.source, entry.key] = name
        self.renew(name, done)
        link(self._store, entry.source, entry.key, name, new.why, by_hand=new.by_hand)

    def _still(self, name: str, edited: Link, others: list[Link]) -> bool:
        """Whether an edited entry still tells of its announcement. A trusted source's word on its own key stands."""
        alone = not others and self._standing[name].source not in STANDING
        if alone or edited.entry.source in self._trusted:
            return True
        rest = self._event(self._standing[name], others)
        return same_event(telling(edited.entry, self._zone), [rest]) is not None

    def _by_its_own_key(self, found: Found) -> Found:
        """An entry under its key; another thing under a known key is another entry."""
        entry = found.entry
        name = self._by_key.get((entry.source, entry.key))
        if name is None:
            return found
        before = telling(self._link(name, entry).entry, self._zone)
        return replace(found, entry=renamed(entry)) if another(before, telling(entry, self._zone)) else found

    def _link(self, name: str, entry: Entry) -> Link:
        return next(e for e in self._links[name] if (e.entry.source, e.entry.key) == (entry.source, entry.key))

    def _new_id(self, alone: Link) -> str:
        return table.free_id(made_of([alone], self._zone, today=self._today).id, self._all_ids)

    def _dated(self, standing: Announcement, mine: list[Link]) -> Announcement:
        """What a person confirmed without a date gets the one that a source states later."""
        if standing.precision is not Precision.UNDATED or standing.source in STANDING or not mine:
            return standing
        made = made_of(mine, self._zone, today=self._today, trusted=self._trusted)
        dated = replace(standing, date=made.date, date_end=made.date_end, precision=made.precision, at=made.at)
        table.save_announcements(self._store, [dated], now=self._now)
        return dated

    def _retell(self, announcement: Announcement) -> None:
        """Who tells of an announcement; and what a trusted source is compared with: its own word, and its peers'.

        Nobody else can put a title, a day or an address into an announcement that would swallow a trusted source's. Nor
        does what a person rejected as rumour swallow the act itself.
        """
        name, mine = announcement.id, self._links.get(announcement.id, [])
        peers = [each for each in mine if each.entry.source in self._trusted]
        solid = announcement.source in STANDING or vouched(announcement)
        self._told[name] = self._event(announcement, mine)
        if announcement.state is AnnouncementState.REJECTED and not peers and not solid:
            self._told_by_trusted.pop(name, None)
        else:
            self._told_by_trusted[name] = self._event(announcement, peers if peers or solid else mine)

    def _event(self, announcement: Announcement, mine: Iterable[Link]) -> Event:
        """An announcement as an event; what a person merged into it leads to it too."""
        whole = event(announcement, mine, self._zone)
        return replace(whole, tellings=(*whole.tellings, *(own(part) for part in self._parts[announcement.id])))

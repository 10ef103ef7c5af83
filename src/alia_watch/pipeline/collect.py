"""One snapshot of the Hub: read what is watched, keep it all, and tell what changed in the repos themselves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alia_watch import clock
from alia_watch.clock import utc_day
from alia_watch.config.sections import Config
from alia_watch.findings.notice import Finding
from alia_watch.findings.repo_state import changed, discovered, settled
from alia_watch.series.snapshot import HubReading, State
from alia_watch.store.database import Store
from alia_watch.store.findings import save_findings
from alia_watch.store.repo_community import last_community, save_community
from alia_watch.store.snapshots import (
    first_look,
    incomplete_snapshot,
    latest_snapshots,
    recent_states,
    save_hub_reading,
    seen_repos,
    snapshot_repos,
)

if TYPE_CHECKING:
    from alia_watch.sources.hub import Hub
    from alia_watch.sources.patience import Sleep


@dataclass(frozen=True, slots=True)
class Collected:
    """What one snapshot gave.

    Attributes:
        read: repos that answered, the gone and the disabled among them.
        failed: repos that could not be read, and `organisation/*` for a listing that broke off.
        seconds: how long it took.
        note: one line for people and logs.
        clock_ahead: what this machine's clock differs from the Hub's by, where that is much: the reading is dated by
            the Hub's.
    """

    snapshot_id: int
    read: int
    failed: tuple[str, ...]
    findings: tuple[Finding, ...]
    requests: int
    seconds: float
    note: str
    clock_ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class WatchList:
    """What is read in one snapshot: organisations by their listing, with the repos known of each, and repos by name."""

    organisations: Mapping[str, int]
    repo_ids: tuple[str, ...]


def open_hub(config: Config, *, at: clock.Clock = clock.now, sleep: "Sleep | None" = None) -> "Hub":
    """The Hub that the configuration names; `at` and `sleep` are what instants and waits are measured by.

    Raises:
        ConfigError: the token's variable or file is not there.
    """
    from alia_watch.sources.hub import Hub  # noqa: PLC0415  only who reads the Hub loads its client

    section = config.hub
    return Hub(
        str(section.endpoint),
        token=section.token.read().get_secret_value() if section.token else None,
        contact=config.watch.contact,
        request_timeout_s=section.request_timeout_s,
        deadline_s=section.deadline_s,
        threads=section.threads,
        clock=at,
        sleep=sleep,
    )


def watch_list(store: Store, config: Config, *, now: datetime) -> WatchList:
    """Everything watched: what the configuration names, and every repo of the family that was ever read.

    A repo of the family that is known to be gone or renamed, and that the configuration does not name, is asked for no
    more: should it come back, a listing shows it.
    """
    known = tuple(latest_snapshots(store, until=now))
    named = config.watched()
    found = config.watched(known) - named
    past = recent_states(store, found, until=now)
    asked = named | {repo for repo in found if not settled(past.get(repo, ()))}
    sizes = Counter(repo.split("/", maxsplit=1)[0] for repo in known)
    return WatchList({name: sizes[name] for name in config.organisations()}, tuple(sorted(asked)))


def failed_today(store: Store, config: Config, *, now: datetime) -> WatchList | None:
    """What the last snapshot of this UTC day could not read; None where it is complete or there is none."""
    snapshot_id = incomplete_snapshot(store, utc_day(now), until=now)
    if snapshot_id is None:
        return None
    repos = snapshot_repos(store, snapshot_id)
    failed = tuple(repo.repo_id for repo in repos if repo.state is State.UNREADABLE)
    lacking = {repo_id.split("/", maxsplit=1)[0] for repo_id in failed}
    whole = {repo.repo_id.split("/", maxsplit=1)[0] for repo in repos} - lacking
    listed = config.organisations()
    again = [name for name in listed if name not in whole]
    if not again and not failed:  # a later page of some listing, with no repo on it that was known
        again = list(listed)
    return WatchList(dict.fromkeys(again, 1), failed)


def collect(store: Store, config: Config, hub: "Hub", *, now: datetime, only_failed: bool = False) -> Collected:
    """Read the Hub and keep what it said, with the findings that follow, in one transaction after the last request.

    With `only_failed` only what the last snapshot of this UTC day could not read is read again (everything, where
    there is no such snapshot). The Hub being away is no error here: it is in `failed` and in the note.
    """
    wanted = (failed_today(store, config, now=now) if only_failed else None) or watch_list(store, config, now=now)
    reading = hub.read(tuple(wanted.organisations), wanted.repo_ids)
    with store.writing():
        seen, looked = seen_repos(store), first_look(store)
        snapshot_id = save_hub_reading(store, reading)
        findings = discovered(config.family.record(), reading.repos, seen, looked)
        watched = config.watched(tuple(repo.repo_id for repo in reading.repos))
        readable = {repo.repo_id for repo in reading.repos if repo.state is not State.UNREADABLE}
        history = recent_states(store, watched & readable, until=max(now, reading.finished_at))
        for repo_id in sorted(history):
            findings += changed(history[repo_id])
        save_findings(store, findings, now=now)
    failed = tuple(repo.repo_id for repo in reading.repos if repo.state is State.UNREADABLE)
    failed += tuple(f"{name}/*" for name in reading.broken)
    seconds = (reading.finished_at - reading.started_at).total_seconds()
    note = _note(reading, failed, seconds)
    if reading.clock_ahead:
        note = f"{clock_sentence(reading.clock_ahead)}; {note}"
    return Collected(
        snapshot_id, len(readable), failed, tuple(findings), reading.requests, seconds, note, reading.clock_ahead
    )


def clock_sentence(ahead: timedelta) -> str:
    """How wrong this machine's clock is, beside the Hub's."""
    way = "ahead of" if ahead > timedelta() else "behind"
    return f"This machine's clock is {abs(ahead)} {way} the Hub's: set it right; the reading is dated by the Hub's"


def look_around(store: Store, config: Config, hub: "Hub", *, now: datetime) -> int:
    """Look at what stands around the flagship, once a UTC day; how many repos were looked at."""
    flagship = config.family.record().flagship_on(utc_day(now))
    if flagship is None:
        return 0
    last = last_community(store, flagship.repo_id, until=now)
    if last is not None and utc_day(last.observed_at) == utc_day(now):
        return 0
    looks, answers = hub.around([flagship.repo_id])
    read = [look for look in looks if look.derived or look.discussions is not None]
    save_community(store, read, answers)
    return len(read)


def _note(reading: HubReading, failed: Sequence[str], seconds: float) -> str:
    unread = [repo for repo in reading.repos if repo.state is State.UNREADABLE]
    line = f"{len(reading.repos) - len(unread)} repos read in {reading.requests} requests and {seconds:g} s"
    if not failed:
        return line
    reasons = Counter(repo.detail for repo in unread).most_common(2)
    why = "; ".join(f"{reason} ({count})" for reason, count in reasons) or "a listing broke off"
    return f"{line}; not read: {len(failed)}: {why}"

"""What the Hub itself tells: model releases. Never an official announcement, for the Hub announces nothing.

A new repo and a gate that opens or closes are findings of the snapshots; first weights and a card that became another
one show in the listing of a repo's files, which is read where its commit changed. A repo's date of creation does not
date its release, for it may have been private for weeks: what dates it is the snapshot that first had it.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alia_watch import clock
from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.announcements.intake import Found
from alia_watch.config.sections import Config, SourceSection
from alia_watch.findings.notice import Finding, FindingKind
from alia_watch.findings.repo_files import FilesChange, files_changed
from alia_watch.pipeline.gather import SourceReading
from alia_watch.series.snapshot import State
from alia_watch.sources.source import Span
from alia_watch.store.database import Store
from alia_watch.store.findings import findings
from alia_watch.store.repo_files import repo_files, save_repo_files
from alia_watch.store.snapshots import latest_snapshots
from alia_watch.store.sources import SourceState

if TYPE_CHECKING:
    from alia_watch.sources.hub import Hub


def look_at_files(store: Store, config: Config, hub: "Hub", *, now: datetime) -> int:
    """List the files of the family's repos whose commit is not known yet; gives how many were listed."""
    family, known = config.family.record(), repo_files(store)
    wanted = {
        repo_id: snapshot.sha
        for repo_id, snapshot in latest_snapshots(store, until=now).items()
        if snapshot.state is State.PRESENT
        and snapshot.sha
        and family.has(repo_id)
        and snapshot.sha not in {look.sha for look in known.get(repo_id, ())}
    }
    if not wanted:
        return 0
    looks = hub.files(wanted)
    save_repo_files(store, looks.values())
    return len(looks)


def read_releases(
    store: Store, config: Config, section: SourceSection, state: SourceState | None, span: Span, *, now: datetime
) -> SourceReading:
    """What is known of the family's repos as entries; each is about what is watched because its repo is."""
    first = span.first if span.backfill or state is None else state.begun_on
    family = config.family.record()
    about = _About(section, str(config.hub.endpoint).rstrip("/"))
    since = first - dt.timedelta(days=1)  # a civil day begins in the UTC day before
    found = [each for each in findings(store, until=now, since=since) if family.has(each.repo_id)]
    entries = [entry for finding in found for entry in about.finding(finding)]
    for repo_id, looks in repo_files(store).items():
        if family.has(repo_id):
            for place in range(len(looks)):
                entries += [about.change(change) for change in files_changed(looks[place:])]
    taken = tuple(Found(entry, ()) for entry in entries)
    return SourceReading(section.id, span, taken, entries=len(taken), read_until=span.last)


@dataclass(frozen=True, slots=True)
class _About:
    """Words for what happened to a repo, in Spanish, as the titles of the calendar are."""

    section: SourceSection
    endpoint: str

    def finding(self, finding: Finding) -> Iterator[Entry]:
        """A new repo, or a gate that opened or closed; nothing else is a release."""
        repo, facts = finding.repo_id, finding.facts
        if finding.kind is FindingKind.NEW_REPO:
            stated = [self._read(facts["observed_at"])]
            if facts.get("created_at"):
                created = datetime.fromisoformat(facts["created_at"])
                stated.append(StatedDate(Where.CREATED, created, facts["created_at"]))
            yield self._entry(finding.key, repo, f"{repo} en Hugging Face", tuple(stated), facts)
        elif finding.kind is FindingKind.GATE:
            opened = facts.get("to") == "no"
            words = "se puede descargar sin pedir acceso" if opened else "pide datos antes de dejar descargar"
            stated_day = StatedDate(Where.PUBLISHED, finding.day, finding.day.isoformat())
            yield self._entry(finding.key, repo, f"{repo} {words}", (stated_day,), facts)

    def change(self, change: FilesChange) -> Entry:
        """First weights, or a card that became another one."""
        files = change.files
        if change.kind == "weights":
            title = f"Primeros pesos de {files.repo_id} en Hugging Face"
        else:
            title = f"La ficha de {files.repo_id} pasa de {change.before} a {change.after} bytes"
        text = clock.format_instant(change.at or files.observed_at)
        stated = StatedDate(Where.PUBLISHED if change.at else Where.UPDATED, change.at or files.observed_at, text)
        facts = {"sha": files.sha, "weights": files.weights, "card_bytes": files.card_bytes, "at": text}
        return self._entry(f"{change.kind}:{files.repo_id}:{files.sha}", files.repo_id, title, (stated,), facts)

    def _read(self, text: str) -> StatedDate:
        return StatedDate(Where.PUBLISHED, datetime.fromisoformat(text), text)

    def _entry(self, key: str, repo: str, title: str, stated: tuple[StatedDate, ...], facts: dict[str, Any]) -> Entry:
        return Entry(
            source=self.section.id,
            key=key,
            title=title,
            url=f"{self.endpoint}/{repo}",
            stated=stated,
            evidence=hashlib.sha256(json.dumps([key, facts], sort_keys=True).encode()).hexdigest(),
            kind=Kind.MODEL_RELEASE,
            announced_by=self.section.announced_by or repo.split("/", maxsplit=1)[0],
            publisher=self.section.publisher or "Hugging Face",
            confidence=self.section.confidence,
            language="es",
            canonical=False,  # a repo's page is where many things are told
        )

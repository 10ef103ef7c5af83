"""Is a database whole, and does it still say what was said from it? For whoever put a backup in its place."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from alia_watch.clock import format_instant
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError
from alia_watch.pipeline.remake import VERIFIABLE
from alia_watch.pipeline.verify import verify
from alia_watch.store.database import Store
from alia_watch.store.reports import report_keys
from alia_watch.store.snapshots import last_snapshot
from alia_watch.store.whole import prove as prove_whole
from alia_watch.store.whole import row_counts

#: So many of the figures that differ are named.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that was looked at, whether it is as it should be, and what was found."""

    what: str
    ok: bool
    found: str


def prove(store: Store, config: Config, *, now: datetime) -> Iterator[Proof]:
    """Each thing as soon as it is known: the file, its tables, the newest reading, and the newest report of each kind
    that holds figures, made again from its evidence."""
    try:
        prove_whole(store.db.conn, of=store.path)
        yield Proof("the file", ok=True, found="whole; nothing in it refers to what is not there")
    except AliaWatchError as error:
        yield Proof("the file", ok=False, found=str(error))
    counts = ", ".join(f"{count} {name}" for name, count in row_counts(store.db.conn).items() if count)
    yield Proof("its tables", ok=True, found=counts or "empty")
    newest = last_snapshot(store, until=now)
    yield Proof("the newest reading", ok=newest is not None, found=format_instant(newest[0]) if newest else "none")
    for kind in sorted(VERIFIABLE):
        keys = report_keys(store, f"{kind}:")
        if keys:
            yield _made_again(store, config, keys[-1])


def _made_again(store: Store, config: Config, key: str) -> Proof:
    try:
        found = verify(store, config, key)
    except AliaWatchError as error:
        return Proof(key, ok=False, found=str(error))
    if found.equal:
        return Proof(key, ok=True, found="every figure is what its evidence says")
    figures = ", ".join(each.figure for each in found.differs[:_NAMED])
    named = f"{len(found.differs)} figures or words differ ({figures}{', …' if len(found.differs) > _NAMED else ''})"
    return Proof(key, ok=False, found="; ".join((named, *found.why)))

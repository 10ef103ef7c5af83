"""How the watch does, gathered for the rule that tells the maintainers (`findings.watch_trouble`)."""

from datetime import datetime, timedelta

from alia_bot import timetable
from alia_bot.health import SNAPSHOTS_WITHIN, failing_duties
from alia_bot.storage_faults import disk_of
from alia_bot.timetable import Duty
from alia_watch.config.sections import Config
from alia_watch.findings.watch_trouble import Vitals
from alia_watch.store import deliveries
from alia_watch.store.database import Store
from alia_watch.store.deliveries import State
from alia_watch.store.runs import last_done, last_runs
from alia_watch.store.snapshots import complete_snapshots, first_look
from alia_watch.store.subscribers import subscribers

_DAY = timedelta(days=1)


def vitals(store: Store, config: Config, *, now: datetime) -> Vitals:
    """Everything at once; what a recipient refused is no fault of ours."""
    read = complete_snapshots(store, since=now - SNAPSHOTS_WITHIN, until=now)
    looked = first_look(store)
    stopped = {each.id for each in subscribers(store) if each.stopped is not None}
    given_up = deliveries.deliveries(store, since=now - _DAY, until=now, states=[State.DEAD])
    dead = [each for each in given_up if each.subscriber_id not in stopped]
    sent = deliveries.deliveries(store, since=now - _DAY, until=now, states=[State.SENT])
    altered = [each for each in sent if each.why]
    disk = disk_of(config.watch.database)
    last = last_runs(store, now=now, memory=timetable.MEMORY, always=timetable.ALWAYS)
    backup = last_done(store, Duty.BACKUP, until=now)
    return Vitals(
        last_complete=read[-1] if read else None,
        watching_since=looked[0] if looked else None,
        dead=len(dead),
        why=dead[0].why if dead else None,
        oldest_due=deliveries.oldest_due(store),
        free_bytes=disk.free,
        disk_bytes=disk.total,
        altered=len(altered),
        altered_why=altered[0].why if altered else None,
        failing=failing_duties(last, timetable.plan(config.timetable, config.hub.read_at, last, now)),
        backed_up=backup.finished_at if backup else None,
        backup_error=backup.detail.get("copy_error") if backup else None,
        resting={hold.channel.value: hold.why for hold in deliveries.holds(store, now=now)},
    )

"""What keeps the watch safe, as `status` prints it: disk, database, backups, sources, and who may come in."""

from datetime import datetime
from pathlib import Path
from typing import Any

from alia_bot import heartbeat
from alia_bot.storage_faults import disk_of
from alia_bot.timetable import Duty
from alia_watch import __version__, clock
from alia_watch.config.sections import Config
from alia_watch.pipeline.fetch_announcements import sources_in_trouble
from alia_watch.store.database import Store, schema
from alia_watch.store.runs import last_done
from alia_watch.store.whole import files_of


def safety_rows(store: Store, config: Config, *, now: datetime) -> dict[str, Any]:
    """JSON-ready; docs/data.md says what each key means."""
    database = config.watch.database
    disk = disk_of(database)
    backup = last_done(store, Duty.BACKUP, until=now)
    beat = last_done(store, heartbeat.NAME, until=now, saying="told")
    return {
        "version": __version__,
        "schema": schema(store),
        "database_bytes": sum(map(_size, files_of(database)[:2])),
        "disk_free_bytes": disk.free,
        "backup": {
            "at": clock.format_instant(backup.finished_at) if backup else None,
            "file": backup.detail.get("file") if backup else None,
            "checked": backup is not None,  # a backup that failed its check is none
            "copied_to": backup.detail.get("copied_to") if backup else None,
            "copy_error": backup.detail.get("copy_error") if backup else None,
        },
        "sources_in_trouble": [
            {
                "source": trouble.source,
                "trouble": trouble.kind.value,
                "since": clock.format_instant(trouble.since),
                "error": trouble.error,
            }
            for trouble in sources_in_trouble(store, config, now=now)
        ],
        "bot": bool(config.channels.telegram and config.channels.telegram.answers),
        "pages": config.web is not None,
        "heartbeat": {
            "on": config.heartbeat is not None,
            "told_of": beat.slot.partition(":")[2] if beat else None,
        },
    }


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0

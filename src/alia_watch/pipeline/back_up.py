"""The day's backup: a proven copy of the database, and a second one where the configuration names another folder."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alia_watch.config.sections import Config
from alia_watch.errors import StoreError
from alia_watch.store.backup import Backup, backup, copy_to
from alia_watch.store.database import Store
from alia_watch.store.rotation import Rotation


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was made. A second copy that fails takes nothing from the first: `copy_error` says why it is lacking."""

    made: Backup
    copied_to: str | None = None
    copy_error: str | None = None

    def document(self) -> dict[str, Any]:
        """JSON-ready, for the run that made it."""
        told = {"copied_to": self.copied_to, "copy_error": self.copy_error}
        return {
            "file": self.made.path.name,
            "bytes": self.made.size,
            "sha256": self.made.sha256,
            "removed": len(self.made.removed),
            **{name: text for name, text in told.items() if text is not None},
        }


def back_up(store: Store, config: Config, *, now: datetime) -> BackedUp:
    """Make it, prove it, copy it, and let go of those that are no longer kept.

    Raises:
        StoreError, DatabaseDamaged: there is no backup of today.
    """
    section = config.backup
    rotation = Rotation(section.daily, section.weekly, section.monthly)
    made = backup(store, config.watch.backups, now=now, rotation=rotation)
    if section.copy_to is None:
        return BackedUp(made)
    try:
        copied = copy_to(made.path, section.copy_to, store.path.stem, rotation=rotation)
    except StoreError as error:
        return BackedUp(made, copy_error=str(error))
    return BackedUp(made, copied_to=str(copied))

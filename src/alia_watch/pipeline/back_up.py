"""The day's backup: a proven copy of the database, and further ones where a folder or a repo is configured."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from alia_watch import clock
from alia_watch.config.sections import Config
from alia_watch.errors import AliaWatchError
from alia_watch.store.backup import Backup, backup, copy_to, older_than_kept
from alia_watch.store.database import Store
from alia_watch.store.rotation import Rotation

if TYPE_CHECKING:
    from alia_watch.sources.hub_dataset import HubDataset
    from alia_watch.sources.patience import Sleep


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was made. A further copy that fails takes nothing from the first: `copy_error` says why it is lacking."""

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


def open_dataset(config: Config, *, at: clock.Clock = clock.now, sleep: "Sleep | None" = None) -> "HubDataset | None":
    """The repo that backups are copied to; None where the configuration names none.

    Raises:
        ConfigError: the token's variable or file is not there.
    """
    section = config.backup
    if section.copy_to_repo is None or section.copy_token is None:
        return None
    from alia_watch.sources.hub_dataset import HubDataset  # noqa: PLC0415  only who copies needs it

    return HubDataset(
        str(config.hub.endpoint),
        section.copy_to_repo,
        token=section.copy_token.read().get_secret_value(),
        contact=config.watch.contact,
        deadline_s=section.copy_deadline_s,
        clock=at,
        sleep=sleep,
    )


def back_up(
    store: Store, config: Config, *, now: datetime, dataset: "Callable[[], HubDataset | None] | None" = None
) -> BackedUp:
    """Make it, prove it, copy it, and let go of those that are no longer kept.

    Args:
        dataset: opens the repo that it is copied to, where not as the configuration says.

    Raises:
        StoreError, DatabaseDamaged: there is no backup of today.
    """
    section, stem = config.backup, store.path.stem
    rotation = Rotation(section.daily, section.weekly, section.monthly)
    made = backup(store, config.watch.backups, now=now, rotation=rotation)

    def to_folder() -> str | None:
        return str(copy_to(made.path, section.copy_to, stem, rotation=rotation)) if section.copy_to else None

    def to_repo() -> str | None:
        repo = (dataset or partial(open_dataset, config))()
        older = partial(older_than_kept, stem=stem, rotation=rotation)
        return repo.copy(made.path, older=older) if repo is not None else None

    copied, errors = [], []
    for copy in (to_folder, to_repo):
        try:
            where = copy()
        except AliaWatchError as error:
            errors.append(str(error))
        else:
            copied += [where] if where is not None else []
    return BackedUp(made, ", ".join(copied) or None, "; ".join(errors) or None)

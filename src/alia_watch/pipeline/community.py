"""What stands around the repos besides downloads: likes, models made from them, Spaces, and whether they ask first."""

import bisect
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from alia_watch.clock import utc_day
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.series.reconstruct import latest, moment
from alia_watch.series.snapshot import KINDS_OF_DERIVED, Reading, RepoCommunity, RepoSnapshot
from alia_watch.store.database import Store
from alia_watch.store.repo_community import last_community
from alia_watch.store.snapshots import recent_states

_T = TypeVar("_T")


def community(
    store: Store, repos: Sequence[str], look: Reconstruction, *, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """By repo: `likes`, `children`, `spaces` (counts) and `gated` as last read up to `until`, and as before `since`.

    None is what was not read. Likes are those of every reading, imported ones too; the others of the Hub's own answers.

    Args:
        look: what was read up to `until`.
    """
    before, now = recent_states(store, repos, until=since), recent_states(store, repos, until=until)
    return [
        {
            "repo_id": repo,
            **_stand(look.readings(repo), now.get(repo, ())),
            "before": _stand(_before(look.readings(repo), since), before.get(repo, ())),
        }
        for repo in repos
    ]


def _before(readings: Sequence[Reading], since: datetime) -> Sequence[Reading]:
    """Those of some readings, oldest first, that were made before an instant."""
    return readings[: bisect.bisect_left(readings, (since, -1), key=moment)]


def _stand(readings: Sequence[Reading], read: Sequence[RepoSnapshot]) -> dict[str, Any]:
    liked = latest(readings, lambda reading: reading.likes)
    spaces = _last(read, lambda one: one.spaces)
    return {
        "likes": liked.likes if liked else None,
        "children": _last(read, lambda one: one.children),
        "spaces": None if spaces is None else len(spaces),
        "gated": _last(read, lambda one: one.gated),
    }


def _last(read: Sequence[RepoSnapshot], field: Callable[[RepoSnapshot], _T | None]) -> _T | None:
    """The newest value that an answer had, of answers that begin with the newest."""
    return next((value for one in read if (value := field(one)) is not None), None)


def derived(store: Store, repo_id: str, *, since: datetime, until: datetime) -> dict[str, Any]:
    """The models made from a repo, by kind, and its discussions, as last looked at up to `until`, and before `since`.

    None is what was not read; `day` is that of the look.
    """
    now, before = (last_community(store, repo_id, until=at) for at in (until, since))
    if now is not None and now.observed_at < since:
        now = None
    return {"repo_id": repo_id, **_look(now), "before": _look(before)}


def _look(look: RepoCommunity | None) -> dict[str, Any]:
    kinds = {kind: look.derived.get(kind) if look else None for kind in KINDS_OF_DERIVED}
    day = utc_day(look.observed_at).isoformat() if look else None
    return {**kinds, "discussions": look.discussions if look else None, "day": day}

"""The models beside the family: their counters on the same day, how long they are out, and their own public cost."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from alia_watch import clock
from alia_watch.config.sections import Config
from alia_watch.costs.per_download import per_download
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.series.reconstruct import latest
from alia_watch.series.snapshot import Reading

#: Costs that are the models' own. That of a programme pays for much else, and a private one is not public money.
_OWN = ("model", "project")
#: Readings this far apart are of one time.
_SAME_TIME = timedelta(days=3)


def comparators(config: Config, look: Reconstruction) -> list[dict[str, Any]]:
    """Each model of the configuration as last read: downloads, days since its release, its own cost where known."""
    rows = []
    for section in config.comparator:
        cost, all_time = section.public_cost, _sum(look, section.repos, lambda reading: reading.downloads_all_time)
        own = cost is not None and section.cost_scope in _OWN
        ratio = per_download(cost, all_time) if own and cost is not None else None
        rows.append(
            {
                "name": section.name,
                "funder": section.funder,
                "repos": list(section.repos),
                "rolling": _sum(look, section.repos, lambda reading: reading.downloads_30d),
                "all_time": all_time,
                **_age(look, section.repos),
                "public_cost": _text(cost),
                "currency": section.currency,
                "cost_scope": section.cost_scope,
                "ratio": _text(ratio),
            }
        )
    return rows


def flagship_beside(look: Reconstruction, repo_id: str) -> dict[str, Any]:
    """The flagship's row, in the same columns."""
    return {
        "name": repo_id,
        "repos": [repo_id],
        "rolling": _sum(look, [repo_id], lambda reading: reading.downloads_30d),
        "all_time": _sum(look, [repo_id], lambda reading: reading.downloads_all_time),
        **_age(look, [repo_id]),
    }


def _age(look: Reconstruction, repos: Sequence[str]) -> dict[str, Any]:
    """The day on which the first of some repos was made, and the days from it to the last reading, both included."""
    born = [look.born(repo) for repo in repos]
    read = [_fresh(look, repo, lambda reading: reading.downloads_all_time) for repo in repos]
    known = [day for day in born if day is not None]
    if not repos or len(known) < len(repos) or any(reading is None for reading in read):
        return {"released": None, "days": None}
    until = max(clock.end_of(reading.observed_at) for reading in read if reading is not None)
    released: date = min(known)
    days = clock.utc_day(until).toordinal() - released.toordinal() + 1
    return {"released": released.isoformat(), "days": max(days, 1)}


def _sum(look: Reconstruction, repos: Sequence[str], counter: Callable[[Reading], int | None]) -> int | None:
    """A counter of some repos together; None where one of them was not read on these days."""
    read = [_fresh(look, repo, counter) for repo in repos]
    counts = [counter(reading) for reading in read if reading is not None]
    known = [count for count in counts if count is not None]
    return sum(known) if repos and len(known) == len(repos) else None


def _fresh(look: Reconstruction, repo_id: str, counter: Callable[[Reading], int | None]) -> Reading | None:
    """The reading that a counter was last read in, if it is of the look's last days: side by side means of one time."""
    reading = latest(look.readings(repo_id), counter)
    if reading is None or look.now - clock.end_of(reading.observed_at) > _SAME_TIME:
        return None
    return reading


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)

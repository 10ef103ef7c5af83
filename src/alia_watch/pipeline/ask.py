"""The facts of what people ask about now: downloads, cost, other models. Nothing is written in words or stored here."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from alia_watch import clock
from alia_watch.clock import moment_text
from alia_watch.config.sections import Config
from alia_watch.costs.per_download import age_days
from alia_watch.pipeline.beside import comparators, flagship_beside
from alia_watch.pipeline.compose import imprint
from alia_watch.pipeline.digest import groups
from alia_watch.pipeline.downloads import headline, levels, ratios_of
from alia_watch.pipeline.kept_digest import kept_digest
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.reports.cost_ratio import downloads_document, ratio_document
from alia_watch.series.family import Unit
from alia_watch.series.named_repo import NamedRepo, named_repo
from alia_watch.series.reconstruct import DailySeries, DayKind, latest
from alia_watch.series.snapshot import Reading
from alia_watch.store.database import Store
from alia_watch.store.readings import repo_ids

#: Over how many days it is said how many are known.
_DAYS = 30


def status(store: Store, config: Config, *, now: datetime, look: Reconstruction | None = None) -> dict[str, Any]:
    """What the counters say, the last closed day, the headline cost, what is missing, and the newest digest."""
    look = look or Reconstruction(store, config, now=now)
    repo = flagship(config, now)
    mine = look.series([repo])[repo]
    digest = kept_digest(store, now=now)
    gguf = [group.id for group in config.family.group if group.unit is Unit.GGUF_FILE]
    return {
        **imprint(config, "answer:status", now),
        "family_name": config.family.name,
        "groups": groups(config),
        "flagship": _counters(look, repo, now),
        "family": [_level(config, name, look, now) for name in ("family_without_gguf", *gguf)],
        "last_day": _last_day(mine),
        "known": _known(mine),
        "headline": ratio_document(headline(store, config, now=now, look=look)),
        "digest": digest.document["month"] if digest else None,
    }


def cost(
    store: Store,
    config: Config,
    *,
    now: datetime,
    look: Reconstruction | None = None,
    scenario: str | None = None,
    denominator: str | None = None,
) -> dict[str, Any]:
    """One scenario over one denominator, with its arithmetic or why there is none, and what else can be chosen.

    Args:
        scenario: an id of the configuration or its key (`choice_key`); without one, or where nothing has it any more,
            the headline's.
        denominator: the same of a denominator.
    """
    look = look or Reconstruction(store, config, now=now)
    costs = config.costs
    scenarios = {each.id: each.name for each in config.scenario}
    denominators = list(dict.fromkeys((costs.headline_denominator, *costs.denominators)))
    chosen = _chosen(scenarios, scenario, costs.headline_scenario)
    over = _chosen(denominators, denominator, costs.headline_denominator)
    rolling, all_time, *monthly = [ratio_document(each) for each in ratios_of(config, chosen, over, look=look)]
    return {
        **imprint(config, "answer:cost", now),
        "groups": groups(config),
        "ratio": rolling,
        "all_time": all_time,
        "monthly": monthly[0] if monthly else None,
        "scenarios": [
            {"id": each, "key": choice_key(each), "name": name, "chosen": each == chosen}
            for each, name in scenarios.items()
        ],
        "denominators": [{"id": each, "key": choice_key(each), "chosen": each == over} for each in denominators],
    }


def compare(store: Store, config: Config, *, now: datetime, look: Reconstruction | None = None) -> dict[str, Any]:
    """The flagship beside the other models: the same counters, read on the same days."""
    look = look or Reconstruction(store, config, now=now)
    repo = flagship(config, now)
    return {
        **imprint(config, "answer:compare", now),
        "beside": flagship_beside(look, repo),
        "read_at": _counters(look, repo, now)["read_at"],
        "comparators": comparators(config, look),
    }


def repo_named(store: Store, config: Config, words: str, *, now: datetime) -> NamedRepo:
    """The watched repo that a person means; of several of the family, the flagship where it is among them."""
    return named_repo(config.watched(repo_ids(store)), words, favourite=flagship(config, now))


def flagship(config: Config, now: datetime) -> str:
    """The repo that stands for the family on the UTC day of an instant."""
    family = config.family.record()
    return (family.flagship_on(clock.utc_day(now)) or family.flagships[0]).repo_id


def choice_key(name: str) -> str:
    """A short key of a scenario or a denominator, for the data of a button: the same as long as its id is."""
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def _chosen(known: Iterable[str], wanted: str | None, otherwise: str) -> str:
    return next((each for each in known if wanted in (each, choice_key(each))), otherwise)


def _counters(look: Reconstruction, repo: str, now: datetime) -> dict[str, Any]:
    """A repo's counters as last read, and when its rolling count was."""
    read = latest(look.readings(repo), lambda reading: reading.downloads_30d)
    return {
        "repo_id": repo,
        "rolling": read.downloads_30d if read else None,
        "all_time": _last(look, repo, lambda reading: reading.downloads_all_time),
        "likes": _last(look, repo, lambda reading: reading.likes),
        "read_at": moment_text(read.observed_at) if read else None,
        "age_days": age_days(read.observed_at, now) if read else None,
    }


def _last(look: Reconstruction, repo: str, counter: Callable[[Reading], int | None]) -> int | None:
    read = latest(look.readings(repo), counter)
    return counter(read) if read else None


def _level(config: Config, name: str, look: Reconstruction, now: datetime) -> dict[str, Any]:
    rolling, all_time = levels(config, name, look=look)
    return {
        **downloads_document(rolling),
        "all_time": all_time.count,
        "age_days": age_days(rolling.read_at, now),
        "refused": str(rolling.refused.reason) if rolling.refused else None,
    }


def _last_day(series: DailySeries) -> dict[str, Any] | None:
    """The last closed day, with its bounds."""
    if not series.days:
        return None
    last = series.days[-1]
    return {"day": last.day.isoformat(), "count": last.count, "low": last.low, "high": last.high}


def _known(series: DailySeries) -> dict[str, Any] | None:
    """Of the last days up to the last closed one, how many have their own count, how many a sum, and how many none."""
    if not series.days:
        return None
    last = series.days[-1].day
    first = max(last - timedelta(days=_DAYS - 1), series.born or last - timedelta(days=_DAYS - 1))
    found = [each for each in series.days if each.day >= first]
    days = (last - first).days + 1
    counted = sum(each.count is not None for each in found)
    summed = sum(each.kind is DayKind.APPORTIONED for each in found)
    return {
        "last": last.isoformat(),
        "days": days,
        "counted": counted,
        "summed": summed,
        "missing": days - counted - summed,
    }

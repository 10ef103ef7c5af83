"""Look for milestones, record months, passed thresholds and spikes that are over, in what one look has read."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from alia_watch import clock
from alia_watch.config.sections import Config
from alia_watch.costs.ledger import Bound, Numerator
from alia_watch.findings.milestone import faded, milestones, record_month, thresholds
from alia_watch.findings.notice import Finding
from alia_watch.findings.spike import Detection
from alia_watch.pipeline.downloads import headline_money
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.series.family import Unit
from alia_watch.series.reconstruct import DailySeries, closing
from alia_watch.series.rolling import WINDOW
from alia_watch.series.totals import Total, total

#: What lies further back is history, and nobody is told of it.
_LOOK_BACK = timedelta(days=31)


def marks_passed(
    look: Reconstruction,
    config: Config,
    said: Mapping[str, Detection],
    told: Mapping[str, Finding],
    *,
    now: datetime,
) -> list[Finding]:
    """What `findings.milestone` names of some repos of the family and of the last month, but for the flagship's own.

    Args:
        said: what the detector says of the repos.
        told: the spikes that were told of, by key.
    """
    family, since = config.family.record(), _since(now)
    found: list[Finding] = []
    for repo_id, series in look.series(said).items():
        days = [day.day for day in series.days if day.count is not None]
        found += [each for each in faded(said[repo_id].spikes, told, days) if each.day >= since]
        if family.unit(repo_id) is Unit.QUERY_FILE:
            counter = closing(look.readings(repo_id), look.learnt.hub_day, lambda reading: reading.downloads_all_time)
            found += milestones(repo_id, counter, since)
    return found


def flagship_marks(look: Reconstruction, config: Config, *, now: datetime) -> list[Finding]:
    """The flagship's record month and the thresholds that the headline passed, of the last month."""
    flagship, since = config.family.record().flagship_on(clock.utc_day(now)), _since(now)
    if flagship is None or flagship.repo_id not in look.family():
        return []
    series = look.series([flagship.repo_id])[flagship.repo_id]
    record = record_month(flagship.repo_id, _whole_months(series))
    found = [record] if record is not None and record.day >= since else []
    # Until its first 30 days are full, the sum of a new repo grows by itself.
    full = series.born + WINDOW if series.born is not None else since
    return [*found, *_thresholds(look, config, flagship.repo_id, max(since, full + timedelta(days=1)))]


def _since(now: datetime) -> date:
    return clock.utc_day(now) - _LOOK_BACK


def _whole_months(series: DailySeries) -> list[Total]:
    """The months that are over, oldest first, from the first whole one of the repo's life that is known."""
    if not series.days:
        return []
    first_day, last = max(series.born or date.min, series.days[0].day), series.days[-1].day
    months: list[Total] = []
    end = (last + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    while end.replace(day=1) >= first_day:
        months.append(total(series, end.replace(day=1), end))
        end = end.replace(day=1) - timedelta(days=1)
    return months[::-1]


def _thresholds(look: Reconstruction, config: Config, flagship: str, since: date) -> Iterator[Finding]:
    """Of the headline, where it divides an exact amount by the flagship's downloads."""
    _, money = headline_money(config)
    if not isinstance(money, Numerator) or money.bound is not Bound.EXACT or money.amount is None:
        return
    if config.costs.headline_denominator != "flagship":
        return
    rolling = closing(look.readings(flagship), look.learnt.hub_day, lambda reading: reading.downloads_30d)
    yield from thresholds(flagship, money.amount, money.currency, rolling, values=config.costs.thresholds, since=since)

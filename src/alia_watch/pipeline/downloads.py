"""The denominators as counted, and every scenario over each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial

from alia_watch import clock
from alia_watch.announcements.announcement import Announcement
from alia_watch.config.sections import Config
from alia_watch.costs.ledger import Numerator, Refusal, Refused, Scenario, sum_items
from alia_watch.costs.per_download import CostRatio, Downloads, cost_ratio
from alia_watch.errors import UsageError
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.series.family import Family, Unit
from alia_watch.series.reconstruct import DailySeries, latest
from alia_watch.series.snapshot import Reading
from alia_watch.series.totals import add, from_day, total
from alia_watch.store.database import Store

ROLLING = "rolling_30d"
ALL_TIME = "all_time"
_DAY = timedelta(days=1)
#: The last closed month began within these, while the Hub is read.
_MONTHS = timedelta(days=70)


def cost_ratios(
    store: Store,
    config: Config,
    *,
    now: datetime,
    announcements: Sequence[Announcement] | None = None,
    look: Reconstruction | None = None,
) -> tuple[CostRatio, ...]:
    """Every scenario over every denominator and window, the refused ones with their reason, in the configured order.

    After the ratios of a scenario stand those of its monthly part over the rolling 30 days, where it has one.

    Args:
        announcements: in the place of the confirmed ones.
        look: one that was taken at `now`, so that a report reads each reading once; the same of the functions below.
    """
    counted = downloads(store, config, now=now, announcements=announcements, look=look)
    items = {section.id: section.record() for section in config.cost}
    ratios = []
    for section in config.scenario:
        scenario = section.record()
        money = sum_items(scenario, items)
        ratios += [cost_ratio(scenario, money, each, now=now) for each in counted]
        if scenario.amortise_months:
            monthly = [each for each in counted if each.window == ROLLING]
            ratios += [cost_ratio(scenario, money, each, now=now, amortised=True) for each in monthly]
    return tuple(ratios)


def headline(store: Store, config: Config, *, now: datetime, look: Reconstruction | None = None) -> CostRatio:
    """The one ratio that is quoted everywhere: the configured scenario and denominator over the rolling 30 days."""
    scenario, money = headline_money(config)
    counter = _Counter(config, look or Reconstruction(store, config, now=now), now)
    return cost_ratio(scenario, money, counter.level(config.costs.headline_denominator, ROLLING), now=now)


def downloads(
    store: Store,
    config: Config,
    *,
    now: datetime,
    announcements: Sequence[Announcement] | None = None,
    look: Reconstruction | None = None,
) -> tuple[Downloads, ...]:
    """Every configured denominator over each window: the rolling 30 days, all time, the last closed month, since ….

    `announcements` stand in the place of the confirmed ones.
    """
    known = {each.id: each for each in (confirmed(store, config) if announcements is None else announcements)}
    windows = [known[each].window(config.timetable.zone) for each in config.costs.since if each in known]
    first = min([clock.utc_day(now - _MONTHS), *(window[0] for window in windows if window)])
    counter = _Counter(config, look or Reconstruction(store, config, now=now), now, first)
    month = _last_month(counter.last_closed or clock.utc_day(now) - _DAY)
    found = []
    for name in config.costs.denominators:
        found += [counter.level(name, ROLLING), counter.level(name, ALL_TIME)]
        found.append(counter.span(name, f"month:{month}", *clock.month_days(month)))
        found += [counter.since(name, each, known.get(each)) for each in config.costs.since]
    return tuple(found)


def month_ratios(
    store: Store, config: Config, month: str, *, now: datetime, look: Reconstruction | None = None
) -> tuple[CostRatio, ...]:
    """The headline's cost over every denominator in one month, as known at `now`. ValueError where it is no month."""
    days = clock.month_days(month)
    counter = _Counter(config, look or Reconstruction(store, config, now=now), now, days[0])
    scenario, money = headline_money(config)
    spans = (counter.span(name, f"month:{month}", *days) for name in config.costs.denominators)
    return tuple(cost_ratio(scenario, money, span, now=now) for span in spans)


def month_downloads(config: Config, month: str, *, look: Reconstruction) -> tuple[Downloads, ...]:
    """Every configured denominator in one month, as known at the look's instant."""
    days = clock.month_days(month)
    counter = _Counter(config, look, look.now, days[0])
    return tuple(counter.span(name, f"month:{month}", *days) for name in config.costs.denominators)


def levels(config: Config, name: str, *, look: Reconstruction) -> tuple[Downloads, Downloads]:
    """One denominator as last read: over the rolling 30 days, and all time."""
    counter = _Counter(config, look, look.now)
    return counter.level(name, ROLLING), counter.level(name, ALL_TIME)


def ratios_of(config: Config, scenario_id: str, name: str, *, look: Reconstruction) -> tuple[CostRatio, ...]:
    """One scenario over one denominator as last read: the rolling 30 days, all time, and the part of one month.

    The last is left out where the scenario is not spread over months.
    """
    scenario, money = money_of(config, scenario_id)
    rolling, all_time = levels(config, name, look=look)
    found = [cost_ratio(scenario, money, each, now=look.now) for each in (rolling, all_time)]
    if scenario.amortise_months:
        found.append(cost_ratio(scenario, money, rolling, now=look.now, amortised=True))
    return tuple(found)


def headline_money(config: Config) -> tuple[Scenario, Numerator | Refused]:
    """The headline's scenario and its amount, or why there is none."""
    return money_of(config, config.costs.headline_scenario)


def money_of(config: Config, scenario_id: str) -> tuple[Scenario, Numerator | Refused]:
    """A configured scenario and its amount, or why there is none."""
    scenario = next(each for each in config.scenario if each.id == scenario_id).record()
    return scenario, sum_items(scenario, {section.id: section.record() for section in config.cost})


@dataclass(frozen=True, slots=True)
class _Repo:
    """What sums need of one repo, so that its whole series need not be held: a family may have thousands.

    Attributes:
        series: its days from the first that a span is likely to begin on.
        last_day: the last of its days; None where it has none. `last_read`: when it was read for the last time.
    """

    series: DailySeries
    last_day: date | None
    last_read: datetime | date | None


class _Counter:
    """Counts one denominator after another over the same evidence.

    Args:
        first: no span is likely to begin before it.
    """

    def __init__(self, config: Config, look: Reconstruction, now: datetime, first: date = date.max) -> None:
        self._config = config
        self._family: Family = config.family.record()
        self._today = clock.utc_day(now)
        # A renamed repo answers under its new id; one that is gone is no part of a present sum, only of past ones.
        self._ever = tuple(repo for repo in look.family() if repo not in look.renamed)
        self._members = tuple(repo for repo in self._ever if repo not in look.gone)
        self._look = look
        self._first = first
        self._looked: dict[str, _Repo] = {}
        self._last: dict[str, dict[str, Reading | None]] = {}

    @cached_property
    def last_closed(self) -> date | None:
        """The last UTC day that is closed for some repo."""
        flagships = [flagship.repo_id for flagship in self._family.flagships]
        return max((day for repo in (*self._ever, *flagships) if (day := self._repo(repo).last_day)), default=None)

    def _from(self, repo_id: str, start: date) -> DailySeries:
        """A series as of a day: the whole of it where that is earlier than was foreseen."""
        return self._repo(repo_id).series if start >= self._first else self._look.series([repo_id])[repo_id]

    def _repo(self, repo_id: str) -> _Repo:
        if repo_id not in self._looked:
            [series] = self._look.series([repo_id]).values()
            self._last_readings(repo_id)  # while they are at hand
            last_day = series.days[-1].day if series.days else None
            self._looked[repo_id] = _Repo(
                series=from_day(series, self._first),
                last_day=last_day,
                last_read=series.level[-1].observed_at if series.level else last_day,
            )
        return self._looked[repo_id]

    def level(self, name: str, window: str) -> Downloads:
        """The counters themselves, as last read, summed over the denominator's repos."""
        repos = self._repos(name, self._today, self._members)
        refused = self._refused(name, repos)
        read = {repo: self._last_readings(repo)[window] for repo in repos}
        unread = [repo for repo, reading in read.items() if reading is None]
        last = [reading for reading in read.values() if reading is not None]
        if refused is None and unread:
            refused = Refused(Refusal.NO_READING, ", ".join(unread))
        count = sum(_counter(reading, window) or 0 for reading in last) if refused is None else None
        oldest = min((reading.observed_at for reading in last), key=clock.end_of, default=None)
        return Downloads(name, window, repos, count, count, count, oldest, refused=refused)

    def since(self, name: str, announcement_id: str, announcement: Announcement | None) -> Downloads:
        """From the first UTC day of an announcement to the last closed day; None is not known, or not confirmed."""
        window = f"since:{announcement_id}"
        span = announcement.window(self._config.timetable.zone) if announcement else None
        if span is None:
            return self._none(name, window, Refused(Refusal.NO_EVENT, announcement_id))
        if self.last_closed is None or self.last_closed < span[0]:
            return self._none(name, window, Refused(Refusal.NOT_YET, announcement_id))
        return self.span(name, window, span[0], self.last_closed)

    def span(self, name: str, window: str, start: date, end: date) -> Downloads:
        """The day counts of a span, with bounds, summed over the repos; before its birth a repo has none.

        A repo that is gone by now still counts in a span that was closed while it was there.
        """
        repos = self._repos(name, end, self._there(end))
        refused = self._refused(name, repos)
        unread = [repo for repo in repos if self._repo(repo).last_day is None]
        if refused is None and unread:
            refused = Refused(Refusal.NO_READING, ", ".join(unread))
        if refused is not None:
            return self._none(name, window, refused, start, end)
        sums = add(total(self._from(repo, start), start, end) for repo in repos)
        oldest = min((read for repo in repos if (read := self._repo(repo).last_read)), key=clock.end_of)
        return Downloads(name, window, repos, sums.count, sums.low, sums.high, oldest, start, end)

    def _none(
        self, name: str, window: str, refused: Refused, start: date | None = None, end: date | None = None
    ) -> Downloads:
        repos = self._repos(name, end or self._today, self._there(end) if end else self._members)
        return Downloads(name, window, repos, None, None, None, None, start, end, refused)

    def _there(self, day: date) -> tuple[str, ...]:
        """The members, and those of the gone that were read up to a day."""
        return tuple(r for r in self._ever if r in self._members or self._reaches(r, day))

    def _reaches(self, repo: str, day: date) -> bool:
        last = self._repo(repo).last_day
        return last is not None and last >= day

    def _repos(self, name: str, day: date, members: tuple[str, ...]) -> tuple[str, ...]:
        if name == "flagship":
            flagship = self._family.flagship_on(day)
            return (flagship.repo_id,) if flagship else ()
        if name == "family":
            return members
        if name == "family_without_gguf":
            return tuple(repo for repo in members if self._family.unit(repo) is Unit.QUERY_FILE)
        if all(group.id != name for group in self._family.groups):
            raise UsageError(f"There is no denominator {name}.", hint="Check `costs.denominators`.")
        return self._family.group_members(name, members)

    def _refused(self, name: str, repos: Sequence[str]) -> Refused | None:
        if not repos:
            return Refused(Refusal.NOTHING_WATCHED, name)
        units = {self._family.unit(repo) for repo in repos}
        return Refused(Refusal.MIXED_UNITS, name) if len(units) > 1 else None

    def _last_readings(self, repo: str) -> dict[str, Reading | None]:
        """By window, the reading that its counter was last read in. No series is made for it."""
        if repo not in self._last:
            read = self._look.readings(repo)
            self._last[repo] = {each: latest(read, partial(_counter, window=each)) for each in (ROLLING, ALL_TIME)}
        return self._last[repo]


def _counter(reading: Reading, window: str) -> int | None:
    return reading.downloads_30d if window == ROLLING else reading.downloads_all_time


def _last_month(day: date) -> str:
    """The last month that is over once this day is closed, as `2026-01`."""
    first_of_next = (day + _DAY).replace(day=1)
    return f"{first_of_next - _DAY:%Y-%m}"

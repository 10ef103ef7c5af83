"""A simulated winter of downloads, 1 December 2025 to 31 March 2026, whose truth is known day by day.

Names and announcement dates are real; every count is made up but for one anchor: the flagship's rolling 30-day count
is 174 whenever it is read on 2026-01-23, the figure the press divided by. Counts are drawn once from a seed: around a
usual level, with quiet weekends and a quiet Christmas, and with what `CHRONICLE` says truly happened.

The simulated Hub updates its counters once a day at 03:00 UTC, and an update closes the UTC day before: an answer at
an instant t counts the days up to `date(t - 3 h) - 1`. On 23 January the 30 days to the 21st are seen until 03:00 and
the 30 days to the 22nd after it, so both sum to 174.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from alia_bot.demo.hub_world import Answer, model
from alia_bot.demo.winter_repos import ALL, CONTROLS, FAMILY, FLAGSHIP, SUCCESSOR, WinterRepo
from alia_watch.clock import utc_day

FIRST_DAY = date(2025, 12, 1)
LAST_DAY = date(2026, 3, 31)
UPDATE_HOUR = 3
LAG_DAYS = 1
ANCHOR_DAY, ANCHOR = date(2026, 1, 23), 174

_DAY = timedelta(days=1)
#: Days with counts: a rolling window before the winter, and a little after it.
_DAYS = tuple(FIRST_DAY + _DAY * n for n in range(-40, (LAST_DAY - FIRST_DAY).days + 20))
_FIRST = _DAYS[0]
_LAUNCH = (38, 92, 61, 30, 19, 12)  # 17 to 22 December
_PRESS = {date(2026, 1, 26): 44, date(2026, 1, 27): 69, date(2026, 1, 28): 37, date(2026, 1, 29): 21}
_SWEEP = {date(2026, 2, 17): 8.0, date(2026, 2, 18): 15.0, date(2026, 2, 19): 10.0}  # downloads more, each small repo
_SMALL = 30  # a crawler's sweep shows in repos with fewer downloads a day than this
_REVISED, _REVISED_ON, _REVISION = "BSC-LT/ALIA-40b", date(2026, 3, 10), -140
_AWAY = (datetime(2026, 3, 14, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Happening:
    """What truly happened, on UTC days of downloads: for the demo's closing table, and for tests.

    `kind`: launch, lift, quiet (an announcement and nothing unusual), new_repo, sweep, revision, away.
    """

    first: date
    last: date
    kind: str
    repo_ids: tuple[str, ...]
    said: str


_SWEPT = tuple(repo.id for repo in (*FAMILY, *CONTROLS) if repo.per_day < _SMALL)
CHRONICLE = (
    Happening(date(2025, 12, 17), date(2025, 12, 22), "launch", (FLAGSHIP,), "the flagship is launched"),
    Happening(
        date(2026, 1, 26), date(2026, 1, 29), "lift", (FLAGSHIP,),
        "many more downloads, on the days after two announcements of 26 January",
    ),
    Happening(date(2026, 1, 28), date(2026, 1, 28), "new_repo", (SUCCESSOR,), "a possible successor appears"),
    Happening(
        date(2026, 2, 5), date(2026, 2, 5), "new_repo", (FAMILY[3].id,), "its GGUF twin appears, counted in other units"
    ),
    Happening(date(2026, 2, 9), date(2026, 2, 9), "quiet", (FLAGSHIP,), "a blog post, and nothing unusual"),
    Happening(
        date(2026, 2, 17), date(2026, 2, 19), "sweep", _SWEPT, "a crawler lifts every small repo of the Hub together"
    ),
    Happening(date(2026, 3, 3), date(2026, 3, 3), "quiet", (FLAGSHIP,), "two announcements, and nothing unusual"),
    Happening(
        _REVISED_ON, _REVISED_ON, "revision", (_REVISED,), f"the Hub takes {-_REVISION} old downloads off a counter"
    ),
    Happening(date(2026, 3, 14), date(2026, 3, 15), "away", (), "the Hub answers 503 for two days"),
)  # fmt: skip


class Winter:
    """The truth of one seed, and what the simulated Hub says of it at any instant. Pure, and made in milliseconds."""

    def __init__(self, seed: int = 174) -> None:
        self._repos = {repo.id: repo for repo in ALL}
        self._created = {repo.id: datetime.fromisoformat(repo.created_at) for repo in ALL}
        #: By repo, the true downloads of every UTC day since it was born.
        self.counts: dict[str, dict[date, int]] = {repo.id: self._drawn(repo, seed) for repo in ALL}
        self._totals = {
            repo_id: list(accumulate((days.get(day, 0) for day in _DAYS), initial=0))
            for repo_id, days in self.counts.items()
        }
        self._said: dict[tuple[date, int], dict[str, Answer]] = {}

    def closes(self, at: datetime) -> date:
        """The last UTC day that counters read at an instant contain."""
        return utc_day(at - timedelta(hours=UPDATE_HOUR)) - _DAY * LAG_DAYS

    def rolling(self, repo_id: str, day: date) -> int:
        """The rolling 30-day count once a day is closed."""
        end = self._place(day)
        totals = self._totals[repo_id]
        return totals[end] - totals[max(0, end - 30)]

    def all_time(self, repo_id: str, day: date) -> int:
        """The all-time count once a day is closed, with the revision in it from the day it was made on."""
        revised = _REVISION if repo_id == _REVISED and day >= _REVISED_ON else 0
        return self._repos[repo_id].before + self._totals[repo_id][self._place(day)] + revised

    def answers(self, repo_id: str, at: datetime) -> Answer | None:
        """What the Hub says of one repo at an instant; None where there is no such repo yet."""
        return self.repos(at).get(repo_id)

    def repos(self, at: datetime) -> Mapping[str, Answer]:
        """See World."""
        day = self.closes(at)
        born = [repo_id for repo_id, created in self._created.items() if created <= at]
        said = self._said.get((day, len(born)))
        if said is None:
            said = {repo_id: self._answer(repo_id, day) for repo_id in born}
            self._said = {(day, len(born)): said}  # asked many times in a row, then never again
        return said

    def moved(self, at: datetime) -> Mapping[str, str]:  # noqa: ARG002  nothing is renamed this winter
        """See World."""
        return {}

    def away(self, at: datetime) -> bool:
        """See World."""
        return _AWAY[0] <= at < _AWAY[1]

    def _place(self, day: date) -> int:
        return min(max((day - _FIRST).days + 1, 0), len(_DAYS))

    def _answer(self, repo_id: str, day: date) -> dict[str, Any]:
        repo = self._repos[repo_id]
        all_time = self.all_time(repo_id, day)
        said = model(repo_id) | {
            "createdAt": repo.created_at,
            "lastModified": repo.created_at,
            "downloads": self.rolling(repo_id, day),
            "downloadsAllTime": all_time,
            "likes": repo.likes + (all_time - repo.before) // 400,
            "library_name": repo.library,
            "pipeline_tag": repo.pipeline_tag,
            "tags": [repo.library, repo.pipeline_tag, "region:us"],
            "childrenModelCount": sum(
                each.parent == repo_id and utc_day(self._created[each.id]) <= day for each in self._repos.values()
            ),
            "discussions": repo.likes // 3,
        }
        if repo.parent:
            said["tags"] += [f"base_model:{repo.parent}", f"base_model:{repo.relation}:{repo.parent}"]
            said["baseModels"] = {"relation": repo.relation, "models": [{"_id": "0" * 24, "id": repo.parent}]}
        return said

    def _drawn(self, repo: WinterRepo, seed: int) -> dict[date, int]:
        random = Random(f"{seed}:{repo.id}")
        born = utc_day(datetime.fromisoformat(repo.created_at))
        counts: dict[date, int] = {}
        for day in _DAYS:
            if day < born:
                continue
            usual = repo.per_day * _season(day)
            # Downloads come in bursts: a day's level varies by itself, and more so in large repos.
            level = random.gammavariate(12, usual / 12)
            counts[day] = _poisson(random, level)
            if repo.id in _SWEPT and day in _SWEEP:
                counts[day] += _poisson(random, _SWEEP[day])
        if repo.id == FLAGSHIP:
            _shape_flagship(random, counts)
        elif repo.created_at > "2026":  # a new repo is looked at first of all
            for place in range(3):
                counts[born + _DAY * place] += _poisson(random, repo.per_day * (3 - place))
        return counts


def _season(day: date) -> float:
    weekend = 0.62 if day.weekday() >= 5 else 1.12
    christmas = 0.7 if date(2025, 12, 24) <= day <= date(2026, 1, 6) else 1.0
    return weekend * christmas


def _shape_flagship(random: Random, counts: dict[date, int]) -> None:
    """The launch, the days after 26 January, and the anchor: 174 in the 30 days to 21 January and to the 22nd."""
    for place, count in enumerate(_LAUNCH):
        counts[date(2025, 12, 17) + _DAY * place] = count
    counts.update(_PRESS)
    last = ANCHOR_DAY - _DAY * LAG_DAYS
    edge = counts[last] = counts[last - _DAY * 30] = 7
    inside = [last - _DAY * n for n in range(1, 30)]
    while (off := ANCHOR - edge - sum(counts[day] for day in inside)) != 0:
        day = random.choice(inside)
        if off > 0 or counts[day] > 1:
            counts[day] += 1 if off > 0 else -1


def _poisson(random: Random, mean: float) -> int:
    """A Poisson number; above 50 by its normal approximation, good enough for a play."""
    if mean > 50:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count

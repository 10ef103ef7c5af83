"""What the maintainers are told of troubles: each when it begins, and once when it is over. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alia_watch.findings.watch_trouble import WatchTrouble, WatchTroubleKind

#: A trouble has to be away for so long before it is over: what comes and goes is one trouble.
QUIET_FOR = timedelta(minutes=45)
#: Of what happened and is no state, nobody is told that it is over.
_HAPPENED = frozenset({WatchTroubleKind.SENT_OTHERWISE})


@dataclass(frozen=True, slots=True)
class Chapter:
    """What to do after a look.

    Attributes:
        begun: troubles to tell.
        over: names of those that are over; `silently` those of whose end nobody is told.
        away: since when each open trouble was not seen, to be given to the next look.
    """

    begun: tuple[WatchTrouble, ...]
    over: tuple[str, ...]
    silently: tuple[str, ...]
    away: Mapping[str, datetime]


def chapter(
    seen: Iterable[WatchTrouble],
    told: Collection[str],
    away: Mapping[str, datetime],
    *,
    asked: Collection[WatchTroubleKind],
    now: datetime,
    quiet_for: timedelta = QUIET_FOR,
) -> Chapter:
    """What a look adds to the story.

    Args:
        seen: the troubles there are.
        told: the names of those that were told and are not over.
        away: of the last look.
        asked: the kinds that this look could see; the others are left as they are.
    """
    by_name = {each.name: each for each in seen}
    begun = tuple(each for name, each in by_name.items() if name not in told)
    gone = [name for name in told if name not in by_name and WatchTroubleKind(name.partition(".")[0]) in asked]
    # Where the clock was set back, the waiting begins anew.
    since = {name: at if (at := away.get(name, now)) <= now else now for name in gone}
    ended = [name for name in gone if now - since[name] >= quiet_for]
    quietly = [name for name in ended if name.partition(".")[0] in _HAPPENED]
    return Chapter(
        begun=begun,
        over=tuple(name for name in ended if name not in quietly),
        silently=tuple(quietly),
        away={name: at for name, at in since.items() if name not in ended},
    )

"""A counter that fell and came back: what it gained on the day of its return is not what was downloaded then. Pure."""

from datetime import date, timedelta

from alia_watch.series.reconstruct import DailySeries

#: How long after its fall a counter may come back.
WITHIN = timedelta(days=7)


def returns(series: DailySeries) -> frozenset[date]:
    """The days on which one leap took the all-time count about to where it stood before a fall of the last week.

    About: a tenth of the fall may be lacking, and half of it may have been downloaded meanwhile. The leap is at least
    half the fall, so that a counter that grows on from its new level never returns by that. A true spike of the size of
    a fall a few days before it cannot be told from this, and is not looked for.
    """
    counts = {day.day: day.count for day in series.days if day.count is not None}
    found = set()
    for revision in series.revisions:
        net, day = revision.size, revision.day
        while day < revision.day + WITHIN:
            day += timedelta(days=1)
            count = counts.get(day, 0)
            net += count
            if 2 * count >= -revision.size and 10 * net >= revision.size and 2 * net <= -revision.size:
                found.add(day)
                break
    return frozenset(found)

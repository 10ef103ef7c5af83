"""What the announcements coincided with: of the family's repos and groups, as stored; nothing is stored here."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from alia_watch.announcements.announcement import Announcement
from alia_watch.clock import utc_day
from alia_watch.config.sections import Config
from alia_watch.findings.event_study import Study
from alia_watch.findings.event_study import study as set_beside
from alia_watch.findings.spike import Detection, Series
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.detect import judged, to_judge
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.series.family import Unit
from alia_watch.series.totals import day_sums
from alia_watch.store.database import Store


def study(store: Store, config: Config, *, now: datetime) -> Study:
    """The study of everything known at `now`."""
    look = Reconstruction(store, config, now=now)
    return study_of(look, config, look.family(), confirmed(store, config), until=utc_day(now))


def study_of(
    look: Reconstruction,
    config: Config,
    wanted: Iterable[str],
    announcements: Iterable[Announcement],
    *,
    until: date,
) -> Study:
    """The same of some repos and their groups, from a look and announcements that are at hand.

    As if no day after `until` had been, nor any announcement.
    """
    series = to_study(look, config, wanted, announcements, until=until)
    return studied(config, series, judged(config, series, look.memory))


def to_study(
    look: Reconstruction, config: Config, wanted: Iterable[str], announcements: Iterable[Announcement], *, until: date
) -> list[Series]:
    """The series of some repos and their groups as the study takes them, up to a day."""
    family, known = config.family.record(), tuple(each for each in announcements if each.date <= until)
    repos = look.series(wanted)
    series = to_judge(look, repos, known)
    for group in family.groups:
        members = [repos[repo] for repo in family.group_members(group.id, repos) if repo not in look.gone]
        if len(members) > 1 and len({family.unit(one.repo_id) for one in members}) == 1:
            series.append(Series(group.id, day_sums(members), known, hub=look.common))
    return [replace(one, counts={day: n for day, n in one.counts.items() if day <= until}) for one in series]


def studied(
    config: Config, series: Sequence[Series], found: Iterable[Detection], *, closely: Collection[str] | None = None
) -> Study:
    """The study of series (`to_study`), from what was detected in them, in their order.

    `closely` names those that are told of one by one; all where none are named.

    The summary is of the repos alone, for a group would count them twice, and without those that are counted in GGUF
    files, for another unit is never added.
    """
    family = config.family.record()
    groups = {group.id for group in family.groups}
    names = [one.repo_id for one in series if one.repo_id not in groups]
    return set_beside(
        series,
        {one.repo_id: said.spikes for one, said in zip(series, found, strict=True)},
        zone=config.timetable.zone,
        summed=[repo for repo in names if family.unit(repo) is Unit.QUERY_FILE],
        closely=closely,
    )

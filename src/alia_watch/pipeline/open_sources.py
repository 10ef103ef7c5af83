"""From the configuration to the adapters: which sources are read, and how."""

import hashlib
from collections.abc import Sequence

from alia_watch.config.sections import Config, SourceKind, SourceSection
from alia_watch.errors import UsageError
from alia_watch.sources.boe import BoeSource
from alia_watch.sources.feeds import FeedSource
from alia_watch.sources.media import GdeltSource, GoogleNewsSource
from alia_watch.sources.ministry import MinistrySource
from alia_watch.sources.source import Profile, Source
from alia_watch.sources.tenders import TendersSource

#: Pages read at most, where the configuration says nothing: a few days of notes; two busy days of tenders.
MINISTRY_PAGES, TENDERS_PAGES = 3, 40


def sources_on(config: Config, only: Sequence[str] = ()) -> list[SourceSection]:
    """The sources that are switched on and read over HTTP, or those named.

    Raises:
        UsageError: one that is named is not configured, or is off.
    """
    on = {section.id: section for section in config.source if section.on}
    for name in only:
        if name not in on:
            known = ", ".join(on) or "none: add a [[source]]"
            raise UsageError(f"There is no source {name} that is on.", hint=f"There are: {known}.")
    return [section for name, section in on.items() if not only or name in only]


def adapter(section: SourceSection, zone: str) -> Source:
    """The adapter that reads a source. The Hub has none: its snapshots are read (`hub_releases.py`)."""
    profile = Profile(
        id=section.id,
        publisher=section.publisher,
        announced_by=section.announced_by,
        kind=section.announcement,
        confidence=section.confidence,
        language=section.language,
        zone=zone,
    )
    urls = section.addresses()
    match section.kind:
        case SourceKind.FEED:
            return FeedSource(profile, urls)
        case SourceKind.GOOGLE_NEWS:
            return GoogleNewsSource(profile, urls[0])
        case SourceKind.GDELT:
            return GdeltSource(profile, urls[0], section.query)
        case SourceKind.BOE:
            return BoeSource(profile, urls[0])
        case SourceKind.MINISTRY:
            return MinistrySource(profile, urls[0], pages=section.pages or MINISTRY_PAGES)
        case SourceKind.TENDERS:
            return TendersSource(profile, urls[0], pages=section.pages or TENDERS_PAGES)
        case SourceKind.HUB:
            raise AssertionError("the Hub is read by its snapshots")


def setting(section: SourceSection, config: Config) -> str:
    """What decides which entries a source gives, as two digests: where it is read, and what is looked for.

    When the first changes it is another source; when the second does, its pages are read anew.
    """
    where = (section.kind, *section.addresses(), section.query)
    what = (section.model_dump_json(), repr(section.phrases(config.sources)))
    return ":".join(hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:16] for said in (where, what))

"""Is a report that was sent what its evidence says? And what would it say with what is known now?"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from alia_watch import __version__
from alia_watch.announcements.announcement import Announcement, AnnouncementState
from alia_watch.config.sections import Config
from alia_watch.errors import UsageError
from alia_watch.pipeline.announce import confirmed
from alia_watch.pipeline.remake import VERIFIABLE, compared, remade
from alia_watch.reports.render import render
from alia_watch.reports.report import Report, ReportKind
from alia_watch.store.announcements import announcements_as
from alia_watch.store.database import Store
from alia_watch.store.evidence import as_of
from alia_watch.store.messages import messages_of
from alia_watch.store.reports import Made, report_made


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure by its place in the document: as it was sent, and as it was made again; None where it is not there."""

    figure: str
    sent: Any
    again: Any


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of one report.

    Attributes:
        equal: made again from the evidence and the calendar of then, every figure is what was sent.
        differs: each figure that is not, and `why` that may be: the configuration or the program changed since.
        since: each figure that would be another with what is known now: later readings and imports, later decisions
            on announcements. What was sent was right then.
    """

    report: str
    made_at: datetime
    equal: bool
    differs: tuple[Difference, ...]
    why: tuple[str, ...]
    since: tuple[Difference, ...]


def verify(store: Store, config: Config, key: str) -> Verified:
    """Make a report again, from what it was made of and from what is known now.

    Raises:
        UsageError: there is no such report, or it holds no figures, or it kept no evidence.
    """
    made = report_made(store, key)
    if made is None:
        raise UsageError(f"There is no report {key}.", hint="`alia-watch deliveries` names those that were sent.")
    if made.kind not in VERIFIABLE:
        raise UsageError(f"{key} holds no figures.", hint="Digests, cost updates and alerts can be verified.")
    if not made.evidence.get("marks") or "made_at" not in made.document:
        raise UsageError(f"{key} was made by a version that kept no evidence.", hint="It cannot be verified.")
    then = _confirmed_then(store, made)
    with tempfile.TemporaryDirectory() as folder, as_of(store, made.evidence["marks"], Path(folder)) as evidence:
        again = remade(evidence, config, made, then)
    today = remade(store, config, made, confirmed(store, config))
    sent = made.document | ({"findings_named": True} if "findings_named" in again else {})
    differs = (*_differences(sent, again), *_misprinted(store, made))
    why = _why(made, config) if differs else ()
    return Verified(key, made.created_at, not differs, differs, why, _differences(again, today))


def _confirmed_then(store: Store, made: Made) -> Sequence[Announcement]:
    known = announcements_as(store, made.calendar)
    return [each for each in known if each.state is AnnouncementState.CONFIRMED]


def _differences(one: dict[str, Any], two: dict[str, Any]) -> tuple[Difference, ...]:
    return tuple(Difference(place, before, after) for place, before, after in compared(one, two))


def _misprinted(store: Store, made: Made) -> Iterator[Difference]:
    """The messages that do not say what the document says, of those that this version of the program wrote."""
    if made.version != __version__:
        return
    report = Report(made.key, ReportKind(made.kind), made.document)
    kept = messages_of(store, made.key)
    for language, form in sorted({(each.language, each.form) for each in kept}):
        mine = [each for each in kept if (each.language, each.form) == (language, form)]
        images = [image for each in mine for image in each.images]
        for sent, again in zip_longest(mine, render(report, language, form, images)):
            for name in ("subject", "text", "markup"):
                one, two = getattr(sent, name, None), getattr(again, name, None)
                if one != two:
                    yield Difference(f"message[{language} {form}].{name}", "another text", "what the document says")


def _why(made: Made, config: Config) -> tuple[str, ...]:
    """What has changed since that could make a report another."""
    found = []
    if made.evidence.get("configuration") != config.rests_on():
        found.append("the configuration changed since: the family, basket, costs, scenarios or how spikes are found")
    if made.version != __version__:
        found.append(f"the program changed since: it was made by {made.version}, this is {__version__}")
    return tuple(found)

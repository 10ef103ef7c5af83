"""The sections of the configuration, as frozen models. `loader.py` reads the file and reports its faults."""

import datetime as dt
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from alia_watch.announcements.announcement import Announcement, AnnouncementState, Kind, Precision
from alia_watch.audience.subscriber import Subscriber
from alia_watch.config.channels import (
    ChannelsSection,
    EmailSection,
    FolderSection,
    SubscriberSection,
    TelegramSection,
)
from alia_watch.config.money import CostSection, CostsSection, QuotedSection, ScenarioSection
from alia_watch.config.secret import Secret
from alia_watch.config.section import (
    Day,
    DayOrMonth,
    Id,
    Language,
    Line,
    RepoId,
    RepoPattern,
    Section,
    Statement,
    Url,
    first_day,
)
from alia_watch.config.sources import SourceKind, SourceSection, SourcesSection
from alia_watch.config.upkeep import BackupSection, HeartbeatSection, RetentionSection, TimetableSection
from alia_watch.config.web import WebSection
from alia_watch.series.family import Family, Flagship, Group, Unit

__all__ = [
    "AnnouncementSection",
    "BackupSection",
    "BasketSection",
    "ChannelsSection",
    "ComparatorSection",
    "Config",
    "CostSection",
    "CostsSection",
    "EmailSection",
    "FamilySection",
    "FlagshipSection",
    "FolderSection",
    "GroupSection",
    "HeartbeatSection",
    "HubSection",
    "QuotedSection",
    "ReplySection",
    "RetentionSection",
    "ScenarioSection",
    "SourceKind",
    "SourceSection",
    "SourcesSection",
    "SpikesSection",
    "SubscriberSection",
    "TelegramSection",
    "TimetableSection",
    "WatchSection",
    "WebSection",
]


class WatchSection(Section):
    """What this watch is."""

    name: str = "ALIA Watch"
    language: Language = "es"
    database: Path = Path("alia-watch.db")
    backups: Path = Path("backups")
    contact: Annotated[str, StringConstraints(pattern=r"^[ -~]{3,200}$")]
    method_url: Url
    run_by: Line = ""
    funded_by: Line = ""
    simulated: bool = False


class HubSection(Section):
    """How the Hub is read. Times of day are UTC; `update_hour = "learn"` learns it from the readings."""

    endpoint: Url = "https://huggingface.co"
    token: Secret | None = None
    read_at: tuple[dt.time, ...] = Field(
        default=(dt.time(2, 15), dt.time(8, 15), dt.time(14, 15), dt.time(20, 15)), min_length=1, max_length=24
    )
    list_organisations: tuple[str, ...] = ()
    request_timeout_s: float = Field(default=20, gt=0, le=300)
    deadline_s: float = Field(default=1800, gt=0, le=14_400)
    threads: int = Field(default=4, ge=1, le=32)
    update_hour: Literal["learn"] | Annotated[int, Field(ge=0, le=23)] = "learn"
    lag_days: int = Field(default=1, ge=0, le=7)


class FlagshipSection(Section):
    """A flagship from a day (`2025-12-17`) or a month (`2025-12`) on."""

    repo: RepoId
    since: DayOrMonth = Field(alias="from")
    source: str

    def record(self) -> Flagship:
        """The pure record."""
        by_day = len(self.since) == 10
        return Flagship(self.repo, first_day(self.since), "day" if by_day else "month", self.source)


class GroupSection(Section):
    """A named part of the family."""

    id: Id
    name: str
    patterns: tuple[RepoPattern, ...] = Field(min_length=1)
    exclude: tuple[RepoPattern, ...] = ()
    unit: Unit = Unit.QUERY_FILE


class FamilySection(Section):
    """The repos of the programme that is watched."""

    id: Id
    name: str
    patterns: tuple[RepoPattern, ...] = Field(min_length=1)
    exclude: tuple[RepoPattern, ...] = ()
    flagship: tuple[FlagshipSection, ...] = Field(min_length=1)
    group: tuple[GroupSection, ...] = ()

    def record(self) -> Family:
        """The pure record."""
        groups = tuple(Group(g.id, g.name, g.patterns, g.exclude, g.unit) for g in self.group)
        flagships = tuple(flagship.record() for flagship in self.flagship)
        return Family(self.id, self.name, self.patterns, flagships, groups, self.exclude)


class BasketSection(Section):
    """Unrelated control repos; `verified` says whether someone saw each of them answer."""

    repos: tuple[RepoId, ...] = Field(min_length=1)
    verified: bool = False


class ComparatorSection(Section):
    """A model to set beside the family, with its own public cost where one is known."""

    name: Line
    repos: tuple[RepoId, ...] = Field(min_length=1)
    funder: Line
    public_cost: Decimal | None = Field(default=None, gt=0)
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    cost_scope: Literal["model", "project", "programme"] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _cost_is_whole(self) -> Self:
        if len({self.public_cost is None, self.currency is None, self.cost_scope is None}) > 1:
            raise ValueError("public_cost, currency and cost_scope go together: give all three or none")
        return self


class AnnouncementSection(Section):
    """A known announcement. The date is a Madrid civil day, or a month (`2026-05`) that never becomes an event date."""

    id: Id
    date: DayOrMonth
    date_end: Day | None = None
    kind: Kind
    title: Annotated[Line, StringConstraints(min_length=1)]
    announced_by: Line = ""
    publisher: Line = ""
    url: Url | None = None
    confidence: Literal["A", "B", "C"]
    note: Line = ""

    def record(self) -> Announcement:
        """The pure record."""
        by_day = len(self.date) == 10
        precision = (Precision.RANGE if self.date_end else Precision.DAY) if by_day else Precision.MONTH
        return Announcement(
            id=self.id,
            date=first_day(self.date),
            precision=precision,
            kind=self.kind,
            title=self.title,
            date_end=self.date_end,
            announced_by=self.announced_by,
            publisher=self.publisher,
            url=self.url,
            confidence=self.confidence,
            note=self.note,
            source="configuration",
            state=AnnouncementState.CONFIRMED,
        )


class ReplySection(Section):
    """What an institution answered to what was printed: the digest of the month it came in has it, word by word."""

    by: Annotated[Line, StringConstraints(min_length=1)]
    date: Day
    text: Statement
    url: Url | None = None


class SpikesSection(Section):
    """How alarms are raised."""

    false_alarms_per_year: float = Field(default=1.0, gt=0, le=52)
    tell_within_days: int = Field(default=7, ge=1, le=60)


class Config(Section):
    """The whole configuration. Relative paths are relative to the file's folder (`loader.py` resolves them)."""

    watch: WatchSection
    hub: HubSection = HubSection()
    family: FamilySection
    basket: BasketSection
    comparator: tuple[ComparatorSection, ...] = ()
    cost: tuple[CostSection, ...] = ()
    scenario: tuple[ScenarioSection, ...] = ()
    costs: CostsSection
    quoted: tuple[QuotedSection, ...] = ()
    announcement: tuple[AnnouncementSection, ...] = ()
    reply: tuple[ReplySection, ...] = ()
    sources: SourcesSection = SourcesSection()
    source: tuple[SourceSection, ...] = ()
    channels: ChannelsSection = ChannelsSection(folder=FolderSection())
    subscriber: tuple[SubscriberSection, ...] = ()
    web: WebSection | None = None
    timetable: TimetableSection = TimetableSection()
    backup: BackupSection = BackupSection()
    retention: RetentionSection = RetentionSection()
    heartbeat: HeartbeatSection | None = None
    spikes: SpikesSection = SpikesSection()

    def receivers(self) -> list[Subscriber]:
        """Everyone who receives by the configuration's word."""
        maintainers = self.channels.telegram.receivers(self.watch.language) if self.channels.telegram else []
        return [*(each.record() for each in self.subscriber), *maintainers]

    def watched(self, known: tuple[str, ...] = ()) -> frozenset[str]:
        """Every repo this watch reads: the basket, comparators, flagships, and the family among `known`."""
        named = {*self.basket.repos, *(f.repo for f in self.family.flagship)}
        named.update(repo for comparator in self.comparator for repo in comparator.repos)
        return frozenset(named | set(self.family.record().members(known)))

    def rests_on(self) -> str:
        """A digest of the sections that figures rest on: when it changes, a report cannot be made again as it was."""
        sections = {
            "family": self.family.model_dump(mode="json"),
            "basket": sorted(self.basket.repos),
            "comparator": [each.model_dump(mode="json", exclude={"note"}) for each in self.comparator],
            "cost": [each.model_dump(mode="json", exclude={"note"}) for each in self.cost],
            "scenario": [each.model_dump(mode="json", exclude={"note"}) for each in self.scenario],
            "quoted": [each.model_dump(mode="json") for each in self.quoted],
            "costs": self.costs.model_dump(mode="json", exclude={"update_on_move", "thresholds"}),
            "spikes": self.spikes.false_alarms_per_year,
            "zone": self.timetable.zone,
            "hub": [str(self.hub.update_hour), self.hub.lag_days],
        }
        return hashlib.sha256(json.dumps(sections, sort_keys=True).encode()).hexdigest()[:16]

    def reads_hub_files(self) -> bool:
        """Whether some source tells of the files of the family's repos."""
        return any(section.on and section.kind is SourceKind.HUB for section in self.source)

    def organisations(self) -> tuple[str, ...]:
        """The organisations read by one listing each: those of the family's patterns, and those named."""
        return tuple(sorted({p.split("/")[0] for p in self.family.patterns} | set(self.hub.list_organisations)))

"""The sources that announcements come from, and how all of them are read."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.matching import Phrases
from alia_watch.config.section import Id, Language, Section, Url

Phrase = Annotated[str, StringConstraints(min_length=2, max_length=100, pattern=r"\w")]


class SourceKind(StrEnum):
    """What a source is, and so which adapter reads it."""

    FEED = "feed"  # RSS or Atom
    BOE = "boe"
    MINISTRY = "ministry"
    TENDERS = "tenders"
    GDELT = "gdelt"
    GOOGLE_NEWS = "google_news"
    HUB = "hub"  # what the snapshots of the Hub tell: model releases


#: Where each kind is read when nothing else is given. A feed and a search have no address but their own.
ADDRESSES: dict[SourceKind, str] = {
    SourceKind.BOE: "https://www.boe.es/datosabiertos/api/boe/sumario",
    SourceKind.MINISTRY: "https://digital.gob.es",
    SourceKind.TENDERS: "https://contrataciondelsectorpublico.gob.es/sindicacion/sindicacion_643/"
    "licitacionesPerfilesContratanteCompleto3.atom",
    SourceKind.GDELT: "https://api.gdeltproject.org/api/v2/doc/doc",
}


class SourcesSection(Section):
    """How sources are read, all of them. The phrases are those of every source that gives none of its own.

    `deadline_s` is the most that all the reading of one round may take; sources are read side by side.
    """

    deadline_s: float = Field(default=300, gt=0, le=3600)
    request_timeout_s: float = Field(default=60, gt=0, le=600)
    pause_s: float = Field(default=1.0, ge=0, le=60)
    failing_after_days: int = Field(default=3, ge=1, le=365)
    must: tuple[Phrase, ...] = ()
    must_also: tuple[Phrase, ...] = ()
    must_not: tuple[Phrase, ...] = ()


class SourceSection(Section):
    """One source. What its entries say of themselves goes before `publisher`, `announced_by` and `language`.

    A redirect is followed on its own hosts, and on those of `redirects_to`.
    `trusted` lets the rule confirm by itself what this source tells with a phrase in the title and a date.
    """

    id: Id
    kind: SourceKind
    on: bool = True
    urls: tuple[Url, ...] = Field(default=(), max_length=50)
    redirects_to: tuple[Url, ...] = Field(default=(), max_length=20)
    query: str = ""
    announcement: Kind = Kind.OFFICIAL
    publisher: str = ""
    announced_by: str = ""
    confidence: Literal["A", "B", "C"] = "B"
    language: Language | Literal[""] = ""
    trusted: bool = False
    pause_s: float | None = Field(default=None, ge=0, le=600)
    pages: int | None = Field(default=None, ge=1, le=500)
    silent_after_days: int = Field(default=30, ge=1, le=3650)
    must: tuple[Phrase, ...] | None = None
    must_also: tuple[Phrase, ...] | None = None
    must_not: tuple[Phrase, ...] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.kind in (SourceKind.FEED, SourceKind.GOOGLE_NEWS) and not self.urls:
            raise ValueError(f"a source of kind {self.kind} needs urls: give the address of its feed")
        if self.kind is SourceKind.GDELT and not self.query:
            raise ValueError("a source of kind gdelt needs a query, such as '\"ALIA\" inteligencia'")
        if self.kind is SourceKind.HUB and (self.urls or self.query):
            raise ValueError("a source of kind hub tells what the snapshots read: it takes no urls and no query")
        if self.kind not in (SourceKind.FEED, SourceKind.HUB) and len(self.urls) > 1:
            raise ValueError(f"a source of kind {self.kind} has one address: make a [[source]] for each")
        if self.kind is SourceKind.HUB and self.announcement not in (Kind.OFFICIAL, Kind.MODEL_RELEASE):
            raise ValueError("what the Hub tells is a model release: leave `announcement` out")
        return self

    def pause(self) -> float:
        """Seconds between two requests to its hosts; GDELT asks for one in five seconds."""
        return (5.0 if self.kind is SourceKind.GDELT else 0.0) if self.pause_s is None else self.pause_s

    def addresses(self) -> tuple[str, ...]:
        """Where it is read."""
        default = ADDRESSES.get(self.kind)
        return self.urls or ((default,) if default else ())

    def phrases(self, shared: SourcesSection) -> Phrases:
        """Its own phrases, or those of all sources."""
        must, also, never = self.must, self.must_also, self.must_not
        return Phrases(
            shared.must if must is None else must,
            shared.must_also if also is None else also,
            shared.must_not if never is None else never,
        )

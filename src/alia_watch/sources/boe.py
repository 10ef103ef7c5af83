"""The Boletín Oficial del Estado: the summary of each day, from its open data.

`GET {endpoint}/AAAAMMDD` answers `data.sumario.diario.seccion.departamento.(epigrafe.)item` in JSON, one gazette of 0.3
to 1 MB. Every level is an object where it holds one thing and a list where it holds more, so both are read everywhere.
There is no gazette on Sundays.
"""

import datetime as dt
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from alia_watch.announcements.entry import Entry, StatedDate, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources import dates, plain
from alia_watch.sources.fetch import Fetcher
from alia_watch.sources.source import Profile, Span
from alia_watch.sources.stream import MEGABYTE
from alia_watch.sources.strict_json import strict_json

ENDPOINT = "https://www.boe.es/datosabiertos/api/boe/sumario"
#: The page of an item, where its summary gives no address.
ITEM_PAGE = "https://www.boe.es/diario_boe/txt.php?id="
MOST_BYTES = 16 * MEGABYTE

#: Sub-levels within a department; the gazette uses two.
_MOST_LEVELS = 8
_SECTIONS = {
    "1": "I",
    "2A": "II.A",
    "2B": "II.B",
    "3": "III",
    "4": "IV",
    "5": "V",
    "5A": "V.A",
    "5B": "V.B",
    "5C": "V.C",
}
_NEVER_EMPTY = ("data", "sumario", "diario")
_SUNDAY = 6


class BoeSource:
    """The gazette of every day of a span, Sundays left out.

    Attributes:
        read_until: the last day that was read whole, or that is a Sunday; None before the first. When a day fails, the
            reading ends there with its error, and may go on after this day.
    """

    def __init__(self, profile: Profile, endpoint: str = ENDPOINT) -> None:
        self.profile = profile
        self.read_until: dt.date | None = None
        self._endpoint = endpoint.rstrip("/")

    def read(self, fetch: Fetcher, span: Span) -> Iterator[Entry]:
        """Its items, day by day; one summary at a time is in memory.

        A day without a gazette (404) is no error, and does not count as read: it may be to come.

        Raises:
            SourceError: a day could not be read; the days before it are good.
        """
        self.read_until = None
        for day in span.days():
            if day.weekday() == _SUNDAY or (yield from self._day(fetch, day, conditional=not span.backfill)):
                self.read_until = day

    def _day(self, fetch: Fetcher, day: dt.date, *, conditional: bool) -> Generator[Entry, None, bool]:
        page = fetch.get(
            f"{self._endpoint}/{day:%Y%m%d}",
            accept="application/json",
            most_bytes=MOST_BYTES,
            missing=True,
            conditional=conditional,
        )
        if page is None:
            return False
        yield from read_summary(page.body, self.profile, day, page.sha256, page.url)
        return True


def read_summary(body: bytes, profile: Profile, day: dt.date, evidence: str, page_url: str) -> Iterator[Entry]:
    """The items of one summary, in its order.

    Args:
        day: the day that was asked for; a summary of another is an error.
        evidence: SHA-256 of `body`.
        page_url: where it was read; relative addresses are meant from there.

    Raises:
        SourceError: it has another shape (SourceChanged, naming the level that lacks), or says that it failed. Where
            only a part has another shape, the items of the other parts come first.
    """
    document = strict_json(body, profile.id)
    _check_status(document, profile)
    walk = _Walk()
    items, titled = 0, 0
    for summary in walk.down(document, "data", "sumario"):
        stated = _date_of(summary, profile, day)
        for place, item in walk.items(summary):
            items += 1
            entry = _entry(item, place, profile, stated=stated, evidence=evidence, page_url=page_url)
            if entry is not None:
                titled += 1
                yield entry
    if items and not titled:
        raise SourceChanged(profile.id, "the level item.titulo")
    if walk.lacks:
        raise SourceChanged(profile.id, f"the level {walk.lacks}")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the gazette an item stands, as plain text."""

    section: str = ""
    code: str = ""
    department: str = ""
    epigraph: str = ""


class _Walk:
    """Goes down the levels of a summary. `lacks` is the first level that was not there, and empty while all were."""

    def __init__(self) -> None:
        self.lacks = ""

    def down(self, node: dict[str, object], *names: str, path: str = "") -> Iterator[dict[str, object]]:
        """Every object below `node`, one level for each name, whether that level is an object or a list of them."""
        here = f"{path}.{names[0]}" if path else names[0]
        value = node.get(names[0])
        if value == [] and names[0] in _NEVER_EMPTY:
            self.lacks = self.lacks or here
        for inner in value if isinstance(value, list) else [value]:
            if not isinstance(inner, dict):
                self.lacks = self.lacks or here
            elif len(names) == 1:
                yield inner
            else:
                yield from self.down(inner, *names[1:], path=here)

    def items(self, summary: dict[str, object]) -> Iterator[tuple[_Place, dict[str, object]]]:
        """Every item of a summary, with its place."""
        for section in self.down(summary, "diario", "seccion", path="data.sumario"):
            place = _Place(section=_words(section.get("nombre")), code=_words(section.get("codigo")))
            path = "data.sumario.diario.seccion"
            if "departamento" not in section and ("item" in section or "epigrafe" in section):
                yield from self._within(section, place, path)
                continue
            for department in self.down(section, "departamento", path=path):
                named = replace(place, department=_words(department.get("nombre")))
                yield from self._within(department, named, f"{path}.departamento")

    def _within(
        self, node: dict[str, object], place: _Place, path: str, level: int = 0
    ) -> Iterator[tuple[_Place, dict[str, object]]]:
        """The items of a department: its own, and those under its epigraphs and texts."""
        if level > _MOST_LEVELS:
            self.lacks = self.lacks or "item, within a few levels of its department"
            return
        if "item" in node:
            for item in self.down(node, "item", path=path):
                yield place, item
        epigraphs = list(self.down(node, "epigrafe", path=path)) if "epigrafe" in node else []
        # A `texto` may be a level with items of its own, or no more than words.
        value = node.get("texto")
        texts = [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
        for inner in epigraphs:
            deeper = replace(place, epigraph=_words(inner.get("nombre")) or place.epigraph)
            yield from self._within(inner, deeper, f"{path}.epigrafe", level + 1)
        for inner in texts:
            if "item" in inner or "epigrafe" in inner or "texto" in inner:
                deeper = replace(place, epigraph=_words(inner.get("nombre")) or place.epigraph)
                yield from self._within(inner, deeper, f"{path}.texto", level + 1)
        if "item" not in node and "epigrafe" not in node and not texts:
            self.lacks = self.lacks or f"{path}.item"


def _check_status(document: dict[str, object], profile: Profile) -> None:
    for status in _Walk().down(document, "status"):
        code = _words(status.get("code"))
        if not re.fullmatch(r"[1-5][0-9]{2}", code):
            raise SourceChanged(profile.id, "the level status.code")
        if code != "200":
            raise SourceError(profile.id, f"its answer has the status {code}", again=code[0] == "5" or code == "429")


def _date_of(summary: dict[str, object], profile: Profile, day: dt.date) -> StatedDate:
    """The date that the summary states: the day asked for. Raises SourceChanged for another, or none."""
    holders = [*_Walk().down(summary, "metadatos"), *_Walk().down(summary, "diario")]
    texts = [_words(holder.get(name)) for holder in holders for name in ("fecha_publicacion", "fecha")]
    found = [dates.stated(Where.PUBLISHED, text, profile.zone) for text in texts if text]
    if not found:
        raise SourceChanged(profile.id, "the level data.sumario.metadatos.fecha_publicacion")
    for date in found:
        if date is None or date.moment != day:
            said = "no date in fecha_publicacion" if date is None else f"one of {date.moment:%Y-%m-%d}"
            raise SourceChanged(profile.id, f"a summary of {day.isoformat()}", found=said)
    return StatedDate(Where.PUBLISHED, day, next(filter(None, texts))[:80])


def _entry(
    item: dict[str, object], place: _Place, profile: Profile, *, stated: StatedDate, evidence: str, page_url: str
) -> Entry | None:
    title = plain.title(_raw(item.get("titulo")))
    if not title:
        return None
    identifier = _words(item.get("identificador"))
    url = plain.address(_raw(item.get("url_html")), page_url) if item.get("url_html") else None
    if url is None and re.fullmatch(r"[A-Za-z0-9-]{1,60}", identifier):
        url = ITEM_PAGE + identifier
    pdf = plain.address(_raw(item.get("url_pdf")), page_url) if item.get("url_pdf") else None
    section = _SECTIONS.get(place.code.upper(), place.code)
    return Entry(
        source=profile.id,
        key=identifier or url or sha256(title.encode()).hexdigest(),
        title=title,
        url=url,
        stated=(stated,),
        evidence=evidence,
        kind=profile.kind,
        text=" ".join(filter(None, (place.section, place.department, place.epigraph))),
        announced_by=place.department or profile.announced_by,
        publisher=profile.publisher,
        language=profile.language,
        confidence=profile.confidence,
        aliases=(pdf,) if pdf else (),
        note=", ".join(filter(None, (identifier, f"sección {section}" if section else ""))),
    )


def _raw(value: object) -> str:
    """A text, or that within an object such as `{"szBytes": "1", "texto": "https://…"}`; empty where there is none."""
    if isinstance(value, dict):
        value = next((value[name] for name in ("texto", "url", "#text") if isinstance(value.get(name), str)), "")
    return value if isinstance(value, str) else ""


def _words(value: object) -> str:
    """The same as plain text of at most 300 characters; numbers too, for codes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else plain.title(_raw(value))

"""The ministry's notes as its content system serves them: HTML lists of cards, and a JSON model of each note. Pure."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from html import escape
from typing import Any

from alia_watch.clock import CivilDay, civil_instant

LIST_TYPE = "text/html; charset=utf-8"
MODEL_TYPE = "application/json; charset=utf-8"
#: How many cards a page of the list has.
PAGE_SIZE = 10
#: The content system cuts the last part of an address here, in the middle of a word too.
LONGEST_SLUG = 64
SEDIA, MINISTRY, CIVIL_SERVICE = (
    "secretaria-digitalizacion-e-inteligencia-artificial",
    "mtdfp",
    "secretaria-estado-funcion-publica",
)

_ROOT = "/content/portalmtdfp"
_LIST = _ROOT + "/es/comunicacion/jcr:content/root/container/containerSpace/content_display_copy"
_ZONE = "Europe/Madrid"
_PARTS = "portalmtdfp/components/common"


@dataclass(frozen=True, slots=True)
class Note:
    """A note to the press.

    Attributes:
        title: plain text.
        day: its day in Madrid.
        path: its public path, such as `/comunicacion/notas-prensa/mtdfp/2025/12/slug`.
        text: its paragraphs, plain text with an empty line between them.
        modified: when the page was last changed, an aware instant.
        language: `es`, or that of the path's prefix.
    """

    title: str
    day: date
    path: str
    text: str
    modified: datetime
    language: str = "es"


def note_path(section: str, day: date, heading: str) -> str:
    """The public path of a note in Spanish: the heading as a slug, cut at 64 characters."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG]
    return f"/comunicacion/notas-prensa/{section}/{day:%Y/%m}/{slug}"


def in_language(note: Note, language: str, title: str, text: str) -> Note:
    """The same note in another language, at the same path below `/gl` or `/en`."""
    return replace(note, title=title, text=text, language=language, path=f"/{language}{note.path}")


def list_path(page: int = 1) -> str:
    """Where a page of the list is; the first has no number."""
    return f"{_LIST}.list.html" if page == 1 else f"{_LIST}.list.p{page}.html"


def model_paths(note: Note) -> tuple[str, ...]:
    """Where the model of a note is; one in another language, below that language's own root too."""
    public = note.path if note.language == "es" else note.path.removeprefix(f"/{note.language}")
    own = () if note.language == "es" else (f"{_ROOT}/{note.language}{public}.model.json",)
    return (f"{_ROOT}/es{note.path}.model.json", *own)


def ministry_list(notes: Sequence[Note], page: int = 1, pages: int = 1) -> bytes:
    """One page of the list, with the notes that stand on it, newest first. HTML in UTF-8, dates as dd/mm/yyyy."""
    cards = "\n".join(
        f"""<li class="dnt-item"><article class="dnt-card">
  <div class="dnt-image"><img src="/content/dam/portal-mtdfp/imagenes/nota.jpg" alt=""/></div>
  <div class="dnt-content">
    <p class="dnt-date">{note.day:%d/%m/%Y}</p>
    <h3 class="dnt-title"><a href="{escape(note.path)}">
      {escape(note.title)}
    </a></h3>
    <p class="dnt-text">{escape(_paragraphs(note)[0])}</p>
  </div></article></li>"""
        for note in notes
    )
    numbers = "".join(
        f'<li class="dnt-page{" active" if number == page else ""}"><a href="{list_path(number)}">{number}</a></li>'
        for number in range(1, pages + 1)
    )
    return f"""<div class="dnt-list" data-simulated="yes"><!-- Datos simulados: ALIA Watch -->
<ul class="dnt-cards">
{cards}
</ul>
<ul class="dnt-pagination">{numbers}</ul>
</div>
""".encode()


def ministry_model(note: Note) -> bytes:
    """The `.model.json` of a note: its day as `datepicker`, in ms since 1970 at Madrid's midnight; texts are HTML."""
    midnight = civil_instant(CivilDay(note.day), time(), _ZONE)
    html = "".join(f"<p>{escape(paragraph)}</p>\r\n" for paragraph in _paragraphs(note))
    inside = {
        "title": {"id": "title-5d1c", "type": "h1", "text": note.title, ":type": f"{_PARTS}/title"},
        "date": {"id": "date-80f2", "datepicker": _milliseconds(midnight), ":type": f"{_PARTS}/datepicker"},
        "text": {"id": "text-1b7e", "text": html, "richText": True, ":type": f"{_PARTS}/text"},
        "button": {
            "id": "button-c3a0",
            "text": "Descargar nota",
            "buttonLink": {"valid": True, "url": f"/content/dam/portal-mtdfp/comunicacion/{note.day:%Y%m%d}.pdf"},
            ":type": f"{_PARTS}/button",
        },
    }
    said = {
        "id": "page-7f3b9a51c2",
        "title": note.title,
        "language": note.language,
        "lastModifiedDate": _milliseconds(note.modified),
        "templateName": "nota-de-prensa",
        ":type": "portalmtdfp/components/structure/page",
        **_items({"root": {"id": "container-root", ":type": f"{_PARTS}/container", **_items(inside)}}),
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _items(inside: dict[str, Any]) -> dict[str, Any]:
    return {":itemsOrder": list(inside), ":items": inside}


def _paragraphs(note: Note) -> list[str]:
    return note.text.split("\n\n")


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)

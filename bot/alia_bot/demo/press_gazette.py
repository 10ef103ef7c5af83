"""The summary of an issue of the BOE as its open-data API words it, quirks and all. Pure.

Every level is a list, but a plain object where it has one member; items stand right below a department where they have
no epigraph; some addresses are relative.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from zlib import crc32

GAZETTE_TYPE = "application/json; charset=utf-8"
BOE_FOLDER = "/datosabiertos/api/boe/sumario/"

SECTIONS = {
    "1": "I. Disposiciones generales",
    "2A": "II. Autoridades y personal. - A. Nombramientos, situaciones e incidencias",
    "2B": "II. Autoridades y personal. - B. Oposiciones y concursos",
    "3": "III. Otras disposiciones",
    "4": "IV. Administración de Justicia",
    "5A": "V. Anuncios. - A. Contratación del Sector Público",
    "5B": "V. Anuncios. - B. Otros anuncios oficiales",
}
_SITE = "https://www.boe.es"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class GazetteItem:
    """One item of an issue.

    Attributes:
        section: a key of `SECTIONS`.
        department: in capitals, as the gazette prints it.
        title: its whole title.
        identifier: `BOE-A-2026-1234`; `BOE-B-…` in sections 4 and 5.
        epigraph: what it stands under in its department, or "".
        relative: whether its HTML address is given without the host.
    """

    section: str
    department: str
    title: str
    identifier: str
    epigraph: str = ""
    relative: bool = False


def boe_summary(day: date, items: Iterable[GazetteItem], *, bare_issue: bool = False) -> bytes:
    """The JSON of `/datosabiertos/api/boe/sumario/AAAAMMDD`. UTF-8.

    Args:
        day: the day of the issue.
        items: any number, in any order; those of one section, department and epigraph are put together.
        bare_issue: the one issue of the day is an object too, and not a list of one.
    """
    number = str(issue_number(day))
    order = {code: place for place, code in enumerate(SECTIONS)}
    made = sorted(items, key=lambda item: (order[item.section], item.department, item.epigraph))
    sections = [
        {"codigo": code, "nombre": SECTIONS[code], "departamento": _one_or_all(_departments(day, list(group)))}
        for code, group in groupby(made, key=lambda item: item.section)
    ]
    issue = {
        "numero": number,
        "sumario_diario": {
            "identificador": f"BOE-S-{day.year}-{number}",
            "url_pdf": _pdf(day, f"BOE-S-{day.year}-{number}"),
        },
        "seccion": _one_or_all(sections),
    }
    said = {
        "status": {"code": "200", "text": "ok"},
        "data": {
            "sumario": {
                "metadatos": {"publicacion": "BOE", "fecha_publicacion": f"{day:%Y%m%d}"},
                "diario": issue if bare_issue else [issue],
            }
        },
    }
    return json.dumps(said, ensure_ascii=False, indent=2).encode()


def boe_missing() -> bytes:
    """The body of the 404 for a day without an issue, such as a Sunday."""
    said = {"status": {"code": "404", "text": "La información solicitada no existe"}, "data": ""}
    return json.dumps(said, ensure_ascii=False).encode()


def boe_path(day: date) -> str:
    """Where the summary of a day is asked for."""
    return f"{BOE_FOLDER}{day:%Y%m%d}"


def issue_number(day: date) -> int:
    """An issue a day since New Year, Sundays left out; true but for the extra issues of some years."""
    first = date(day.year, 1, 1)
    return sum((first + _DAY * n).weekday() != 6 for n in range((day - first).days + 1))


def _departments(day: date, items: Sequence[GazetteItem]) -> list[dict[str, Any]]:
    found = []
    for name, group in groupby(items, key=lambda item: item.department):
        inside: dict[str, Any] = {"codigo": str(1000 + crc32(name.encode()) % 9000), "nombre": name}
        titled = []
        for epigraph, same in groupby(group, key=lambda item: item.epigraph):
            written = _one_or_all([_item(day, item) for item in same])
            if epigraph:
                titled.append({"nombre": epigraph, "item": written})
            else:
                inside["item"] = written
        if titled:
            inside["epigrafe"] = _one_or_all(titled)
        found.append(inside)
    return found


def _item(day: date, item: GazetteItem) -> dict[str, Any]:
    page = f"/diario_boe/txt.php?id={item.identifier}"
    return {
        "identificador": item.identifier,
        "control": f"{day.year}/{crc32(item.identifier.encode()) % 100000}",
        "titulo": item.title,
        "url_pdf": _pdf(day, item.identifier),
        "url_html": page if item.relative else _SITE + page,
        "url_xml": f"{_SITE}/diario_boe/xml.php?id={item.identifier}",
    }


def _pdf(day: date, identifier: str) -> dict[str, str]:
    size, page = 180_000 + crc32(identifier.encode()) % 400_000, 1 + crc32(identifier.encode()) % 20_000
    return {
        "szBytes": str(size),
        "szKBytes": str(size // 1024),
        "pagina_inicial": str(page),
        "pagina_final": str(page + size % 7),
        "texto": f"{_SITE}/boe/dias/{day:%Y/%m/%d}/pdfs/{identifier}.pdf",
    }


def _one_or_all(members: list[dict[str, Any]]) -> dict[str, Any] | list[dict[str, Any]]:
    return members[0] if len(members) == 1 else members

"""What was published in the simulated winter: its six announcements, look-alikes, and the usual noise.

Titles and days of the announcements, and the addresses of the press, are real; times, texts, the other addresses and
all the rest are made up. Of the rest nothing names a language model.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random

from alia_bot.demo.press_gazette import GazetteItem, issue_number
from alia_bot.demo.press_gazette_filler import spelt
from alia_bot.demo.press_ministry import CIVIL_SERVICE, MINISTRY, SEDIA, Note, in_language, note_path
from alia_bot.demo.press_rss import NewsItem
from alia_bot.demo.winter import FIRST_DAY, LAST_DAY
from alia_watch.clock import CivilDay, civil_instant

MADRID = "Europe/Madrid"

_DAY = timedelta(days=1)
#: Feeds are full from the first day of the winter: what they hold begins before it.
_BEFORE = FIRST_DAY - _DAY * 30
_COUNCILS_BEFORE = FIRST_DAY - _DAY * 150
_MONCLOA = "https://www.lamoncloa.gob.es/serviciosdeprensa/notasprensa"
_INVERTIA = "https://www.elespanol.com/invertia/disruptores/politica-digital/espana"
_LAUNCH_TITLE = "Presentación de ALIA 40B Instruido"
_MATTERS = (
    "la rehabilitación energética de viviendas", "la red de trenes de cercanías", "la sanidad rural",
    "la formación profesional", "la lucha contra los incendios", "el regadío sostenible", "la industria naval",
    "la protección del litoral", "la movilidad en bicicleta", "las bibliotecas públicas", "el cine independiente",
)  # fmt: skip
_TOWNS = ("Albacete", "Ávila", "Cádiz", "Huelva", "León", "Lleida", "Logroño", "Murcia", "Oviedo", "Segovia", "Toledo")
_PAPERS = (("El Diario de la Sierra", "sierra.example"), ("La Gaceta del Puerto", "puerto.example"))


def madrid(day: date, hour: int, minute: int) -> datetime:
    """An instant by Madrid's clock, with the offset that Madrid has then."""
    wall = time(hour, minute)
    instant = civil_instant(CivilDay(day), wall, MADRID)
    return instant.astimezone(timezone(datetime.combine(day, wall, UTC) - instant))


def ministries() -> list[NewsItem]:
    """La Moncloa's news of the ministries, oldest first: three announcements among them."""
    digital, jan, mar = "transformacion-digital-y-funcion-publica", date(2026, 1, 26), date(2026, 3, 3)
    told = [
        NewsItem(
            _LAUNCH_TITLE,
            f"{_MONCLOA}/{digital}/paginas/2025/181225-alia-40b-instruido.aspx",
            madrid(date(2025, 12, 18), 9, 40),
            "El modelo ALIA 40B Instruido queda a disposición de administraciones, empresas e investigadores.",
        ),
        NewsItem(
            "129 M€ para la ampliación de MareNostrum 5",
            f"{_MONCLOA}/{digital}/paginas/2026/260126-ampliacion-marenostrum.aspx",
            madrid(jan, 13, 30),
            "La ampliación del superordenador dará servicio a la factoría de IA y a <strong>ALIA</strong>.",
        ),
        NewsItem(
            "MWC 2026: primeros casos de uso de ALIA",
            f"{_MONCLOA}/{digital}/paginas/2026/030326-mwc-casos-de-uso.aspx",
            madrid(mar, 12, 15),
            "El ministro presenta en Barcelona los primeros casos de uso de ALIA en la administración.",
        ),
        NewsItem(
            "El ministro recibe en Madrid a su homólogo de Italia",
            f"{_MONCLOA}/{digital}/paginas/2026/140126-reunion-bilateral.aspx",
            madrid(date(2026, 1, 14), 11, 0),
            "España e Italia acuerdan una agenda digital común.",
        ),
    ]
    for day in _days(_BEFORE):
        random = Random(f"moncloa:{day.isoformat()}")
        for number in range(random.randint(2, 4) if day.weekday() < 5 else random.randint(0, 1)):
            matter, town = random.choice(_MATTERS), random.choice(_TOWNS)
            link = f"{_MONCLOA}/presidencia/paginas/{day.year}/{day:%d%m%y}-nota-{number + 1}.aspx"
            at = madrid(day, 9 + number * 2, random.randrange(60))
            told.append(
                NewsItem(f"{random.randint(2, 90)} millones de euros para {matter}", link, at, f"Acto en {town}.")
            )
    return _in_order(told)


def councils() -> list[NewsItem]:
    """La Moncloa's summaries of the Council of Ministers, every Tuesday, oldest first."""
    return [
        NewsItem(
            f"Resumen del Consejo de Ministros del {spelt(day)}",
            f"https://www.lamoncloa.gob.es/consejodeministros/resumenes/paginas/{day.year}/{day:%d%m%y}-rueda-de-prensa-ministros.aspx",
            madrid(day, 14, 45),
            "El Consejo de Ministros ha aprobado varios acuerdos.",
        )
        for day in _days(_COUNCILS_BEFORE)
        if day.weekday() == 1
    ]


def press() -> list[NewsItem]:
    """The three announcements in the press, oldest first."""
    # The blog's half past midnight in Madrid is the day before in UTC.
    return [
        NewsItem(
            "174 descargas al mes y 10,2 M€: 58.620 € por descarga mensual",
            f"{_INVERTIA}/20260126/fracaso-alia-buque-insignia-oscar-lopez-millones-inversion-conseguir-descargas-mes/1003744100921_0.html",
            madrid(date(2026, 1, 26), 7, 12),
            "<p>El modelo público ALIA suma 174 descargas en el último mes, a fecha de viernes 23 de enero.</p>",
            "El Español",
            madrid(date(2026, 1, 26), 10, 3),
        ),
        NewsItem(
            "ALIA y la promesa fallida de la IA pública en España",
            "https://emirodgar.es/alia-promesa-fallida-ia-publica-espana",
            madrid(date(2026, 2, 9), 0, 30),
            "<p>Un análisis de las descargas de ALIA.</p>",
            "emirodgar.es",
        ),
        NewsItem(
            "El ministro defiende ALIA pese a las bajas cifras de descargas",
            f"{_INVERTIA}/20260303/oscar-lopez-defiende-alia-fracaso-descargas-ia-tangible-util-innovadora/1003744153883_0.html",
            madrid(date(2026, 3, 3), 18, 45),
            "<p>El ministro la considera tangible, útil e innovadora.</p>",
            "El Español",
        ),
    ]


def look_alikes() -> list[NewsItem]:
    """News that hold the letters of ALIA and not its name, oldest first."""
    (sierra, sierra_host), (puerto, puerto_host) = _PAPERS
    return [
        NewsItem(
            "Italia estrena su supercomputador de Bolonia",
            f"https://{sierra_host}/20251222/italia-supercomputador.html",
            madrid(date(2025, 12, 22), 8, 20),
            "<p>Italia lo presenta en Bolonia.</p>",
            sierra,
        ),
        NewsItem(
            "El portal galia.gob.es renueva su diseño",
            f"https://{puerto_host}/20260119/portal-renovado.html",
            madrid(date(2026, 1, 19), 17, 5),
            "<p>Los usuarios de galia.gob.es verán los cambios en febrero.</p>",
            puerto,
        ),
        NewsItem(
            "Alia Sabur, la profesora más joven de la historia, visita Salamanca",
            f"https://{sierra_host}/20260216/profesora-mas-joven.html",
            madrid(date(2026, 2, 16), 9, 50),
            "<p>Alia Sabur habló de matemáticas con estudiantes.</p>",
            sierra,
        ),
    ]


def newspaper() -> list[NewsItem]:
    """The newspaper's feed, oldest first: the press, the look-alikes, and the usual."""
    told = [*press(), *look_alikes()]
    for day in _days(_BEFORE):
        random = Random(f"newspaper:{day.isoformat()}")
        for number in range(random.randint(1, 4)):
            paper, host = random.choice(_PAPERS)
            matter, town = random.choice(_MATTERS), random.choice(_TOWNS)
            at = madrid(day, 7 + number * 4, random.randrange(60))
            link = f"https://{host}/{day:%Y%m%d}/noticia-{number + 1}.html"
            told.append(NewsItem(f"{town} debate sobre {matter}", link, at, f"<p>Debate en {town}.</p>", paper))
    return _in_order(told)


def notes() -> list[tuple[datetime, Note]]:
    """The ministry's notes with the instant each is put on its site, oldest first."""
    launched = date(2025, 12, 17)
    heading = "El Gobierno pone a disposición del ecosistema español de IA el modelo público ALIA 40B Instruido"
    launch = Note(
        _LAUNCH_TITLE,
        launched,
        note_path(SEDIA, launched, heading),
        "El ministerio presenta ALIA 40B Instruido.\n\nEl modelo ALIA se publica en abierto.",
        madrid(date(2025, 12, 18), 10, 2),
    )
    galician = in_language(
        launch, "gl", "Presentación de ALIA 40B Instruído", "O ministerio presenta ALIA 40B Instruído."
    )
    told = [(madrid(launched, 11, 20), launch), (madrid(launched, 13, 5), galician)]
    for day in _days(_BEFORE):
        random = Random(f"ministry:{day.isoformat()}")
        for number in range(random.randint(1, 2) if day.weekday() < 5 else 0):
            town, at = random.choice(_TOWNS), madrid(day, 10 + number * 3, random.randrange(60))
            title = f"El ministerio amplía en {town} la atención presencial con cita previa"
            section = random.choice((MINISTRY, CIVIL_SERVICE, SEDIA))
            path = note_path(section, day, f"{day.day} {number + 1} {title}")  # cut at its end, it keeps its number
            told.append((at, Note(title, day, path, f"Nueva oficina en {town}.", at)))
    return sorted(told, key=lambda pair: pair[0])


def namesake(day: date) -> tuple[GazetteItem, ...]:
    """The gazette's item of 12 February 2026 that names a person in capitals: ALIA, and not the model."""
    if day != date(2026, 2, 12):
        return ()
    title = (
        "Resolución de 3 de febrero de 2026, de la Universidad de Málaga, por la que se nombra Profesora Titular "
        "de Universidad a D.ª MARÍA ALIA GÓMEZ."
    )
    name = f"BOE-A-2026-{issue_number(day) * 130 - 1}"  # a number that the usual items of no issue reach
    return (GazetteItem("2A", "UNIVERSIDADES", title, name, "Nombramientos"),)


def _days(first: date) -> Iterator[date]:
    return (first + _DAY * n for n in range((LAST_DAY - first).days + 1))


def _in_order(items: list[NewsItem]) -> list[NewsItem]:
    return sorted(items, key=lambda item: item.published)

"""The usual items of an issue of the BOE, of which none is about a language model: noise for demo and benchmarks.

Titles are in the gazette's manner and made up; the same day always has the same items.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from alia_bot.demo.press_gazette import GazetteItem, issue_number

MONTHS = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()  # noqa: SIM905
)

#: How many items a section has, at least and at most: 150 to 244 in all.
_SHARES = {"1": (3, 6), "2A": (14, 22), "2B": (34, 52), "3": (30, 44), "4": (12, 24), "5A": (34, 56), "5B": (23, 40)}
_TOWNS = (
    "Alcalá de Henares", "Almería", "Badajoz", "Burgos", "Cáceres", "Calahorra", "Cartagena", "Castelló de la Plana",
    "Cuenca", "Elche", "Gijón", "Girona", "Huesca", "Jaén", "Lorca", "Lugo", "Mérida", "Ourense", "Palencia", "Reus",
    "Sagunto", "Soria", "Talavera de la Reina", "Teruel", "Vigo", "Zamora",
)  # fmt: skip
_MINISTRIES = (
    "MINISTERIO DE AGRICULTURA, PESCA Y ALIMENTACIÓN", "MINISTERIO DE CIENCIA, INNOVACIÓN Y UNIVERSIDADES",
    "MINISTERIO DE CULTURA", "MINISTERIO DE DEFENSA", "MINISTERIO DE HACIENDA", "MINISTERIO DE INDUSTRIA Y TURISMO",
    "MINISTERIO DE LA PRESIDENCIA, JUSTICIA Y RELACIONES CON LAS CORTES", "MINISTERIO DE SANIDAD",
    "MINISTERIO DE TRANSPORTES Y MOVILIDAD SOSTENIBLE",
    "MINISTERIO PARA LA TRANSFORMACIÓN DIGITAL Y DE LA FUNCIÓN PÚBLICA",
    "MINISTERIO PARA LA TRANSICIÓN ECOLÓGICA Y EL RETO DEMOGRÁFICO",
)  # fmt: skip
_OFFICES = (
    "la Subsecretaría", "la Dirección General de Patrimonio Natural", "la Secretaría General Técnica",
    "la Dirección General de Tráfico", "la Presidencia del Consejo Superior de Deportes",
    "la Dirección General de Trabajo", "la Dirección General de Bellas Artes", "la Secretaría General de Pesca",
    "la Confederación Hidrográfica del Duero", "la Autoridad Portuaria de Vigo",
)  # fmt: skip
_MATTERS = (
    "la conservación de humedales", "la digitalización de fondos documentales", "la atención a víctimas de violencia",
    "la mejora de la seguridad vial", "la formación del profesorado", "el control sanitario en frontera",
    "la restauración de la catedral", "el intercambio de información tributaria", "la gestión de residuos",
    "la promoción del deporte base", "la vigilancia de aguas subterráneas", "el acceso a vivienda protegida",
)  # fmt: skip
_GOODS = (
    "Suministro de material sanitario fungible", "Servicio de limpieza de edificios", "Obras de reforma de la cubierta",
    "Servicio de vigilancia y seguridad", "Suministro de vehículos todoterreno", "Servicio de mantenimiento de redes",
    "Obras de conservación de carreteras", "Suministro de energía eléctrica", "Servicio de transporte de muestras",
)  # fmt: skip
_NAMES = (
    "María Carmen Ruiz Peña", "José Antonio Vidal Soto", "Ana Belén Castro Gil", "Luis Miguel Ferrer Oliva",
    "Nuria Bosch Serra", "Xabier Etxeberria Lasa", "Pilar Domínguez Rey", "Andrés Molina Vega",
)  # fmt: skip


def filler_gazette(day: date) -> tuple[GazetteItem, ...]:
    """The 150 to 244 items of an issue of any day, in the order of the sections. A few milliseconds."""
    random = Random(f"boe:{day.isoformat()}")
    # Numbers go on over the year: about 100 items of sections 1 to 3 an issue, and 150 announcements.
    numbers = {"A": (issue_number(day) - 1) * 130, "B": (issue_number(day) - 1) * 130}
    items = []
    for section, (least, most) in _SHARES.items():
        for department, epigraph, title in _of_section(random, section, day, random.randint(least, most)):
            series = "B" if section[0] in "45" else "A"
            numbers[series] += 1
            name = f"BOE-{series}-{day.year}-{numbers[series]}"
            items.append(GazetteItem(section, department, title, name, epigraph, relative=random.random() < 0.1))
    return tuple(items)


def spelt(day: date) -> str:
    """`26 de enero de 2026`."""
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def _of_section(random: Random, section: str, day: date, count: int) -> Iterator[tuple[str, str, str]]:
    """Department, epigraph and title of each item."""
    for _ in range(count):
        signed = spelt(day - timedelta(days=random.randint(2, 25)))
        town, ministry, office = random.choice(_TOWNS), random.choice(_MINISTRIES), random.choice(_OFFICES)
        matter, number = random.choice(_MATTERS), random.randint(10, 1400)
        if section == "1":
            yield ministry, matter[0].upper() + matter[1:], f"Orden de {signed}, por la que se regula {matter}."
        elif section == "2A":
            appointed = f"por la que se nombra a {random.choice(_NAMES)} para el puesto convocado"
            yield (
                ministry,
                random.choice(("Destinos", "Nombramientos", "Ceses")),
                _resolution(signed, office, appointed),
            )
        elif section == "2B":
            called = f"del Ayuntamiento de {town}, referente a la convocatoria para proveer {1 + number % 9} plazas"
            yield "ADMINISTRACIÓN LOCAL", "Personal funcionario y laboral", f"Resolución de {signed}, {called}."
        elif section == "3":
            agreed = f"por la que se publica el Convenio con el Ayuntamiento de {town}, para {matter}"
            yield ministry, "Convenios", _resolution(signed, office, agreed)
        elif section == "4":
            yield (
                "JUZGADOS DE PRIMERA INSTANCIA",
                "",
                f"{town.upper()}. Edicto en el procedimiento {number}/{day.year}.",
            )
        elif section == "5A":
            bought = f"Objeto: {random.choice(_GOODS)} en {town}. Expediente: {day.year}/{number:05}"
            yield ministry, "", f"Anuncio de formalización de contratos de: {office[0].upper() + office[1:]}. {bought}."
        else:
            informed = f"sobre información pública del expediente {number} relativo a {matter} en {town}"
            yield ministry, "", f"Anuncio de {office} {informed}."


def _resolution(signed: str, office: str, what: str) -> str:
    return f"Resolución de {signed}, de {office}, {what}."

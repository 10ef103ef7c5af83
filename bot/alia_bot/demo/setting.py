"""The demo's configuration: the example's own, with the parts replaced that say where the world is."""

import re

from alia_bot.demo.press_gazette import BOE_FOLDER
from alia_bot.demo.press_tenders import TENDERS_PATH
from alia_bot.demo.winter import FIRST_DAY
from alia_bot.demo.winter_press import COUNCILS_PATH, GDELT_PATH, GOOGLE_PATH, MINISTRIES_PATH, NEWSPAPER_PATH
from alia_bot.demo.winter_repos import COMPARATORS, CONTROLS
from alia_watch.announcements.announcement import announcement_id

#: The two announcements that the example counts downloads since, by day and title.
SINCE = (
    ("2025-12-17", "Presentación de ALIA 40B Instruido"),
    ("2026-01-26", "174 descargas al mes y 10,2 M€: 58.620 € por descarga mensual"),
)
_OFFICIAL = 'announced_by = "Gobierno de España"\nconfidence = "A"\nlanguage = "es"\ntrusted = true\n'
_MEDIA = 'announcement = "media"\nlanguage = "es"\n'
_TABLE = re.compile(r"^\[\[?(?P<name>[a-z_]+)[\].]", re.MULTILINE)
_HEAD = """\
# The demo's configuration, made by `alia-watch demo`: the example's, over a SIMULATED Hub and simulated
# sources that are gone by now. Ask the database beside it anything; new readings it cannot take.
"""


def demo_config(example: str, endpoint: str, press: str) -> str:
    """The text of config.toml for the simulated winter, whose Hub is at `endpoint` and whose sources are at `press`.

    The family, costs, scenarios and timetable are the example's, and so are the announcements of before the winter:
    those of the winter come in from the sources. The Hub, the basket, the comparators, the sources, the channels and
    the receivers are the demo's.
    """
    ours = _ours(endpoint) | _sources(press)
    kept = [_since(text) for name, text in _tables(example) if name not in ours and not _of_winter(text)]
    return "\n".join([_HEAD, *(text.strip() + "\n" for text in [*ours.values(), *kept])])


def _of_winter(table: str) -> bool:
    """Whether a table is an announcement that falls into the winter."""
    date = re.search(r'^date = "(?P<day>[0-9-]+)"$', table, re.MULTILINE)
    return bool(date and table.startswith("[[announcement]]") and FIRST_DAY.isoformat() <= date["day"])


def _since(table: str) -> str:
    """The costs' windows since announcements, by the ids that these get when they come in."""
    ids = ", ".join(f'"{announcement_id(day, title)}"' for day, title in SINCE)
    return re.sub(r"^since = \[.*?\]", f"since = [{ids}]", table, count=1, flags=re.MULTILINE | re.DOTALL)


def _sources(press: str) -> dict[str, str]:
    """Each source of the simulated press, as the example has them, and one newspaper."""
    sources = [
        ("moncloa", "feed", [MINISTRIES_PATH, COUNCILS_PATH], "La Moncloa", _OFFICIAL),
        ("ministry", "ministry", [""], "Ministerio para la Transformación Digital", _OFFICIAL),
        ("boe", "boe", [BOE_FOLDER.rstrip("/")], "BOE", _OFFICIAL.replace("trusted = true\n", "")),
        ("tenders", "tenders", [TENDERS_PATH], "Plataforma de Contratación", 'announcement = "budget"\n'),
        ("newspaper", "feed", [NEWSPAPER_PATH], "", _MEDIA),
        ("google_news", "google_news", [f"{GOOGLE_PATH}?q=ALIA+when:7d&hl=es&gl=ES&ceid=ES:es"], "", _MEDIA),
        ("gdelt", "gdelt", [GDELT_PATH], "", _MEDIA + "query = '\"ALIA\"'\n"),
    ]
    tables = ['[[source]]\nid = "hub"\nkind = "hub"\nconfidence = "A"\ntrusted = true\n']
    for name, kind, paths, publisher, more in sources:
        urls = ", ".join(f'"{press}{path}"' for path in paths)
        tables.append(f'[[source]]\nid = "{name}"\nkind = "{kind}"\nurls = [{urls}]\npublisher = "{publisher}"\n{more}')
    return {"sources": '[sources]\nmust = ["ALIA", "aLIA"]\npause_s = 0\n', "source": "\n".join(tables)}


def _tables(text: str) -> list[tuple[str, str]]:
    """Each top-level table with what belongs to it; comments before a header go with the table they introduce."""
    starts = [(match["name"], match.start()) for match in _TABLE.finditer(text)]
    ends = [start for _, start in starts[1:]] + [len(text)]
    return [
        (name, _without_trailing_comments(text[start:end])) for (name, start), end in zip(starts, ends, strict=True)
    ]


def _without_trailing_comments(text: str) -> str:
    lines = text.rstrip().splitlines()
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines)


def _ours(endpoint: str) -> dict[str, str]:
    controls = "".join(f'  "{repo.id}",\n' for repo in CONTROLS)
    comparators = [repo.id for repo in COMPARATORS if repo.id.endswith(("-instruct", "-2509", "-Instruct", "-v0.6"))]
    salamandra = ", ".join(f'"{repo}"' for repo in comparators if repo.startswith("BSC-LT/"))
    return {
        "watch": """
[watch]
name = "ALIA Watch"
language = "es"
database = "alia-watch.db"
backups = "backups"
contact = "https://example.org/contact"
method_url = "https://example.org/alia-watch/method"
simulated = true
""",
        "hub": f"""
[hub]
endpoint = "{endpoint}"
read_at = ["08:15", "20:15"]
list_organisations = ["vismatch", "KBLab"]
""",
        "basket": f"[basket]\nverified = false\nrepos = [\n{controls}]\n",
        "comparator": f"""
[[comparator]]
name = "Salamandra"
repos = [{salamandra}]
funder = "España (SEDIA, AINA)"

[[comparator]]
name = "Apertus"
repos = ["swiss-ai/Apertus-8B-Instruct-2509"]
funder = "Suiza (ETH, EPFL, CSCS)"
public_cost = 20000000
currency = "CHF"
cost_scope = "programme"
note = "to 2028, the whole Swiss AI Initiative"

[[comparator]]
name = "EuroLLM"
repos = ["utter-project/EuroLLM-1.7B-Instruct"]
funder = "Unión Europea"

[[comparator]]
name = "Teuken (OpenGPT-X)"
repos = ["openGPT-X/Teuken-7B-instruct-v0.6"]
funder = "Alemania (BMWK)"
public_cost = 14000000
currency = "EUR"
cost_scope = "project"
note = "2022-01 to 2025-03"

[[comparator]]
name = "Latxa"
repos = ["HiTZ/Latxa-Llama-3.1-8B-Instruct"]
funder = "HiTZ UPV/EHU"
public_cost = 2000000
currency = "EUR"
cost_scope = "programme"
note = "PERTE grant to HiTZ, not the model alone"
""",
        "channels": '[channels.folder]\npath = "messages"\n',
        "subscriber": """
[[subscriber]]
channel = "folder"
address = "es"
language = "es"

[[subscriber]]
channel = "folder"
address = "en"
language = "en"
""",
    }

"""The demo's configuration: the example's own, with the parts replaced that say where the world is."""

import re

from alia_bot.demo.winter_repos import COMPARATORS, CONTROLS

_TABLE = re.compile(r"^\[\[?(?P<name>[a-z_]+)[\].]", re.MULTILINE)
_HEAD = """\
# The demo's configuration, made by `alia-watch demo`: the example's, over a SIMULATED Hub that is gone by now.
# Ask the database beside it anything; new snapshots it cannot take.
"""


def demo_config(example: str, endpoint: str) -> str:
    """The text of config.toml for the simulated winter, whose Hub is at `endpoint`.

    The family, costs, scenarios, announcements and timetable are the example's; the Hub, the basket, the comparators,
    the channels and the receivers are the demo's.
    """
    ours = _ours(endpoint)
    kept = [text for name, text in _tables(example) if name not in ours]
    return "\n".join([_HEAD, *(text.strip() + "\n" for text in [*ours.values(), *kept])])


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

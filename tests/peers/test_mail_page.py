"""Pages and mails as a reader has them: laid out by a real browser, read by a validator and by axe."""

import html
import json
import re
import subprocess
from pathlib import Path

import pytest

from alia_watch.audience.message import Image
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.reports.pictures import charts_of
from alia_watch.reports.render import page
from alia_watch.reports.speech import LANGUAGES, Speech
from tests.reports import NAMES, sample

pytestmark = pytest.mark.peers

FOLDER = Path(__file__).parent
MODULES = FOLDER.parents[1] / ".venv" / "peers" / "node_modules"
#: Every report in Spanish, and the largest in every language.
PAGES = [*((name, "es") for name in NAMES), *(("digest_whole", language) for language in LANGUAGES if language != "es")]
THREE = (("digest_whole", "es"), ("digest_with_gaps", "eu"), ("cost_update", "en"))
_MEASURE = "document.title = JSON.stringify([document.documentElement.scrollWidth, window.innerWidth])"
#: In a frame as narrow as a phone, for no browser window is; the frame's title becomes the page's own.
_FRAME = """<!DOCTYPE html><html lang="en"><head><title>-</title></head><body>
<iframe title="page" style="border:0;width:{width}px;height:900px" srcdoc="{page}"></iframe>
<script>
setInterval(() => {{
  const title = document.querySelector("iframe").contentDocument.title
  if (title.startsWith("[")) document.title = title
}}, 100)
</script></body></html>"""


def _page(name: str, language: str) -> str:
    """A report with its charts drawn, as one file."""
    report = sample(name)
    with ChartWorker() as worker:
        images = [
            Image(chart.name, chart.alt, worker.png(chart.definition))
            for chart in charts_of(report.kind, report.document, Speech(language)).values()
        ]
    return page(report, language, images)


def _asked(folder: Path, markup: str, script: str, *, width: int, dark: bool = False) -> list[object]:
    """What a script says, as JSON in the title, of a page in a frame so wide."""
    escaped = script.replace("</script", "<\\/script")
    framed = markup.replace("</body>", f"<script>{escaped}</script></body>")
    outer = folder / f"outer-{width}.html"
    outer.write_text(_FRAME.format(width=width, page=html.escape(framed, quote=True)), encoding="utf-8")
    shown = subprocess.run(
        [
            "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            *(["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []),
            f"--user-data-dir={folder / 'profile'}", f"--window-size={max(width, 500) + 40},1000",
            "--virtual-time-budget=20000", "--dump-dom", outer.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout  # fmt: skip
    found = re.search(r"<title>(\[.*?\])</title>", shown, re.DOTALL)
    assert found, shown[:500]
    return list(json.loads(html.unescape(found[1])))


@pytest.mark.parametrize("width", [320, 500, 1280])
@pytest.mark.parametrize(
    ("name", "language"), [("digest_whole", "es"), ("digest_with_gaps", "eu"), ("cost_update", "en")]
)
def test_a_page_fits_the_screen(tmp_path: Path, name: str, language: str, width: int) -> None:
    """No table, no picture and no address makes a reader scroll sideways, on a phone or at a desk."""
    needed, there = _asked(tmp_path, _page(name, language), _MEASURE, width=width)
    assert there == width
    assert isinstance(needed, int)
    assert needed <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "language"), PAGES)
def test_axe_finds_nothing(tmp_path: Path, name: str, language: str, dark: bool) -> None:
    """Contrast, headings, tables, alternative texts: no violation, in light and in dark."""
    axe = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8").replace("</script", "<\\/script")
    run = f"{axe}\naxe.run().then(r => document.title = JSON.stringify(r.violations.map(v => [v.id, v.nodes.length])))"
    assert _asked(tmp_path, _page(name, language), run, width=900, dark=dark) == []


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_the_validator_finds_nothing(tmp_path: Path, name: str, language: str) -> None:
    """html-validate, by the standard and by what assistive technology needs."""
    written = tmp_path / "page.html"
    written.write_text(_page(name, language), encoding="utf-8")
    validator = MODULES / ".bin" / "html-validate"
    ended = subprocess.run(
        [str(validator), "--config", str(FOLDER / ".htmlvalidate.json"), "--formatter", "text", str(written)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr

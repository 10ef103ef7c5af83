"""The digest as a phone shows it: laid out by a real browser, nothing wider than the screen."""

import re
import subprocess
from pathlib import Path

import pytest

from alia_watch.audience.subscriber import ChannelKind
from alia_watch.reports.render import render
from tests.reports import sample

pytestmark = pytest.mark.peers

_MEASURE = "<script>document.title = document.documentElement.scrollWidth + ' of ' + window.innerWidth</script></body>"


@pytest.mark.parametrize("width", [500, 900])
def test_the_digest_fits_the_screen(tmp_path: Path, width: int) -> None:
    """No table and no address makes a reader scroll sideways."""
    page = tmp_path / "digest.html"
    markup = render(sample("digest_whole"), "es", ChannelKind.EMAIL)[0].markup
    page.write_text(markup.replace("</body>", _MEASURE), encoding="utf-8")
    browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"]
    shown = subprocess.run(
        [
            *browser,
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},900",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    measured = re.search(r"<title>(\d+) of (\d+)</title>", shown)
    assert measured
    assert int(measured[1]) <= int(measured[2]) == width

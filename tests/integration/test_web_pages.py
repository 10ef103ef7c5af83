"""The public pages: figures, digests, the feed and the data, from kept evidence, and cheap to ask for."""

import csv
import io
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import feedparser
import httpx2 as httpx
import pytest

from alia_bot.web.language import preferred
from alia_bot.web.shelf import LOOK_EVERY_S, Page, Shelf
from alia_watch.clock import format_second
from alia_watch.store.database import open_store
from tests.conversations import Drawn
from tests.website import Visit, visit

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """The pages, open, for tests that change nothing."""
    with visit(tmp_path_factory.mktemp("site"), metrics_listen="127.0.0.1:0") as opened:
        yield opened


@pytest.mark.parametrize("language", ["es", "ca", "gl", "eu", "en"])
def test_the_front_page_has_the_figures_their_chart_and_the_form(pages: Visit, language: str) -> None:
    """With the arithmetic, a picture in words, and the same page in the other languages."""
    page = pages.client.get(f"/{language}/").text
    assert f'<html lang="{language}">' in page
    assert "/ 279 =" in page
    assert f'src="/{language}/chart.png"' in page
    assert page.count("hreflang=") >= 5
    assert 'type="email"' in page
    assert pages.client.get(f"/{language}/chart.png").content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("ca-ES,es;q=0.8", "ca"),
        ("de,eu;q=0.3,gl;q=0.7", "gl"),
        ("de", "es"),
        ("", "es"),
        ("en;q=x,eu", "eu"),
        ("*", "es"),
    ],
)
def test_a_reader_is_met_in_their_language(accept: str, language: str) -> None:
    """The first of theirs that is spoken here."""
    assert preferred(accept, "es") == language


def test_the_front_page_speaks_the_readers_language(pages: Visit) -> None:
    """And says that it depends on it."""
    answer = pages.client.get("/", headers={"accept-language": "eu"})
    assert '<html lang="eu">' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_a_digest_is_a_page_with_its_pictures(pages: Visit) -> None:
    """Kept as it was sent, listed by month, in each language."""
    assert '<a href="/digests/2026-01/es">' in pages.client.get("/es/digests/").text
    page = pages.client.get("/digests/2026-01/es")
    assert "DATOS SIMULADOS" in page.text
    assert 'src="/reports/digest:2026-01/es/daily.png"' in page.text
    assert pages.client.get("/reports/digest:2026-01/es/daily.png").content.startswith(b"\x89PNG")
    assert pages.client.get("/digests/2026-01/fr").status_code == 404
    assert pages.client.get("/digests/2031-01/es").status_code == 404
    assert pages.client.get("/reports/digest:2026-01/es/no.png").status_code == 404


def test_what_is_held_or_meant_for_few_is_no_page(tmp_path: Path) -> None:
    """A digest under embargo, and what goes to maintainers or to one person, is nowhere: list, feed or page."""
    with visit(tmp_path) as pages:
        hold = format_second(pages.clock[0] + timedelta(hours=1))
        with open_store(pages.config.watch.database) as store, store.writing() as db:
            db.execute("UPDATE reports SET hold_until = ? WHERE key = 'digest:2026-01'", [hold])
        pages.signs_up()
        for path in ("/es/digests/", "/es/feed.atom"):
            assert "2026-01/es" not in pages.client.get(path).text
        assert pages.client.get("/digests/2026-01/es").status_code == 404
        with open_store(pages.config.watch.database) as store:
            [key] = [row["key"] for row in store.rows("SELECT key FROM reports WHERE kind = 'confirmation'")]
        assert pages.client.get(f"/reports/{key}/es").status_code == 404
        assert key not in pages.client.get("/es/feed.atom").text


def test_the_feed_is_one_that_readers_take(pages: Visit) -> None:
    """Without a fault, in each language, each entry with its page."""
    for path, language in (("/feed.atom", "es"), ("/en/feed.atom", "en")):
        answer = pages.client.get(path)
        found = feedparser.parse(answer.content)
        assert not found.bozo, found.get("bozo_exception")
        assert (found.version, found.feed.language) == ("atom10", language)
        assert found.entries
        for entry in found.entries:
            assert entry.link.startswith("https://alia.example.org/reports/")
            assert pages.client.get(entry.link.removeprefix("https://alia.example.org")).status_code == 200


def test_the_data_are_there_as_csv_and_json(pages: Visit) -> None:
    """Every table, the dictionary, the package, and the headline with its arithmetic."""
    listed = pages.client.get("/data/").text
    assert "dictionary.csv" in listed
    rows = list(csv.DictReader(io.StringIO(pages.client.get("/data/dictionary.csv").text)))
    assert {"table", "column"} <= set(rows[0])
    assert pages.client.get("/data/datapackage.json").json()["licenses"]
    headline = json.loads(pages.client.get("/data/headline.json").content)
    assert headline["simulated"] is True
    assert pages.client.get("/data/..%2falia-watch.db").status_code == 404


def test_what_a_reader_has_is_not_sent_again(pages: Visit) -> None:
    """By the version of the page; packed where that is taken, and the same inside."""
    plain = pages.client.get("/digests/2026-01/es", headers={"accept-encoding": "identity"})
    packed = pages.client.get("/digests/2026-01/es", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert plain.headers["etag"] == packed.headers["etag"]
    again = pages.client.get("/digests/2026-01/es", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age=60" in plain.headers["cache-control"]


def test_a_table_that_a_reader_has_is_not_sent_again(pages: Visit) -> None:
    """Packed where that is taken; a part of it on request, for a download that broke off."""
    path = next(each for each in re.findall(r'href="(/data/[^"]+\.csv)"', pages.client.get("/data/").text))
    plain = pages.client.get(path, headers={"accept-encoding": "identity"})
    packed = pages.client.get(path, headers={"accept-encoding": "gzip"})
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)
    again = pages.client.get(path, headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = pages.client.get(path, headers={"range": "bytes=3-9"})
    assert (part.status_code, part.content) == (206, plain.content[3:10])


def test_the_front_page_is_not_sent_again_within_the_hour(pages: Visit) -> None:
    """Its form has the instant it was given out in it, which may be a while ago; packed, it is the same page."""
    plain = pages.client.get("/es/", headers={"accept-encoding": "identity"})
    packed = pages.client.get("/es/", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    again = pages.client.get("/es/", headers={"if-none-match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    pages.later(hours=1)
    try:
        assert pages.client.get("/es/", headers={"if-none-match": packed.headers["etag"]}).status_code == 200
    finally:
        pages.later(hours=-1)


def test_the_style_may_be_kept_for_ever(pages: Visit) -> None:
    """Its name is that of its contents."""
    page = pages.client.get("/es/").text
    name = page.partition('href="/static/')[2].partition('"')[0]
    answer = pages.client.get(f"/static/{name}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000")
    assert pages.client.get("/static/other.css").status_code == 404


def test_the_metrics_are_on_an_address_of_their_own(pages: Visit) -> None:
    """And not among the public pages."""
    assert pages.client.get("/metrics").status_code == 404
    assert pages.house.metrics is not None
    told = httpx.get(f"http://127.0.0.1:{pages.house.metrics.port}/metrics").text
    assert "alia_watch_healthy 0.0" in told or "alia_watch_healthy 1.0" in told
    assert 'alia_watch_deliveries{state="due"}' in told


def test_rules_and_dashboard_ask_for_metrics_that_there_are(pages: Visit) -> None:
    """Every name in deploy/ is one that the daemon gives; that of the backup comes with the first one."""
    assert pages.house.metrics is not None
    told = httpx.get(f"http://127.0.0.1:{pages.house.metrics.port}/metrics").text
    given = {line.split()[2] for line in told.splitlines() if line.startswith("# TYPE")}
    given |= {"alia_watch_backup_age_seconds"}
    dashboard = json.loads((ROOT / "deploy" / "grafana.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += re.findall(r"expr: (.+)", (ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))
    names = {name for each in asked for name in re.findall(r"alia_watch_\w+", each)}
    assert len(names) >= 10
    assert names <= given


class SlowlyDrawn(Drawn):
    """Draws when it is let, and counts."""

    def __init__(self) -> None:
        self.asked, self.may, self.count = threading.Event(), threading.Event(), 0

    def png(self, definition: object) -> bytes:
        """A picture."""
        self.asked.set()
        assert self.may.wait(30)
        self.count += 1
        return super().png(definition)


def test_no_page_waits_for_pictures_and_each_is_drawn_once(tmp_path: Path) -> None:
    """The first one asked for has those beside it drawn, by the same process."""
    with visit(tmp_path) as pages:
        pages.house.site.charts = drawn = SlowlyDrawn()
        sources = re.findall(r'src="(/reports/[^"]+\.png)"', pages.client.get("/digests/2026-01/es").text)
        assert len(sources) > 3
        with ThreadPoolExecutor() as others:
            waits = [others.submit(pages.client.get, each) for each in sources]
            assert drawn.asked.wait(30)
            assert pages.client.get("/gl/privacy").status_code == 200
            drawn.may.set()
            assert {each.result().status_code for each in waits} == {200}
        first = drawn.count
        assert first >= len(sources)
        pages.later(hours=2)  # the pages are made anew; a report's pictures are what they were
        assert {pages.client.get(each).status_code for each in sources} == {200}
        assert drawn.count == first


def test_a_reader_stays_in_their_language(pages: Visit) -> None:
    """From the page of one language to the data in it, whatever the browser prefers."""
    page = pages.client.get("/gl/", headers={"accept-language": "en"}).text
    assert 'href="/gl/data/"' in page
    assert '<html lang="gl">' in pages.client.get("/gl/data/", headers={"accept-language": "en"}).text
    assert '<html lang="en">' in pages.client.get("/data/", headers={"accept-language": "en"}).text


def test_a_page_is_made_once_until_the_evidence_changes() -> None:
    """Looked for now and then, not at each request."""
    ticks, versions, made = [0.0], ["a"], list[str]()
    looked: list[int] = []

    def version() -> str:
        looked.append(1)
        return versions[0]

    def make() -> Page:
        made.append(versions[0])
        return Page.of(versions[0].encode(), "text/plain")

    shelf = Shelf(version, ticks=lambda: ticks[0])
    for _ in range(5):
        assert (shelf.kept("x") or shelf.page("x", make)).body == b"a"
    versions[0] = "b"
    assert (shelf.kept("x") or shelf.page("x", make)).body == b"a"
    ticks[0] = LOOK_EVERY_S + 1
    assert shelf.kept("x") is None
    assert shelf.page("x", make).body == b"b"
    assert (made, len(looked)) == (["a", "b"], 2)


def test_a_page_made_while_the_evidence_changed_is_not_kept() -> None:
    """It may rest on what was there before."""
    ticks, versions = [0.0], ["a"]
    shelf = Shelf(lambda: versions[0], ticks=lambda: ticks[0])

    def overtaken() -> Page:
        versions[0], ticks[0] = "b", LOOK_EVERY_S + 1
        shelf.standing()
        return Page.of(b"a", "text/plain")

    assert shelf.page("x", overtaken).body == b"a"
    assert shelf.kept("x") is None
    assert shelf.page("x", lambda: Page.of(b"b", "text/plain")).body == b"b"

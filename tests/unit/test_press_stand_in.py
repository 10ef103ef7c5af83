"""The stand-in press is as strict as its sources, and its winter publishes what was published, when it was."""

import gzip
import http.client
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from alia_bot.demo.hub_faults import Cut, Reset, Status
from alia_bot.demo.press import PressStandIn
from alia_bot.demo.press_faults import Charset, Endless, GzipBomb, Redirect, Redirects, Rewritten, Truncated
from alia_bot.demo.press_gazette import GazetteItem, boe_path, boe_summary
from alia_bot.demo.press_gazette_filler import filler_gazette
from alia_bot.demo.press_ministry import LONGEST_SLUG, list_path
from alia_bot.demo.press_rss import ATOM_TYPE, NewsItem, google_news
from alia_bot.demo.press_tenders import TENDERS_PATH, filler_tenders, tenders_page, tenders_pieces
from alia_bot.demo.press_world import Document, StillPress
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.demo.winter_press import COUNCILS_PATH, GOOGLE_PATH, MINISTRIES_PATH, NEWSPAPER_PATH, WinterPress
from alia_bot.demo.winter_press_items import notes

NOON = datetime(2026, 1, 26, 12, tzinfo=UTC)
NAMED = {"User-Agent": "ALIA-Watch/0 (+https://example.org)"}
ATOM = "{http://www.w3.org/2005/Atom}"
PAGE = Document("<feed>Á</feed>".encode(), ATOM_TYPE, NOON)


@dataclass
class Got:
    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def press() -> Iterator[PressStandIn]:
    world = StillPress({"/doc?b=2&a=1": PAGE, boe_path(NOON.date()): PAGE, "/any?*": PAGE})
    with PressStandIn(world, SimulatedClock(NOON)) as standing:
        yield standing


def get(press: PressStandIn, path: str, method: str = "GET", **headers: str) -> Got:
    connection = http.client.HTTPConnection(urlsplit(press.url).netloc, timeout=5)
    try:
        sent = {**NAMED, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, headers=sent)
        response = connection.getresponse()
        return Got(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


def at(day: int, month: int, hour: int, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def body(key: str, moment: datetime) -> bytes:
    return WinterPress().documents(moment)[key].body


def titles(key: str, moment: datetime) -> list[str | None]:
    root = ET.fromstring(body(key, moment))
    return [item.findtext("title") or item.findtext(f"{ATOM}title") for item in root.iter() if _is_item(item)]


def _is_item(element: ET.Element) -> bool:
    return element.tag in ("item", f"{ATOM}entry")


def test_a_query_names_the_same_document_in_any_order(press: PressStandIn) -> None:
    """Parameters are sorted; a key with `?*` takes any; all else is 404; and every answer says it is simulated."""
    assert [get(press, path).status for path in ("/doc?b=2&a=1", "/doc?a=1&b=2", "/any?x=1", "/any")] == [200] * 4
    assert [get(press, path).status for path in ("/doc", "/doc?a=1", "/other")] == [404] * 3
    assert get(press, "/other").headers["X-Simulated"] == "yes"
    assert press.violations == []


def test_what_has_not_changed_is_304(press: PressStandIn) -> None:
    """By the ETag, and by the date only where no ETag is sent."""
    first = get(press, "/any")
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert get(press, "/any", If_None_Match=f'"x", W/{tag}').status == 304
    assert get(press, "/any", If_Modified_Since=modified).status == 304
    assert get(press, "/any", If_None_Match='"x"', If_Modified_Since=modified).status == 200
    assert get(press, "/any", If_Modified_Since="Sun, 25 Jan 2026 00:00:00 GMT").status == 200
    assert press.requests[2].if_modified_since == modified
    assert [request.status for request in press.requests] == [200, 304, 304, 200, 200]


def test_gzip_is_sent_where_it_is_asked_for(press: PressStandIn) -> None:
    """Compressed and plain are the same document under the same ETag."""
    plain, packed = get(press, "/any"), get(press, "/any", Accept_Encoding="gzip")
    assert (plain.body, gzip.decompress(packed.body)) == (PAGE.body, PAGE.body)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["ETag"] == packed.headers["ETag"]


def test_what_no_reader_may_do_is_held_against_it(press: PressStandIn) -> None:
    """A method that is not GET, a nameless user agent, and the gazette asked for anything but JSON."""
    assert get(press, "/any", "POST").status == 405
    get(press, "/any", User_Agent="python-httpx/0.28")
    assert get(press, boe_path(NOON.date())).status == 400
    assert get(press, boe_path(NOON.date()), Accept="application/json").status == 200
    assert [text.split()[0] for text in press.violations] == ["POST", "/any:", f"{boe_path(NOON.date())}:"]


def test_faults_come_as_they_are_scripted(press: PressStandIn) -> None:
    """Each fault does what it says, in turn; a chain of redirects is one fault and ends in the right answer."""
    press.script("/doc?a=1", Status(503), Redirects(2), Redirect("http://10.0.0.1/"), Truncated(5), Charset("latin-1"))
    press.script("/doc?a=1", Rewritten(bytes.upper), None)
    answers = [get(press, "/doc?a=1&b=2") for _ in range(9)]
    assert [answer.status for answer in answers] == [503, 302, 302, 200, 302, 200, 200, 200, 200]
    assert answers[1].headers["Location"] == "/doc?a=1&b=2"
    assert answers[5].body == PAGE.body[:5]
    assert answers[6].headers["Content-Type"] == "application/atom+xml; charset=latin-1"
    assert answers[7].body.startswith(b"<FEED>")
    press.always("/any", Cut())
    with pytest.raises(http.client.IncompleteRead):
        get(press, "/any")
    press.mend()
    press.always("/any", Reset())
    with pytest.raises(ConnectionResetError):
        get(press, "/any")
    press.mend()
    assert get(press, "/any").body == PAGE.body


def test_great_bodies_are_as_great_as_they_say(press: PressStandIn) -> None:
    """An endless body and a bomb arrive without a length; the bomb is small until it is unpacked."""
    press.script("/any", Endless(2), GzipBomb(3))
    endless, bomb = get(press, "/any", Accept_Encoding="gzip"), get(press, "/any")
    assert 2 * 2**20 <= len(endless.body) < 2.1 * 2**20
    assert endless.body.startswith(PAGE.body)
    assert "Content-Length" not in endless.headers
    assert len(bomb.body) < 5000
    assert len(gzip.decompress(bomb.body)) == 3 * 2**20


def test_the_gazette_has_lone_members_without_their_list() -> None:
    """One item, department and section are plain objects, many are lists; an item may stand without an epigraph."""
    item = GazetteItem("3", "UNIVERSIDADES", "Una", "BOE-A-2026-1", "Convenios", relative=True)
    lone = json.loads(boe_summary(NOON.date(), [item], bare_issue=True))["data"]["sumario"]["diario"]
    assert lone["seccion"]["departamento"]["epigrafe"]["item"]["url_html"] == "/diario_boe/txt.php?id=BOE-A-2026-1"
    whole = json.loads(boe_summary(NOON.date(), filler_gazette(NOON.date())))["data"]["sumario"]["diario"][0]
    assert [section["codigo"] for section in whole["seccion"]] == ["1", "2A", "2B", "3", "4", "5A", "5B"]
    assert isinstance(whole["seccion"][6]["departamento"][0]["item"], list)


def test_the_gazette_of_any_day_is_of_the_usual_size() -> None:
    """150 to 250 items with names of their own, the same every time."""
    for day in (date(2025, 12, 1) + timedelta(days=n) for n in range(0, 120, 7)):
        items = filler_gazette(day)
        assert 150 <= len(items) <= 250
        assert len({item.identifier for item in items}) == len(items)
        assert items == filler_gazette(day)
        assert not any("ALIA" in item.title + item.department for item in items)


def test_a_full_page_of_tenders_is_about_five_megabytes() -> None:
    """The same bytes whole and in pieces, sound XML, with its entries, its next page and what was deleted."""
    entries = list(filler_tenders(NOON))
    page = tenders_page(entries, "next.atom", updated=NOON, deleted=[(entries[0], NOON)])
    assert 4.5e6 < len(page) < 5.5e6
    assert b"".join(tenders_pieces(entries, "next.atom", updated=NOON, deleted=[(entries[0], NOON)])) == page
    root = ET.fromstring(page)
    assert len(root.findall(f"{ATOM}entry")) == 500
    assert root.find(f"{ATOM}link[@rel='next']") is not None
    assert len(root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")) == 1


def test_google_news_names_the_publisher_and_hides_the_address() -> None:
    """The headline ends in the publisher; the link is Google's own."""
    item = NewsItem("ALIA & más", "https://www.elespanol.com/a", NOON, publisher="El Español")
    found = ET.fromstring(google_news([item])).find("channel/item")
    assert found is not None
    assert found.findtext("title") == "ALIA & más - El Español"
    assert found.findtext("source") == "El Español"
    assert str(found.findtext("link")).startswith("https://news.google.com/rss/articles/CBM")


@pytest.mark.parametrize(
    ("key", "title", "from_instant"),
    [
        (MINISTRIES_PATH, "Presentación de ALIA 40B Instruido", at(18, 12, 8, 40, 2025)),
        (MINISTRIES_PATH, "129 M€ para la ampliación de MareNostrum 5", at(26, 1, 12, 30)),
        (MINISTRIES_PATH, "MWC 2026: primeros casos de uso de ALIA", at(3, 3, 11, 15)),
        (NEWSPAPER_PATH, "174 descargas al mes y 10,2 M€: 58.620 € por descarga mensual", at(26, 1, 6, 12)),
        (NEWSPAPER_PATH, "ALIA y la promesa fallida de la IA pública en España", at(8, 2, 23, 30)),
        (NEWSPAPER_PATH, "El ministro defiende ALIA pese a las bajas cifras de descargas", at(3, 3, 17, 45)),
        (GOOGLE_PATH, "El ministro defiende ALIA pese a las bajas cifras de descargas - El Español", at(3, 3, 17, 45)),
    ],
)
def test_the_winter_announces_at_its_instants(key: str, title: str, from_instant: datetime) -> None:
    """A second before it is not there; then it is the newest of its feed, and a reader of each day meets it."""
    assert title not in titles(key, from_instant - timedelta(seconds=1))
    assert titles(key, from_instant)[0] == title
    assert title in titles(key, from_instant + timedelta(days=1))


def test_feeds_keep_their_newest_twenty() -> None:
    """From the first day of the winter to the last."""
    for key in (MINISTRIES_PATH, COUNCILS_PATH, NEWSPAPER_PATH):
        assert {len(titles(key, moment)) for moment in (at(1, 12, 0, year=2025), at(31, 3, 22))} == {20}


def test_the_ministry_dates_its_note_the_day_before_la_moncloa() -> None:
    """The note of 17 December, its Galician twin at the same path below /gl, and its day at Madrid's midnight."""
    moment = at(17, 12, 19, year=2025)
    page = body(list_path(), moment).decode()
    path = page.split("Presentación de ALIA 40B Instruido")[0].rpartition('href="')[2].split('"')[0]
    assert len(path.rpartition("/")[2]) == LONGEST_SLUG
    assert f'href="/gl{path}"' in page
    note = json.loads(body(f"/content/portalmtdfp/es{path}.model.json", moment))
    assert note["title"] == "Presentación de ALIA 40B Instruido"
    day = datetime.fromtimestamp(_datepicker(note) / 1000, UTC)
    assert day == at(16, 12, 23, year=2025)
    assert body(list_path(2), moment) != body(list_path(), moment)
    assert list_path(99) not in WinterPress().documents(moment)


def _datepicker(node: Any) -> int:
    return (
        node["datepicker"]
        if "datepicker" in node
        else _datepicker(node[":items"].get("root") or node[":items"]["date"])
    )


def test_every_note_of_the_ministry_has_its_own_address() -> None:
    """Though addresses are cut, no two notes of the winter meet at one."""
    paths = [note.path for _, note in notes()]
    assert len(set(paths)) == len(paths) > 100


def test_the_gazette_comes_out_in_the_morning_and_never_on_sundays() -> None:
    """Before 07:30 in Madrid, and on a Sunday, 404 with the gazette's own words."""
    press = WinterPress()
    for moment, day, status in (
        (at(26, 1, 6, 29), date(2026, 1, 26), 404),
        (at(26, 1, 6, 30), date(2026, 1, 26), 200),
        (at(26, 1, 6, 30), date(2026, 1, 25), 404),
        (at(26, 1, 6, 30), date(2026, 1, 24), 200),
    ):
        page = press.documents(moment)[boe_path(day)]
        assert (page.status, json.loads(page.body)["status"]["code"]) == (status, str(status))
    assert "MARÍA ALIA GÓMEZ".encode() in body(boe_path(date(2026, 2, 12)), at(12, 2, 8))


def test_tenders_lead_to_the_page_before() -> None:
    """The page has one before it, which has none; both are sound, and some entries come again in another state."""
    press = WinterPress().documents(NOON)
    newer = ET.fromstring(press[TENDERS_PATH].body)
    link = newer.find(f"{ATOM}link[@rel='next']")
    assert link is not None
    older = ET.fromstring(press[link.attrib["href"]].body)
    assert older.find(f"{ATOM}link[@rel='next']") is None
    first, second = ({entry.findtext(f"{ATOM}id") for entry in page.iter(f"{ATOM}entry")} for page in (newer, older))
    assert len(first) == len(second) == 40


def test_gdelt_answers_by_mode_and_span() -> None:
    """Articles of a day, counts of whole days that sum alike however fine the steps are, and nothing of the future."""
    day = "startdatetime=20260126000000&enddatetime=20260126235959&format=json&query=ALIA"
    articles = json.loads(body(f"/api/v2/doc/doc?mode=artlist&{day}", at(27, 1, 8)))["articles"]
    assert [(article["domain"], article["seendate"]) for article in articles] == [("elespanol.com", "20260126T061500Z")]
    fine = json.loads(body(f"/api/v2/doc/doc?mode=timelinevolraw&{day}", at(27, 1, 8)))["timeline"][0]["data"]
    assert len(fine) == 96
    span = "mode=TimelineVolRaw&timespan=30d&format=json"
    coarse = json.loads(body(f"/api/v2/doc/doc?{span}", at(27, 1, 8)))
    days = {point["date"]: point["value"] for point in coarse["timeline"][0]["data"]}
    assert coarse["query_details"]["date_resolution"] == "day"
    assert days["20260126T000000Z"] == sum(point["value"] for point in fine) > 58
    assert max(days) == "20260127T000000Z"

"""Google News and GDELT as they answer: articles, daily counts, and errors that come in words with status 200."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from alia_watch.announcements.announcement import Kind
from alia_watch.announcements.entry import Entry, Volume, Where
from alia_watch.errors import SourceChanged, SourceError
from alia_watch.sources.feeds import read_feed
from alia_watch.sources.fetch import Fetcher
from alia_watch.sources.media import MOST_ARTICLES, GdeltSource, GoogleNewsSource, read_articles, read_volume
from alia_watch.sources.pace import Pace
from alia_watch.sources.patience import Deadline
from alia_watch.sources.source import Profile, Span

NOW = dt.datetime(2026, 1, 26, 18, tzinfo=dt.UTC)
NOON = dt.datetime(2026, 1, 26, 12, 30, tzinfo=dt.UTC)
PRESS = Profile("prensa", "Google News", "", Kind.MEDIA, "B", "es", "Europe/Madrid")
ARTICLE = {
    "url": "https://elpais.example/2026-01-26/alia.html",
    "url_mobile": "https://m.elpais.example/alia",
    "title": "ALIA , la IA &amp; España",
    "seendate": "20260126T123000Z",
    "socialimage": "",
    "domain": "elpais.example",
    "language": "Spanish",
    "sourcecountry": "Spain",
}


def google(title: str, source: str = '<source url="https://elpais.example">El País</source>') -> bytes:
    item = f"""<item><title>{title}</title><link>https://news.google.com/rss/articles/CBMi20240513?oc=5</link>
    <guid isPermaLink="false">CBMi</guid><pubDate>Mon, 26 Jan 2026 12:30:00 GMT</pubDate>
    <description>&lt;a href="https://news.google.com/x"&gt;Titular&lt;/a&gt;</description>{source}</item>"""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><rss version="2.0"><channel><title>"ALIA"</title>'
    return f"{head}{item}</channel></rss>".encode()


def one(body: bytes) -> Entry:
    (entry,) = read_feed(body, PRESS, "e" * 64, aggregator=True)
    return entry


def articles(*items: Any) -> bytes:
    return json.dumps({"articles": items}).encode()


def volume(*points: Any) -> bytes:
    return json.dumps(
        {
            "query_details": {"title": "ALIA", "date_resolution": "hour"},
            "timeline": [{"series": "Article Count", "data": points}],
        }
    ).encode()


def test_an_item_of_google_news_is_its_publishers() -> None:
    """The source child names the publisher, the title loses it, and the link is only a way there."""
    entry = one(google("España estrena ALIA - El País"))
    assert (entry.title, entry.publisher, entry.canonical) == ("España estrena ALIA", "El País", False)
    assert (entry.key, entry.url) == ("CBMi", "https://news.google.com/rss/articles/CBMi20240513?oc=5")
    # Digits in Google's own address are no date of the article's.
    assert [(date.where, date.moment) for date in entry.stated] == [(Where.PUBLISHED, NOON)]


@pytest.mark.parametrize(
    ("title", "source", "expected", "publisher"),
    [
        ("A - B - El País", '<source url="https://x.es">El País</source>', "A - B", "El País"),
        ("A - Otro", '<source url="https://x.es">El País</source>', "A - Otro", "El País"),
        ("A - R&amp;D", '<source url="https://x.es">R&amp;D</source>', "A", "R&D"),
        ("A - El País", "", "A - El País", "Google News"),
        (f"{'a' * 299} - El País", '<source url="https://x.es">El País</source>', "a" * 299, "El País"),
    ],
)
def test_only_the_publishers_name_is_taken_off_a_title(title: str, source: str, expected: str, publisher: str) -> None:
    """A dash of the headline's own stays; without a source child nothing is guessed."""
    entry = one(google(title, source))
    assert (entry.title, entry.publisher) == (expected, publisher)


def test_an_article_of_gdelt_is_an_entry() -> None:
    """The day in the address first; when GDELT saw it is stated as a change, never as its publication."""
    (entry,) = read_articles(articles(ARTICLE), PRESS, "e" * 64).entries
    assert (entry.key, entry.url) == (ARTICLE["url"], ARTICLE["url"])
    assert (entry.title, entry.publisher, entry.language) == ("ALIA , la IA & España", "elpais.example", "es")
    assert (entry.aliases, entry.canonical, entry.kind) == (("https://m.elpais.example/alia",), True, Kind.MEDIA)
    assert [(date.where, date.moment) for date in entry.stated] == [
        (Where.ADDRESS, dt.date(2026, 1, 26)),
        (Where.UPDATED, NOON),
    ]


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("Spanish", "es"),
        ("Catalan", "ca"),
        ("Galician", "gl"),
        ("BASQUE", "eu"),
        ("English", "en"),
        ("German", ""),
        (3, ""),
    ],
)
def test_only_known_languages_have_a_code(language: object, code: str) -> None:
    """The first letters of a language's English name are no code."""
    (entry,) = read_articles(articles({**ARTICLE, "language": language}), PRESS, "e").entries
    assert entry.language == code


def test_a_bad_article_costs_no_other() -> None:
    """What has no title is left out and counted; a bad address or date leaves the article."""
    bare = {"title": "Sin nada más"}
    odd = {**ARTICLE, "url": "javascript:alert(1)", "seendate": "ayer", "title": "Ra\ud800ro"}
    found = read_articles(articles(None, [], {}, {"title": ""}, {"title": 7}, bare, odd), PRESS, "e")
    assert found.listed == 7
    assert [(entry.title, entry.url, entry.stated) for entry in found.entries] == [
        ("Sin nada más", None, ()),
        ("Ra?ro", None, ()),
    ]


def test_nothing_found_is_no_error() -> None:
    """GDELT says `{}` where nothing matches."""
    assert read_articles(b"{}", PRESS, "e").entries == ()
    assert read_articles(articles(), PRESS, "e").entries == ()
    assert read_volume(b" {} ", PRESS) == []
    assert read_volume(b'{"timeline": []}', PRESS) == []


def test_flawed_json_is_read() -> None:
    """Control characters, stray backslashes and a mark of order are what GDELT leaves in its JSON."""
    raw = '\ufeff{"articles": [{"title": "L\\\'IA \\x de\tl\\u0027 any \\\\ \\"2026\\"\x01", "url": "https://x.es/a"}]}'
    (entry,) = read_articles(raw.encode(), PRESS, "e").entries
    assert entry.title == "L\\'IA \\x de l' any \\ \"2026\""


@pytest.mark.parametrize(
    ("words", "again", "ours"),
    [
        ("Please limit requests to one every 5 seconds or contact x@example.com.", True, "fewer requests"),
        ("The specified phrase is too short.", False, "a phrase of the query too short"),
        ("Your query was too short or too long.", False, "too short or too long"),
        ("Timespan is too short.", False, "the span of time too short"),
        ("Queries containing OR'd terms must be surrounded by ().", False, "within parentheses"),
        ("Invalid/Unsupported Country.\n", False, "invalid"),
    ],
)
@pytest.mark.parametrize("read", [lambda body: read_articles(body, PRESS, "e"), lambda body: read_volume(body, PRESS)])
def test_words_with_status_200_are_an_error(
    read: Callable[[bytes], object], words: str, again: bool, ours: str
) -> None:
    """What GDELT refuses it says in plain text: only throttling can pass by itself, and its words are not repeated."""
    with pytest.raises(SourceError, match=ours) as told:
        read(words.encode())
    assert not isinstance(told.value, SourceChanged)
    assert told.value.again is again
    assert "example.com" not in str(told.value)
    assert bool(told.value.hint) is not again


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Something else entirely",
        b"<html><body>Please limit requests</body></html>",
        b"[]",
        b"null",
        b'{"articles": [',
        b'{"articles": {}}',
        b'{"articles": 3}',
        b'{"status": "ok"}',
        b'{"timeline": [3]}',
        b'{"timeline": [{}]}',
        b'{"timeline": [{"data": {}}]}',
        b'{"articles": [{}, {"title": ""}]}',
        b'{"articles": ' + b"[" * 200_000,
        b'{"a": ' * 200_000,
        b'{"n": ' + b"9" * 5000 + b"}",
        b"\xff\xfe{\x00}\x00",
    ],
)
def test_another_shape_is_a_changed_source(body: bytes) -> None:
    """HTML, other words, broken or bottomless JSON and missing keys are told, never taken for an empty list."""
    with pytest.raises(SourceChanged):
        read_articles(body, PRESS, "e")
    with pytest.raises(SourceChanged):
        read_volume(body, PRESS)


def test_counts_are_summed_by_the_utc_day() -> None:
    """Steps of any length are added up by day; of how many is unknown where one step does not say."""
    found = read_volume(
        volume(
            {"date": "20260127T000000Z", "value": 4, "norm": 1000},
            {"date": "20260126T000000Z", "value": 1, "norm": 100},
            {"date": "20260126T234500Z", "value": 2, "norm": 50},
            {"date": "20260128T010000Z", "value": 0},
        ),
        PRESS,
    )
    assert found == [
        Volume("prensa", dt.date(2026, 1, 26), 3, 150),
        Volume("prensa", dt.date(2026, 1, 27), 4, 1000),
        Volume("prensa", dt.date(2026, 1, 28), 0, None),
    ]


@pytest.mark.parametrize(
    "point",
    [
        None,
        {},
        {"date": "20260126T000000Z"},
        {"date": "ayer", "value": 1},
        {"date": 20260126, "value": 1},
        {"date": "20260126T000000Z", "value": 0.0032},
        {"date": "20260126T000000Z", "value": -1},
        {"date": "20260126T000000Z", "value": True},
        {"date": "20260126T000000Z", "value": 2**80},
        {"date": "20260126T000000Z", "value": float("nan")},
        {"date": "20260126T000000Z", "value": 1, "norm": "many"},
    ],
)
def test_a_step_that_is_no_count_is_a_changed_source(point: object) -> None:
    """A sum without one of its steps would be a wrong count."""
    with pytest.raises(SourceChanged):
        read_volume(volume({"date": "20260126T000000Z", "value": 1, "norm": 1}, point), PRESS)


# Over HTTP.

Asked = dict[str, str]


@pytest.fixture
def fetch(httpserver: HTTPServer) -> Iterator[Fetcher]:
    clock = lambda: NOW  # noqa: E731
    deadline = Deadline(60, clock=clock, sleep=lambda _: None)
    where = [httpserver.url_for("/")]
    with Fetcher("prensa", where, contact="x", deadline=deadline, pace=Pace(clock, 0), clock=clock) as opened:
        yield opened


class Gdelt:
    """A GDELT with so many articles on each civil day of Madrid; it lists at most 250, and keeps what it was asked.

    `refuses` says for what it was asked whether to answer in words, and in which.
    """

    def __init__(self, counts: dict[dt.date, int], refuses: Callable[[Asked], str] = lambda _: "") -> None:
        self.asked: list[Asked] = []
        self._counts = counts
        self._refuses = refuses

    def __call__(self, request: Request) -> Response:
        asked = request.args.to_dict()
        self.asked.append(asked)
        if words := self._refuses(asked):
            return Response(words, 200, content_type="text/html; charset=utf-8")
        start, end = (dt.datetime.strptime(asked[name] + "+0000", "%Y%m%d%H%M%S%z") for name in NAMES)
        if asked["mode"] == "timelinevolraw":
            days = [start.date() + dt.timedelta(days=n) for n in range(-1, (end.date() - start.date()).days + 2)]
            points = [{"date": f"{day:%Y%m%d}T000000Z", "value": self._counts.get(day, 0), "norm": 9} for day in days]
            return Response(volume(*points), 200, content_type="application/json")
        # Every article is seen at noon of its day.
        days = [day for day in self._counts if start <= dt.datetime.combine(day, dt.time(12), dt.UTC) <= end]
        listed = [
            {"title": f"{day} {n}", "url": f"https://x.es/{day:%Y%m%d}/{n}"}
            for day in days
            for n in range(self._counts[day])
        ]
        return Response(articles(*listed[: int(asked["maxrecords"])]), 200, content_type="application/json")


NAMES = ("startdatetime", "enddatetime")
FIRST = dt.date(2026, 1, 24)


def days(*counts: int) -> dict[dt.date, int]:
    return {FIRST + dt.timedelta(days=n): count for n, count in enumerate(counts)}


def run(source: GdeltSource, fetch: Fetcher, span: Span) -> tuple[list[Entry], list[Volume], SourceError | None]:
    given: list[Entry | Volume] = []
    try:
        given.extend(source.read(fetch, span))
    except SourceError as error:
        failed: SourceError | None = error
    else:
        failed = None
    entries = [each for each in given if isinstance(each, Entry)]
    return entries, [each for each in given if isinstance(each, Volume)], failed


@pytest.fixture
def source(httpserver: HTTPServer) -> GdeltSource:
    return GdeltSource(PRESS, httpserver.url_for("/doc"), '"IA ALIA" sourcelang:spanish')


def test_gdelt_is_asked_for_civil_days_in_utc(httpserver: HTTPServer, fetch: Fetcher, source: GdeltSource) -> None:
    """The articles of civil days of Madrid, written in UTC; the counts of whole UTC days of the same names."""
    gdelt = Gdelt(days(1, 2))
    httpserver.expect_request("/doc").respond_with_handler(gdelt)
    entries, volumes, failed = run(source, fetch, Span(FIRST, FIRST + dt.timedelta(days=1)))
    assert failed is None
    assert len(entries) == 3
    assert [(each.day, each.articles, each.of) for each in volumes] == [
        (FIRST, 1, 9),
        (FIRST + dt.timedelta(days=1), 2, 9),
    ]
    query = {"query": '"IA ALIA" sourcelang:spanish', "format": "json"}
    assert gdelt.asked == [
        query
        | {"mode": "artlist", "maxrecords": "250", "sort": "datedesc"}
        | {"startdatetime": "20260123230000", "enddatetime": "20260125225959"},
        query | {"mode": "timelinevolraw", "startdatetime": "20260124000000", "enddatetime": "20260125235959"},
    ]
    assert source.read_until == FIRST + dt.timedelta(days=1)


def test_a_full_list_is_asked_for_in_halves(httpserver: HTTPServer, fetch: Fetcher, source: GdeltSource) -> None:
    """Where 250 are listed there may be more: the days are halved until each list is whole, and none comes twice."""
    counts = days(10, 240, 0, 249, 3)
    gdelt = Gdelt(counts)
    httpserver.expect_request("/doc").respond_with_handler(gdelt)
    entries, _, failed = run(source, fetch, Span(FIRST, max(counts)))
    assert failed is None
    assert len({entry.key for entry in entries}) == len(entries) == sum(counts.values())
    assert source.read_until == max(counts)


def test_a_single_day_that_is_too_full_is_told(httpserver: HTTPServer, fetch: Fetcher, source: GdeltSource) -> None:
    """What it lists of that day is given, the other days whole, and that the rest is not listed is told at the end."""
    counts = days(1, 400, 2)
    httpserver.expect_request("/doc").respond_with_handler(Gdelt(counts))
    entries, volumes, failed = run(source, fetch, Span(FIRST, max(counts)))
    assert len(entries) == 1 + MOST_ARTICLES + 2
    assert [each.articles for each in volumes] == [1, 400, 2]
    assert failed is not None
    assert not failed.again
    assert "250 articles of 2026-01-25, and not the rest" in str(failed)
    # Nothing more will ever be listed of that day: it is as read as it can be.
    assert source.read_until == max(counts)


def test_a_failure_keeps_what_came_before_it(httpserver: HTTPServer, fetch: Fetcher, source: GdeltSource) -> None:
    """Throttled in the middle: the days before are good and known as read, the counts are asked for all the same."""
    counts = days(200, 200, 200)
    gdelt = Gdelt(counts, lambda asked: "Please limit requests" if asked["startdatetime"] == "20260125230000" else "")
    httpserver.expect_request("/doc").respond_with_handler(gdelt)
    entries, volumes, failed = run(source, fetch, Span(FIRST, max(counts)))
    assert (len(entries), len(volumes)) == (400, 3)
    assert failed is not None
    assert failed.again
    assert source.read_until == FIRST + dt.timedelta(days=1)


@pytest.mark.parametrize(("mode", "given"), [("artlist", (0, 1)), ("timelinevolraw", (1, 0))])
def test_articles_and_counts_fail_apart(
    httpserver: HTTPServer, fetch: Fetcher, source: GdeltSource, mode: str, given: tuple[int, int]
) -> None:
    """Where one of the two is refused the other is given; the day is then not known as read."""
    gdelt = Gdelt(days(1), lambda asked: "The specified phrase is too short." if asked["mode"] == mode else "")
    httpserver.expect_request("/doc").respond_with_handler(gdelt)
    found, counted, failed = run(source, fetch, Span(FIRST, FIRST))
    assert (len(found), len(counted)) == given
    assert failed is not None
    assert source.read_until is None


def test_google_news_is_read_over_http(httpserver: HTTPServer, fetch: Fetcher) -> None:
    """The same feed adapter, told that its publisher only points."""
    body = google("España estrena ALIA - El País")
    httpserver.expect_request("/rss").respond_with_data(body, content_type="application/xml; charset=utf-8")
    (entry,) = GoogleNewsSource(PRESS, httpserver.url_for("/rss")).read(fetch, Span(FIRST, FIRST))
    assert (entry.title, entry.publisher, entry.canonical) == ("España estrena ALIA", "El País", False)

"""Which entries tell of one event, and what an announcement is made of its links."""

from datetime import timedelta
from itertools import permutations

import pytest

from alia_watch.announcements.announcement import AnnouncementState, Kind, Precision
from alia_watch.announcements.entry import Entry, Where
from alia_watch.announcements.intake import Found, Horizon, Intake, sorted_out
from alia_watch.announcements.link import event, made_of, telling, verdict
from alia_watch.announcements.same_event import Event, Same, alike, canonical, same_event
from tests.entries import SEEN, entry, link, on

MADRID = "Europe/Madrid"
TODAY = SEEN.date()


def same(one: Entry, two: Entry) -> Same | None:
    """Whether an entry tells of what another told of."""
    return same_event(telling(one, MADRID), [Event("known", None, (telling(two, MADRID),))])


def test_t3_two_events_on_one_day_stay_two() -> None:
    """Trap T3: on 2026-01-26 the machine's extension was announced and the press wrote of the downloads."""
    machine = entry("129 M€ para la ampliación de MareNostrum 5", on("2026-01-26"))
    press = entry("174 descargas al mes y 10,2 M€: 58.620 € por descarga mensual", on("2026-01-26"), kind=Kind.MEDIA)
    assert same(machine, press) is None
    launch = entry("MWC 2026: primeros casos de uso de ALIA", on("2026-03-03"))
    critic = entry("El ministro defiende ALIA pese a las bajas cifras de descargas", on("2026-03-03"), kind=Kind.MEDIA)
    assert same(launch, critic) is None


def test_t4_a_repo_of_before_is_not_the_announcement() -> None:
    """Trap T4: even on the announcement's own day and with its words, the Hub's release stays another thing."""
    announced = entry("ALIA-40b en Hugging Face", on("2025-01-20"))
    release = entry("ALIA-40b en Hugging Face", on("2025-01-20"), kind=Kind.MODEL_RELEASE, source="hub")
    assert same(announced, release) is None
    assert not Kind.MODEL_RELEASE.official


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Presentación de ALIA 40B Instruido", "El Gobierno presenta ALIA 40B Instruido"),
        (
            "El Gobierno pone ALIA a disposición de todos",
            "El Gobierno pone a disposición de todos ALIA",
        ),
        ("Óscar López: «ALIA es útil»", "OSCAR LOPEZ: ALIA ES UTIL"),
        ("58.620 € por descarga de ALIA", "58620 € por descarga de ALIA"),
    ],
)
def test_titles_that_say_the_same_are_alike(one: str, two: str) -> None:
    """Order, case, accents, quotes and fillers make no difference."""
    found = same(entry(one, on("2026-01-26")), entry(two, on("2026-01-27")))
    assert found is not None
    assert found.why.startswith("titles alike by ")
    assert found.why.endswith("within 2 days")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ALIA-40b-instruct-2605 en Hugging Face", "ALIA-40b-instruct-2606 en Hugging Face"),
        ("129 M€ para ALIA y su superordenador", "150 M€ para ALIA y su superordenador"),
        ("ALIA", ""),
        ("Convenio con el BSC", "Subvención para la RAE"),
    ],
)
def test_figures_that_contradict_are_never_the_same(one: str, two: str) -> None:
    """Whatever the rest of the titles says."""
    assert same(entry(one, on("2026-01-26")), entry(two, on("2026-01-26"))) is None


def test_days_that_are_far_apart_are_two_events_however_alike() -> None:
    """A weekly column with one title is an event each week; an entry without a date is like nothing by its title."""
    title = "La semana de ALIA"
    assert same(entry(title, on("2026-01-26")), entry(title, on("2026-01-29"))) is None
    assert same(entry(title, on("2026-01-26")), entry(title, on("2026-01-28"))) is not None
    assert same(entry(title), entry(title, on("2026-01-26"))) is None


def test_a_chain_of_near_days_is_never_one_long_event() -> None:
    """All the days of an event lie within three, whatever the order they come in."""
    links = [link(entry("La agenda de ALIA", on(f"2026-01-{day}"), key=str(day))) for day in (26, 28)]
    made = made_of(links, MADRID, today=TODAY)
    third = telling(entry("La agenda de ALIA", on("2026-01-29")), MADRID)
    assert same_event(third, [event(made, links, MADRID)]) is None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (
            "https://www.boe.es/diario_boe/txt.php?id=BOE-A-2025-12136",
            "http://boe.es/diario_boe/txt.php?id=BOE-A-2025-12136#x",
        ),
        (
            "https://digital.gob.es/gl/comunicacion/notas-prensa/mtdfp/2026/01/nota",
            "https://digital.gob.es/comunicacion/notas-prensa/mtdfp/2026/01/nota.html",
        ),
        (
            "https://www.lamoncloa.gob.es/lang/en/presidente/news/x.aspx",
            "https://www.lamoncloa.gob.es/presidente/news/x.aspx",
        ),
        ("https://amp.menorca.info/a/b.html?utm_source=x", "https://menorca.info/a/b.html"),
        ("https://silicon.es/alia/amp", "https://www.silicon.es/alia/"),
    ],
)
def test_one_page_has_one_canonical_address(one: str, two: str) -> None:
    """Scheme, host prefixes, languages, tracking and fragments make no difference."""
    assert canonical(one) == canonical(two)


def test_pages_that_differ_keep_their_addresses() -> None:
    """The id in a query, a first step that is no language, another host: all stay."""
    assert canonical("https://boe.es/txt.php?id=A") != canonical("https://boe.es/txt.php?id=B")
    assert canonical("https://x.es/en") != canonical("https://x.es/")
    assert canonical("https://boe.es/a") != canonical("https://boa.es/a")
    assert canonical("http://[broken") == "http://[broken"


def test_an_address_that_is_shared_decides_and_an_aggregators_does_not() -> None:
    """One page under two titles is one event; a redirect of a news search is the address of nothing."""
    page = "https://www.elespanol.com/a/1.html"
    one = entry("Un título", on("2026-01-26"), url=page)
    other = entry("Otro titular muy distinto", on("2026-02-26"), url=page + "?utm_source=x")
    assert same(other, one) == Same("known", "the same address")
    astray = entry("Otro titular muy distinto", on("2026-02-26"), url=page, canonical=False)
    assert same(astray, one) is None
    known_as = entry("Otro titular muy distinto", on("2026-02-26"), url=None, aliases=(page,))
    assert same(known_as, one) is not None


def test_the_best_link_speaks_for_an_announcement_in_whatever_order_they_come() -> None:
    """An institution's before an article, Spanish before another language; dates of all decide."""
    links = [
        link(entry("Presentació d'ALIA", on("2025-12-17"), key="ca", language="ca")),
        link(entry("Presentación de ALIA", on("2025-12-17"), key="es")),
        link(entry("Presentación de ALIA", on("2025-12-18"), key="m", kind=Kind.MEDIA, confidence="B"), seen=SEEN),
    ]
    made = {made_of(list(each), MADRID, today=TODAY) for each in permutations(links)}
    assert len(made) == 1
    (one,) = made
    assert (one.title, one.language, one.kind, one.confidence) == ("Presentación de ALIA", "es", Kind.OFFICIAL, "A")
    assert (one.id, one.precision) == ("2025-12-17-presentacion-de-alia", Precision.DAY)


def test_what_states_no_date_is_undated_and_waits_for_a_person() -> None:
    """It stands under the day it was read, which is no event date."""
    links = [link(entry("Nota sobre ALIA"))]
    made = made_of(links, MADRID, today=TODAY)
    assert (made.precision, made.confidence) == (Precision.UNDATED, "C")
    assert verdict(links, made, frozenset({"moncloa"}))[0] is AnnouncementState.CANDIDATE


@pytest.mark.parametrize(
    ("links", "state"),
    [
        ([link(entry("ALIA crece", on("2026-01-26")))], AnnouncementState.CONFIRMED),
        ([link(entry("ALIA crece", on("2026-01-26"), source="blog"))], AnnouncementState.CANDIDATE),
        ([link(entry("Nota", on("2026-01-26")), where="text")], AnnouncementState.CANDIDATE),
        ([link(entry("ALIA crece", on("2026-05")))], AnnouncementState.CANDIDATE),
        ([link(entry("ALIA crece", on("2026-01-26", Where.UPDATED)))], AnnouncementState.CANDIDATE),
        ([link(entry("ALIA crece", on("2026-01-26"), source="blog")), link(entry("ALIA crece", on("2026-01-26")))],
         AnnouncementState.CONFIRMED),
    ],
)  # fmt: skip
def test_only_a_trusted_source_with_title_and_date_is_confirmed_by_rule(links: list, state: AnnouncementState) -> None:
    """All else waits, and each verdict says why."""
    made = made_of(links, MADRID, today=TODAY)
    said, why = verdict(links, made, frozenset({"moncloa"}))
    assert said is state
    assert why


def test_a_first_reading_takes_in_nothing_of_before_it() -> None:
    """Older entries and those without a date are left out, and told apart; what comes later is taken."""
    found = [
        Found(entry("vieja", on("2025-11-01")), ()),
        Found(entry("de hoy", on("2026-01-26")), ()),
        Found(entry("sin fecha"), ()),
        Found(entry("de hoy", on("2026-01-26")), ()),
        Found(entry("mayo", on("2026-05")), ()),
    ]
    first = sorted_out(found, Horizon(on("2026-01-26").moment, None, None, frozenset(), MADRID))
    assert [each.entry.key for each in first[Intake.TAKEN]] == ["de hoy", "mayo"]
    assert [each.entry.key for each in first[Intake.OLDER]] == ["vieja"]
    assert [each.entry.key for each in first[Intake.UNDATED]] == ["sin fecha"]
    later = Horizon(on("2026-01-26").moment, None, frozenset({"sin fecha"}), frozenset({"vieja"}), MADRID)
    second = sorted_out([*found, Found(entry("nueva sin fecha"), ())], later)
    assert [each.entry.key for each in second[Intake.TAKEN]] == ["vieja", "de hoy", "mayo", "nueva sin fecha"]


def test_alike_is_a_share_of_a_hundred() -> None:
    """The same both ways, and all of it for the same title."""
    assert alike("Presentación de ALIA", "Presentación de ALIA") == 100
    assert alike("ALIA", "Salamandra") == alike("Salamandra", "ALIA") < 80


def test_no_other_puts_words_or_dates_into_what_a_trusted_source_says() -> None:
    """Even one that calls itself the publisher, and came first."""
    links = [
        link(entry("ALIA es un fracaso", on("2026-01-25"), source="hostile"), seen=SEEN - timedelta(days=1)),
        link(entry("ALIA crece", on("2026-01-26"))),
    ]
    made = made_of(links, MADRID, today=TODAY, trusted=frozenset({"moncloa"}))
    assert (made.title, made.source, made.date, made.date_end) == (
        "ALIA crece",
        "moncloa",
        on("2026-01-26").moment,
        None,
    )

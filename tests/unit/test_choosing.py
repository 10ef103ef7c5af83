"""What somebody types to choose something: taken as it is meant, or refused with nothing changed."""

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_bot.chat import privacy, start
from alia_bot.chat import settings as chosen
from alia_bot.chat.answers import Answers
from alia_bot.chat.asking import Asking, Tools, asking, guessed
from alia_bot.chat.commands import FOR_ALL as COMMANDS
from alia_bot.chat.commands import FOR_MAINTAINERS
from alia_bot.chat.conversation import answer
from alia_bot.chat.incoming import Incoming, Kind, Room
from alia_bot.chat.reply import Reply
from alia_watch.audience.preferences import Preferences
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.clock import available_zones, zone_named
from alia_watch.config.sections import Config
from alia_watch.reports.speech import LANGUAGES
from alia_watch.store import subscribers
from alia_watch.store.database import Store

NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asks(store: Store, config: Config, command: str, words: str = "") -> Asking:
    """Somebody gives a command in private, in English."""
    said = Incoming(1, Kind.COMMAND, 7, Room.PRIVATE, user=7, client_language="en", addressed=True)
    told = Incoming(**{name: getattr(said, name) for name in said.__slots__} | {"command": command, "words": words})
    return asking(store, config, told, now=NOW, tools=Tools(Answers(config)), rights=True)


def says(store: Store, config: Config, command: str, words: str = "") -> str:
    """What is answered, in plain words."""
    return "\n".join(each.plain for each in answer(asks(store, config, command, words)))


def kept(store: Store) -> Preferences | None:
    """What is kept of them, if anything."""
    found = subscribers.subscriber_named(store, "telegram:7")
    return found.preferences if found else None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("region", ["", "-ES", "-419", "-valencia", "-Latn-ES"])
def test_a_language_that_is_spoken_here_is_answered_in_it(language: str, region: str) -> None:
    """Whatever its region, and in large letters, too."""
    assert guessed(language + region, "gl") == language
    assert guessed((language + region).upper(), "gl") == language


@pytest.mark.parametrize(
    ("program", "watch", "answered"),
    [("", "gl", "gl"), ("ast", "gl", "es"), ("ext-ES", "ca", "es"), ("pt-br", "es", "en"), ("zh-hans", "ca", "en")],
)
def test_other_languages_get_the_nearest(program: str, watch: str, answered: str) -> None:
    """Readers of Spanish get Spanish, the world gets English, and who says nothing gets the watch's own."""
    assert guessed(program, watch) == answered


@given(program=st.text(max_size=20), watch=st.sampled_from(LANGUAGES))
def test_whatever_a_program_says_is_answered_in_a_language_there_is(program: str, watch: str) -> None:
    """Also where it says nonsense."""
    assert guessed(program, watch) in LANGUAGES


@pytest.mark.parametrize("command", [each for each in COMMANDS if each != "help"])  # that is named anyway
def test_a_slip_of_the_finger_is_offered_the_command(store: Store, config: Config, command: str) -> None:
    """Two letters exchanged, one left out, one too many: the command that was meant is named."""
    slips = {command[0] + command[2] + command[1] + command[3:], command[:-1], command + "e"} - set(COMMANDS)
    for slip in slips:
        assert f"/{command}?" in start.unknown(asks(store, config, slip))[0].plain


@pytest.mark.parametrize("said", ["xyzzy", "", "1", "ñandú", *FOR_MAINTAINERS])
def test_what_resembles_nothing_gets_the_short_hint(store: Store, config: Config, said: str) -> None:
    """Maintainers' commands are not named to others, unless they resemble one for all."""
    [hint] = start.unknown(asks(store, config, said))
    assert "/help" in hint.plain
    assert not any(f"/{name}" in hint.plain for name in FOR_MAINTAINERS)


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("22-8", time(22), time(8)),
        ("22:00-08:00", time(22), time(8)),
        ("22:30 - 7:15", time(22, 30), time(7, 15)),
        ("22 a 8", time(22), time(8)),
        ("22–8", time(22), time(8)),
        ("0-9", time(0), time(9)),
        ("09-17", time(9), time(17)),
    ],
)
def test_quiet_hours_are_taken_as_people_write_them(
    store: Store, config: Config, typed: str, first: time, last: time
) -> None:
    """Hours alone, with minutes, with any dash."""
    says(store, config, "settings", f"quiet {typed}")
    found = kept(store)
    assert found is not None
    assert found.quiet == (first, last)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[
            ("quiet", each)
            for each in ("25-3", "22:60-8", "8-8", "8:00-08", "-1-8", "22", "22-8-9", "22:0-8", "tonight")
        ],
        *[("zone", each) for each in ("Mars/Olympus", "../../etc/passwd", "GMT+1", "UTC+2", "Eastern")],
        *[("lift", each) for each in ("1", "0", "-2", "1001", "nan", "inf", "many")],
    ],
)
def test_what_cannot_be_set_changes_nothing(store: Store, config: Config, name: str, value: str) -> None:
    """It is said so, with what was typed, and nobody is taken on for it."""
    assert f"“{value}” cannot be set" in says(store, config, "settings", f"{name} {value}")
    assert kept(store) is None


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("europe/madrid", "Europe/Madrid"),
        ("Madrid", "Europe/Madrid"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("etc/gmt+1", "Etc/GMT+1"),
    ],
)
def test_a_zone_is_found_by_its_city(store: Store, config: Config, typed: str, zone: str) -> None:
    """In whatever case; a mere offset, whose sign the zone database turns round, by its full name alone."""
    says(store, config, "settings", f"zone {typed}")
    found = kept(store)
    assert found is not None
    assert found.zone == zone


def test_every_zone_is_found_by_its_name() -> None:
    """None is hidden by a city that is called alike."""
    assert {each: zone_named(each.upper()) for each in available_zones()} == {each: each for each in available_zones()}


@pytest.mark.parametrize("off", ["none", "off"])
def test_what_was_set_can_be_unset(store: Store, config: Config, off: str) -> None:
    """Quiet hours and the size of spikes, by either word."""
    for typed in ("quiet 22-8", "lift 2,5", "zone America/Argentina/ComodRivadavia"):
        says(store, config, "settings", typed)
    assert kept(store) == Preferences("America/Argentina/ComodRivadavia", (time(22), time(8)), threshold=2.5)
    says(store, config, "settings", f"quiet {off}")
    says(store, config, "settings", f"lift {off}")
    assert kept(store) == Preferences("America/Argentina/ComodRivadavia")


@given(typed=st.text(max_size=20))
def test_whatever_is_typed_is_set_or_refused(typed: str) -> None:
    """No text of hours, sizes or zones breaks anything; what is set is kept as it was."""
    asked: Any = SimpleNamespace(standing=Subscriber("telegram:7", ChannelKind.TELEGRAM, "7", "es", frozenset()))
    for rule in (chosen._quiet, chosen._threshold, chosen._zone, chosen._frequency, chosen._language, chosen._topic):
        found = rule(asked, typed)
        assert found is None or Preferences.of(found.preferences.document()) == found.preferences


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("7d", 7 * DAY),
        ("12h", 12 * HOUR),
        ("3", 3 * DAY),
        ("2w", 14 * DAY),
        ("2 s", 14 * DAY),  # semanas
        ("366d", 366 * DAY),
        ("8784h", 366 * DAY),
        ("7 days", 7 * DAY),
        ("2 DÍAS", 2 * DAY),
        ("3 egun", 3 * DAY),
        ("12 hores", 12 * HOUR),
        ("1 setmana", 7 * DAY),
    ],
)
def test_a_mute_lasts_as_long_as_was_asked(store: Store, config: Config, typed: str, span: timedelta) -> None:
    """Hours, days and weeks, in the words of each language; a year at most."""
    says(store, config, "subscribe")
    says(store, config, "mute", typed)
    found = kept(store)
    assert found is not None
    assert found.muted_until == NOW + span


@pytest.mark.parametrize("typed", ["0d", "0", "99999d", "367d", "9999w", "-1d", "1.5d", "d", "7 moons", "7dd", "ever"])
def test_a_mute_that_makes_no_sense_is_refused(store: Store, config: Config, typed: str) -> None:
    """Nothing is muted, and what can be written is said."""
    says(store, config, "subscribe")
    assert "/mute 7d" in says(store, config, "mute", typed)
    assert kept(store) == Preferences()


@pytest.mark.parametrize("typed", ["", "7d", "off"])
def test_who_gets_nothing_has_nothing_to_mute(store: Store, config: Config, typed: str) -> None:
    """They are told so, and nothing is kept of them."""
    assert "You get nothing as it is." in says(store, config, "mute", typed)
    assert kept(store) is None


def test_a_mute_can_be_ended(store: Store, config: Config) -> None:
    """And what else was chosen stays; where there is none, that is said."""
    says(store, config, "subscribe")
    says(store, config, "settings", "quiet 22-8")
    assert says(store, config, "mute", "off").strip() == "There is no silence to end."
    says(store, config, "mute", "7d")
    says(store, config, "mute", "OFF")
    assert kept(store) == Preferences(quiet=(time(22), time(8)))


def test_a_bare_mute_asks_for_how_long(store: Store, config: Config) -> None:
    """With buttons that are understood when they are pressed."""
    says(store, config, "subscribe")
    [asked] = privacy.mute(asks(store, config, "mute"))
    offers = [button.action.removeprefix("mute:") for row in asked.buttons for button in row]
    assert offers == ["1d", "7d", "30d"]
    for offer in offers:
        replies: list[Reply] = privacy.muted(asks(store, config, "mute"), offer)
        assert "until" in replies[0].plain

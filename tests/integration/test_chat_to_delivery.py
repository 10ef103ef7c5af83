"""What somebody chose in the chat decides what comes, when, and how: from the words they typed to what they see."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.demo.telegram import Posted, TelegramStandIn
from alia_bot.demo.telegram_people import Person
from alia_bot.dispatch import drain
from alia_watch.audience.subscriber import About, ChannelKind, Topic
from alia_watch.pipeline.sum_up import sum_up
from alia_watch.reports.speech import Speech
from alia_watch.store import outbox
from alia_watch.store.database import open_store
from tests.conversations import Talk, talk
from tests.outbox import message, stored_report
from tests.small_watch import NOW

TELEGRAM = ChannelKind.TELEGRAM
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: 23:00 and 08:00 in Madrid, and 09:00 of the next Monday.
NIGHT, MORNING, MONDAY = NOW + 12 * HOUR, NOW + 21 * HOUR, NOW + 5 * DAY + 22 * HOUR


@pytest.fixture
def api() -> Iterator[TelegramStandIn]:
    """The Bot API."""
    with TelegramStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def spoken(tmp_path: Path, api: TelegramStandIn) -> Iterator[Talk]:
    """The bot, answering."""
    with talk(tmp_path, api) as talking:
        yield talking


@pytest.fixture
def ana(spoken: Talk) -> Person:
    """Somebody who is subscribed to what most want."""
    person = spoken.api.person(1, "Ana")
    spoken.says(person, "/subscribe")
    return person


def alert(spoken: Talk, number: int, now: datetime, *, lift: float | None = None) -> None:
    """An alert is ready, in two languages."""
    key = f"alert:2026-02-03:{number}"
    with open_store(spoken.config.watch.database) as store:
        stored_report(store, key)
        messages = [
            message(TELEGRAM, key=key, language=language, subject=words, text=words, markup=words)
            for language, words in (("es", f"Alerta {number}"), ("en", f"Alert {number}"))
        ]
        outbox.put(store, messages, About(frozenset({Topic.ALERTS}), lift=lift, waits=True), now=now)


def comes(spoken: Talk, now: datetime) -> list[Posted]:
    """What the daemon sends at an instant."""
    before = len(spoken.api.posted)
    with open_store(spoken.config.watch.database) as store:
        sum_up(store, spoken.config, now=now)
        drain(store, {TELEGRAM: spoken.channel}, now=now)
    return spoken.api.posted[before:]


def words(posted: list[Posted]) -> list[str]:
    """What they say."""
    return [each.text for each in posted]


def test_what_comes_at_night_is_summed_up_in_the_morning(spoken: Talk, ana: Person) -> None:
    """In one message, whose buttons show each of them whole."""
    spoken.says(ana, "/settings quiet 22-8")
    alert(spoken, 1, NIGHT)
    alert(spoken, 2, NIGHT + HOUR)
    assert comes(spoken, NIGHT + 2 * HOUR) == []
    assert comes(spoken, MORNING - timedelta(minutes=1)) == []
    [summary] = comes(spoken, MORNING)
    assert "Alerta 1" in summary.text
    assert "Alerta 2" in summary.text
    spoken.presses(ana, summary.labels[0][0])
    assert spoken.api.posted[-1].text == "Alerta 1"
    assert comes(spoken, MORNING + DAY) == []


def test_one_thing_that_waited_comes_as_it_is(spoken: Talk, ana: Person) -> None:
    """A summary of one would be one message more."""
    spoken.says(ana, "/settings quiet 22-8")
    alert(spoken, 1, NIGHT)
    assert words(comes(spoken, MORNING)) == ["Alerta 1"]


@pytest.mark.parametrize(("often", "at"), [("once a day", MORNING + HOUR), ("once a week", MONDAY)])
def test_summaries_come_as_often_as_was_chosen(spoken: Talk, ana: Person, often: str, at: datetime) -> None:
    """At nine by the clock on the wall, of a day or of a Monday."""
    get = Speech("es").get
    spoken.presses(ana, get("How often: {value}", value="").strip())
    spoken.presses(ana, get(often))
    alert(spoken, 1, NOW + HOUR)
    alert(spoken, 2, NOW + 2 * HOUR)
    assert comes(spoken, at - timedelta(minutes=1)) == []
    [summary] = comes(spoken, at)
    assert "Alerta 2" in summary.text


def test_small_spikes_stay_away(spoken: Talk, ana: Person) -> None:
    """From the size that was chosen on, that size included."""
    spoken.says(ana, "/settings lift 4,5")
    alert(spoken, 1, NOW, lift=4.4)
    alert(spoken, 2, NOW, lift=4.5)
    assert words(comes(spoken, NOW)) == ["Alerta 2"]


def test_sound_and_language_follow_at_once(spoken: Talk, ana: Person) -> None:
    """The next message comes silently, and in the new language."""
    spoken.presses(ana, Speech("es").get("Sound: on"))
    alert(spoken, 1, NOW)
    [silent] = comes(spoken, NOW)
    assert (silent.text, silent.silent) == ("Alerta 1", True)
    spoken.presses(ana, Speech("es").get("Language: {value}", value="").strip())
    spoken.presses(ana, "English")
    alert(spoken, 2, NOW)
    assert words(comes(spoken, NOW)) == ["Alert 2"]


def test_a_mute_holds_and_its_end_sets_free(spoken: Talk, ana: Person) -> None:
    """What was held comes in one message as soon as the silence is ended, not when it would have been over."""
    spoken.says(ana, "/mute 7d")
    alert(spoken, 1, NOW + HOUR)
    alert(spoken, 2, NOW + HOUR)
    assert comes(spoken, NOW + DAY) == []
    spoken.says(ana, "/mute off")
    [summary] = comes(spoken, NOW + DAY)
    assert "Alerta 1" in summary.text


def test_who_stops_gets_nothing_that_waited_either(spoken: Talk, ana: Person) -> None:
    """Not even after they come back; what is ready then comes as before."""
    spoken.says(ana, "/mute 7d")
    alert(spoken, 1, NOW)
    spoken.says(ana, "/stop")
    spoken.says(ana, "/subscribe")
    spoken.says(ana, "/mute off")
    assert comes(spoken, NOW + 8 * DAY) == []
    alert(spoken, 2, NOW + 8 * DAY)
    assert words(comes(spoken, NOW + 8 * DAY)) == ["Alerta 2"]


def test_who_is_erased_is_sent_nothing(spoken: Talk, ana: Person) -> None:
    """Nor remembered."""
    alert(spoken, 1, NOW)
    spoken.says(ana, "/privacy")
    spoken.presses(ana, Speech("es").get("Erase at once"))
    alert(spoken, 2, NOW)
    assert comes(spoken, NOW + DAY) == []

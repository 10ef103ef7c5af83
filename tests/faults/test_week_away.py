"""A service is away, slow, or lies, for an hour or a week of a fortnight.

The rest goes on, `status` and the log say what is the matter, and it mends without a hand.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alia_bot import health
from alia_bot.demo import hub_faults
from alia_bot.demo.telegram_faults import BAD_GATEWAY, GONE, PORTAL, SILENCE, Fault
from alia_bot.safety import safety_rows
from alia_watch.store import deliveries
from alia_watch.store.database import open_store
from alia_watch.store.deliveries import State
from tests.faults.fortnight import LAST, PATIENCE_S, Outcome, Weather, World, lived, watch_of

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: How long those who are slow are waited for, in seconds of real time.
SHORT_S = 0.15


@dataclass(frozen=True, slots=True)
class Spell:
    """What is wrong with one service for a while.

    Attributes:
        at: from when on of the spell's day: something is asked of the service within the hour.
        said: what `status` says of a week of it, among other things.
        arrives: whether all is taken that is sent, and only the answer lacks; then nobody can tell.
    """

    begin: Callable[[World], object]
    end: Callable[[World], object]
    at: timedelta
    said: str
    patience_s: float = PATIENCE_S
    arrives: bool = False


def _hub(fault: hub_faults.Fault, patience_s: float = PATIENCE_S) -> Spell:
    return Spell(
        lambda world: world.hub.always("/api/", fault),
        lambda world: world.hub.mend(),
        timedelta(hours=8),
        "last complete snapshot",
        patience_s,
    )


def _press(fault: Any, patience_s: float = PATIENCE_S) -> Spell:
    return Spell(
        lambda world: world.press.always("/", fault),
        lambda world: world.press.mend(),
        timedelta(hours=6, minutes=30),
        "moncloa: failing",
        patience_s,
    )


def _mail(answer: str, patience_s: float = PATIENCE_S, command: str = "MAIL", *, arrives: bool = False) -> Spell:
    return Spell(
        lambda world: world.relay.replies.update({command: answer}),
        lambda world: world.relay.replies.clear(),
        timedelta(hours=9),
        "unclear" if arrives else "has been waiting to be sent for",
        patience_s,
        arrives,
    )


def _telegram(fault: Fault, patience_s: float = PATIENCE_S) -> Spell:
    return Spell(
        lambda world: world.api.away(fault),
        lambda world: world.api.back(),
        timedelta(hours=9),
        "has been waiting to be sent for",
        patience_s,
    )


SPELLS = {
    "the Hub is away": _hub(hub_faults.Status(503)),
    "the Hub resets": _hub(hub_faults.Reset()),
    "the Hub is silent": _hub(hub_faults.Hang(), SHORT_S),
    "the Hub is slow": _hub(hub_faults.Slow(0.2), SHORT_S),
    "the Hub lies": _hub(hub_faults.Page()),
    "the Hub breaks off": _hub(hub_faults.Cut()),
    "the Hub counts nonsense": _hub(hub_faults.Altered(lambda repo: {**repo, "downloads": -5})),
    "the sources are away": _press(hub_faults.Status(503)),
    "the sources are silent": _press(hub_faults.Hang(), SHORT_S),
    "the sources lie": _press(hub_faults.Page()),
    "the sources break off": _press(hub_faults.Cut()),
    "the relay is away": _mail("421 4.3.0 away"),
    "the relay is silent": _mail("hang", SHORT_S),
    "the relay hangs up": _mail("cut"),
    "the relay talks nonsense": _mail("what?"),
    "the relay takes all and is silent": _mail("hang", SHORT_S, "DATA", arrives=True),
    "Telegram is away": _telegram(GONE),
    "Telegram is silent": _telegram(SILENCE, SHORT_S),
    "Telegram is broken": _telegram(BAD_GATEWAY),
    "Telegram lies": _telegram(PORTAL),
}


def weather(spell: Spell, begins: datetime, ends: datetime, said: list[str]) -> Callable[[World], Weather]:
    """Bad from one instant to another; what `status` says as it ends of the faults, of the sources and of the outbox
    is `said`."""

    def of(world: World) -> Weather:
        told = {"bad": False}

        def blow(now: datetime) -> None:
            bad = begins <= now < ends
            if bad == told["bad"]:
                return
            told["bad"] = bad
            if bad:
                spell.begin(world)
                return
            config = watch_of(world.folder, world.relay.port, world.api.url)
            with open_store(config.watch.database) as store:
                said.extend(health.brief(store, config, now=now))
                said.extend(f"{n} {state}" for state, n in deliveries.counts(store).items() if n)
                troubles = safety_rows(store, config, now=now)["sources_in_trouble"]
            said.extend(f"{each['source']}: {each['trouble']}" for each in troubles)
            spell.end(world)

        return blow

    return of


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The same in good weather."""
    return lived(tmp_path_factory.mktemp("quiet") / "watch", 14)


@pytest.mark.parametrize("hours", [1, 168])
@pytest.mark.parametrize("name", list(SPELLS))
def test_the_rest_goes_on_and_it_mends_by_itself(tmp_path: Path, quiet: Outcome, name: str, hours: int) -> None:
    """Only the days of a Hub that was away for whole days are lost; every report reaches everybody in the end, without
    a flood; the log stays short, and nothing is amiss afterwards."""
    spell, said = SPELLS[name], list[str]()
    # The hour is one in which a reading, an alert and the sources are due; the week ends after it.
    begins = LAST.replace(hour=0) - (4 * DAY if hours == 1 else 10 * DAY) + spell.at
    ends = begins + hours * HOUR
    found = lived(tmp_path / "bad", 14, weather=weather(spell, begins, ends, said), patience_s=spell.patience_s)

    of_hub = name.startswith("the Hub")
    assert len(found.lost) == (pytest.approx(7, abs=1) if of_hub and hours > 24 else 0)
    assert found.untrue == []
    assert "digest:2026-01" in found.reports
    if not of_hub:
        assert found.days == quiet.days
    assert found.faults == quiet.faults == []
    if hours > 24:
        assert any(spell.said in line for line in said), said
    reached(quiet, found, spell, same=not of_hub)
    lines = [json.loads(line) for line in (tmp_path / "bad" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    loud = [line for line in lines if line["level"] in ("warning", "error")]
    assert len(loud) <= 10 + 32 * hours / 24, "about one an hour, of a duty that is tried once an hour"
    assert not [line for line in loud if "exception" in line or len(str(line)) > 2000]
    if not name.startswith("the sources"):  # whose troubles stand in the line of their round
        assert loud


def reached(quiet: Outcome, found: Outcome, spell: Spell, *, same: bool) -> None:
    """Every report reached everybody once; where none can tell what arrived, once or twice."""
    if spell.arrives:
        assert set(found.open) <= {State.UNCLEAR}
        assert letters(found) == letters(quiet)
        assert set(found.letters.values()) <= {1, 2}
        assert found.posts == quiet.posts
        return
    assert found.open == {}
    assert set(found.letters.values()) == set(found.posts.values()) == {1}
    if same:
        assert letters(found) == letters(quiet)
        # More than three that waited come as one summary, which is another report.
        assert found.posts == quiet.posts or (found.posts - quiet.posts).total() == 1


def letters(outcome: Outcome) -> list[str]:
    """The reports that letters came of: without the number of the delivery, which a summary in the chat moves on."""
    return sorted(letter.split(".", 1)[0] for letter in outcome.letters)

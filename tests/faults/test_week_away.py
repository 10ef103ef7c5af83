"""A service is away, or lies, for an hour or a week of a fortnight: the rest goes on, and it mends without a hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alia_bot.demo import hub_faults
from alia_bot.demo.telegram_faults import BAD_GATEWAY
from tests.faults.fortnight import LAST, Outcome, Weather, World, lived

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(600)]
DAY = timedelta(days=1)
BEGINS = LAST - 10 * DAY
Breaking = tuple[Callable[[World], object], Callable[[World], object]]


def _hub(fault: hub_faults.Fault) -> Breaking:
    return lambda world: world.hub.always("/api/", fault), lambda world: world.hub.mend()


def _press(fault: Any) -> Breaking:
    return lambda world: world.press.always("/", fault), lambda world: world.press.mend()


def _mail(answer: str) -> Breaking:
    return lambda world: world.relay.replies.update(MAIL=answer), lambda world: world.relay.replies.clear()


FAULTS: dict[str, Breaking] = {
    "the Hub is away": _hub(hub_faults.Status(503)),
    "the Hub resets": _hub(hub_faults.Reset()),
    "the Hub lies": _hub(hub_faults.Page()),
    "the Hub breaks off": _hub(hub_faults.Cut()),
    "the Hub counts nonsense": _hub(hub_faults.Altered(lambda repo: {**repo, "downloads": -5})),
    "the sources are away": _press(hub_faults.Status(503)),
    "the sources lie": _press(hub_faults.Page()),
    "the sources break off": _press(hub_faults.Cut()),
    "the relay is away": _mail("421 4.3.0 away"),
    "the relay hangs up": _mail("cut"),
    "the relay talks nonsense": _mail("what?"),
    "Telegram lies": (lambda world: world.api.fail(*[BAD_GATEWAY] * 10_000), lambda world: world.api.mend()),
    "Telegram is away": (lambda world: world.api.away(), lambda world: world.api.back()),
}


def spell(breaking: Breaking, length: timedelta) -> Callable[[World], Weather]:
    """Bad weather for so long."""

    def of(world: World) -> Weather:
        told = {"bad": False}

        def weather(now: datetime) -> None:
            bad = BEGINS <= now < BEGINS + length
            if bad != told["bad"]:
                breaking[0 if bad else 1](world)
                told["bad"] = bad

        return weather

    return of


def told(outcome: Outcome) -> list[str]:
    """The reports that letters came of: without the number of the delivery, which a summary in the chat moves on."""
    return sorted(letter.split(".", 1)[0] for letter in outcome.letters)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The same in good weather."""
    return lived(tmp_path_factory.mktemp("quiet") / "watch", 14)


@pytest.mark.parametrize("hours", [1, 168])
@pytest.mark.parametrize("fault", list(FAULTS))
def test_the_rest_goes_on_and_it_mends_by_itself(tmp_path: Path, quiet: Outcome, fault: str, hours: int) -> None:
    """Only the days of a Hub that was away for whole days are lost; every report reaches everybody in the end, without
    a flood; nothing is amiss afterwards."""
    found = lived(tmp_path / "bad", 14, weather=spell(FAULTS[fault], timedelta(hours=hours)))
    of_hub = fault.startswith("the Hub")
    assert len(found.lost) == (pytest.approx(7, abs=1) if of_hub and hours > 24 else 0)
    assert found.faults == quiet.faults == []
    assert "digest:2026-01" in found.reports
    if not of_hub:
        assert found.days == quiet.days
        assert told(found) == told(quiet)
        assert found.messages <= quiet.messages + 1
    assert all(times == 1 for times in found.letters.values())

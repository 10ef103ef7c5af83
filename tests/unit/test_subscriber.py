"""Who may receive what: what was asked for, as large as it was asked for; and corrections of what one got."""

from typing import Any

import pytest

from alia_watch.audience.preferences import Preferences
from alia_watch.audience.subscriber import CHOICES, About, ChannelKind, Subscriber, Topic, may_receive
from alia_watch.reports.report import ReportKind, about
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store
from tests.outbox import NOW, message, stored_report

TELEGRAM = ChannelKind.TELEGRAM


def person(*topics: Topic, threshold: float | None = None, stopped: str | None = None) -> Subscriber:
    """Somebody who asked for topics."""
    chosen = Preferences(threshold=threshold)
    return Subscriber("telegram:7", TELEGRAM, "7", "es", frozenset(topics), stopped=stopped, preferences=chosen)


def spike(lift: float) -> dict[str, Any]:
    """A finding of a spike so many times the usual."""
    return {"kind": "spike", "facts": {"lift": lift}}


def told_of(*findings: dict[str, Any]) -> About:
    """What an alert of findings is about."""
    return about(ReportKind.ALERT, {"findings": list(findings)})


NEW: dict[str, Any] = {"kind": "new_repo", "facts": {}}
SUCCESSOR, MILESTONE = NEW | {"kind": "successor"}, NEW | {"kind": "milestone"}


@pytest.mark.parametrize("asked", list(Topic))
@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        (ReportKind.COST_UPDATE, Topic.COST_UPDATES),
        (ReportKind.DIGEST, Topic.DIGEST),
        (ReportKind.CORRECTION, Topic.CORRECTIONS),
        (ReportKind.MAINTENANCE, Topic.MAINTENANCE),
        (ReportKind.CANDIDATE, Topic.MAINTENANCE),
    ],
)
def test_a_report_goes_to_who_asked_for_its_kind_and_to_nobody_else(
    kind: ReportKind, topic: Topic, asked: Topic
) -> None:
    """One topic brings its own reports alone."""
    assert may_receive(person(asked), about(kind, {})) is (asked is topic)


def test_who_asked_for_nothing_gets_nothing_but_what_is_meant_for_everyone() -> None:
    """A summary and the maintainers' own words are for named receivers, whatever they asked for."""
    assert not may_receive(person(), told_of(spike(9)))
    assert may_receive(person(), about(ReportKind.SUMMARY, {}))
    assert may_receive(person(), about(ReportKind.BROADCAST, {}))


@pytest.mark.parametrize("kind", [kind for kind in ReportKind if kind is not ReportKind.ALERT])
def test_who_is_stopped_gets_nothing_at_all(kind: ReportKind) -> None:
    """Not even what is meant for everyone."""
    assert not may_receive(person(*Topic, stopped="asked for in the chat"), about(kind, {}))


@pytest.mark.parametrize(("lift", "comes"), [(2.9, False), (3.0, True), (40.0, True)])
def test_a_spike_comes_from_the_size_that_was_asked_for_on(lift: float, comes: bool) -> None:
    """Exactly that size is large enough."""
    assert may_receive(person(Topic.ALERTS, threshold=3), told_of(spike(lift))) is comes


def test_of_several_spikes_the_largest_decides() -> None:
    """An alert of a small and a large one is as large as the large one."""
    asked = person(Topic.ALERTS, threshold=3)
    assert may_receive(asked, told_of(spike(1.5), spike(3.5), spike(2)))
    assert not may_receive(asked, told_of(spike(1.5), spike(2.5)))


def test_a_size_holds_back_spikes_alone() -> None:
    """Beside a small spike, a milestone or a new repo is told; and a digest has no size."""
    asked = person(*CHOICES, threshold=100)
    assert may_receive(asked, told_of(spike(1.5), MILESTONE))
    assert may_receive(asked, told_of(spike(1.5), NEW))
    assert may_receive(asked, about(ReportKind.DIGEST, {}))
    assert not may_receive(asked, told_of(spike(1.5)))


def test_new_repos_alone_bring_new_repos_alone() -> None:
    """Who wants no other alert gets those that tell of a new repo, and what else stands in them."""
    asked = person(Topic.NEW_REPOS)
    assert [may_receive(asked, told_of(each)) for each in (NEW, SUCCESSOR, MILESTONE, spike(9))] == [
        True,
        True,
        False,
        False,
    ]
    assert may_receive(asked, told_of(spike(9), NEW))


def test_new_repos_add_nothing_to_alerts_and_take_nothing_away() -> None:
    """With both topics one gets what alerts bring: each new repo once, each spike as before."""
    for found in ([NEW], [spike(9)], [spike(1.1)], [MILESTONE], [spike(1.1), NEW]):
        alerts, both = (
            may_receive(person(*topics, threshold=2), told_of(*found))
            for topics in ((Topic.ALERTS,), (Topic.ALERTS, Topic.NEW_REPOS))
        )
        assert alerts is both


def test_a_correction_of_what_one_got_comes_whatever_one_asked_for(store: Store) -> None:
    """Who got a wrong figure is told, though they asked for alerts alone; who is stopped is left in peace."""
    got, stopped, other = (
        Subscriber(f"telegram:{n}", TELEGRAM, str(n), "es", frozenset({Topic.ALERTS})) for n in (1, 2, 3)
    )
    subscribers.sync(store, [got, stopped, other], now=NOW)
    subscribers.stop(store, stopped.id, "blocked", now=NOW)
    stored_report(store, "correction:1")
    told = about(ReportKind.CORRECTION, {})
    outbox.put(store, [message(TELEGRAM, key="correction:1")], told, now=NOW, besides=[got.id, stopped.id])
    assert [each.subscriber_id for each in outbox.deliveries(store)] == [got.id]

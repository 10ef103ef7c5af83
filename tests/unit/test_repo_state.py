"""What changed in a repo itself, decided from its last snapshots alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from alia_watch.findings.notice import FindingKind
from alia_watch.findings.repo_state import changed, discovered, settled, succeeds
from alia_watch.series.family import Family, Flagship
from alia_watch.series.snapshot import RepoSnapshot, State

AT = datetime(2026, 2, 10, 8, 15, tzinfo=UTC)
DAY = AT.date()
LOOKED = AT - timedelta(days=30)
FLAGSHIP = "BSC-LT/ALIA-40b-instruct-2512"
FAMILY = Family("alia", "ALIA", ("BSC-LT/ALIA-*",), (Flagship(FLAGSHIP, date(2025, 12, 17), "day", "x"),), ())


def _snap(state: State = State.PRESENT, repo_id: str = "BSC-LT/ALIA-40b", **changes: object) -> RepoSnapshot:
    answered = repo_id if state in (State.PRESENT, State.DISABLED) else None
    return replace(RepoSnapshot(repo_id, AT, state, answered_id=answered), **changes)  # type: ignore[arg-type]


def _history(*states: State) -> list[RepoSnapshot]:
    """Newest first, one a day."""
    return [_snap(state, observed_at=AT - timedelta(days=n)) for n, state in enumerate(states)]


def _keys(*states: State) -> list[str]:
    return [finding.key for finding in changed(_history(*states))]


GONE, PRESENT, DISABLED = State.GONE, State.PRESENT, State.DISABLED


@pytest.mark.parametrize(
    ("states", "keys"),
    [
        ((PRESENT, PRESENT), []),
        ((GONE, PRESENT), []),  # one answer may be a slip
        ((GONE, GONE, PRESENT), ["gone:BSC-LT/ALIA-40b:2026-02-09"]),
        ((GONE, GONE, GONE, PRESENT), []),  # said already
        ((GONE, GONE), []),  # never seen: nothing was lost
        ((PRESENT, GONE, PRESENT), []),
        ((PRESENT, GONE, GONE, PRESENT), ["back:BSC-LT/ALIA-40b:2026-02-10"]),
        ((PRESENT, GONE, GONE), []),
        ((DISABLED, PRESENT), ["disabled:BSC-LT/ALIA-40b:2026-02-10"]),
        ((DISABLED, GONE, PRESENT), ["disabled:BSC-LT/ALIA-40b:2026-02-10"]),
        ((DISABLED, DISABLED, PRESENT), []),
        ((PRESENT, DISABLED, PRESENT), ["back:BSC-LT/ALIA-40b:2026-02-10"]),
        ((PRESENT, GONE, DISABLED), ["back:BSC-LT/ALIA-40b:2026-02-10"]),
        ((GONE, GONE, DISABLED), ["gone:BSC-LT/ALIA-40b:2026-02-09"]),
        ((GONE,), []),
        ((PRESENT,), []),
        ((), []),
    ],
)
def test_states_make_findings_when_they_last(states: tuple[State, ...], keys: list[str]) -> None:
    """Newest first: gone after two in a row, disabled and back at once, each said once."""
    assert _keys(*states) == keys


def test_a_rename_is_found_once_and_again_when_it_moves_on() -> None:
    """The finding names the new id; the same answer later is no news."""
    old = [_snap(State.RENAMED, answered_id="BSC-LT/B"), _snap(), _snap()]
    (finding,) = changed(old)
    assert (finding.key, finding.kind) == ("renamed:BSC-LT/ALIA-40b:BSC-LT/B", FindingKind.REPO_STATE)
    assert (finding.facts["state"], finding.facts["to"]) == ("renamed", "BSC-LT/B")
    assert changed([old[0], *old]) == []
    assert len(changed([_snap(State.RENAMED, answered_id="BSC-LT/C"), *old])) == 1


def test_a_gate_that_opens_or_closes_is_found_whatever_lies_between() -> None:
    """The gate is compared with the last one known; where the Hub does not tell, nothing is concluded."""
    (finding,) = changed([_snap(gated="no"), _snap(gated=None), _snap(gated="auto")])
    assert (finding.key, finding.kind) == (f"gate:BSC-LT/ALIA-40b:{DAY}", FindingKind.GATE)
    assert finding.facts == {"from": "auto", "to": "no"}
    assert changed([_snap(gated=None), _snap(gated="auto")]) == []
    assert changed([_snap(gated="no"), _snap(gated=None)]) == []


def test_the_first_look_discovers_nothing() -> None:
    """All that stands on the Hub on the first day is no news."""
    assert discovered(FAMILY, [_snap()], frozenset(), None) == []


def test_a_new_repo_of_the_family_is_found_on_its_first_day() -> None:
    """Unseen, present and of the family: found, with what it says of itself."""
    repo = _snap(downloads_30d=0, downloads_all_time=0, gated="no", created_at=AT)
    other = _snap(repo_id="BSC-LT/salamandra-9b")
    (finding,) = discovered(FAMILY, [repo, other], frozenset({"BSC-LT/x"}), (LOOKED, True))
    assert (finding.key, finding.kind, finding.day) == (f"new_repo:{repo.repo_id}", FindingKind.NEW_REPO, DAY)
    assert (finding.facts["downloads_30d"], finding.facts["created_at"]) == (0, "2026-02-10T08:15:00Z")
    assert discovered(FAMILY, [repo], frozenset({repo.repo_id}), (LOOKED, True)) == []


def test_a_repo_that_was_renamed_is_not_new() -> None:
    """The id under which a renamed repo answers is known by its old name."""
    repos = [_snap(repo_id="BSC-LT/ALIA-41b"), _snap(State.RENAMED, answered_id="BSC-LT/ALIA-41b")]
    assert discovered(FAMILY, repos, frozenset(), (LOOKED, True)) == []


def test_while_nothing_was_read_whole_only_a_repo_created_since_is_new() -> None:
    """A repo missed by a broken first listing is no discovery when it turns up."""
    old, unknown = _snap(created_at=LOOKED - timedelta(days=1)), _snap(repo_id="BSC-LT/ALIA-2b")
    new = _snap(repo_id="BSC-LT/ALIA-9b", created_at=LOOKED + timedelta(days=1))
    found = discovered(FAMILY, [old, unknown, new], frozenset(), (LOOKED, False))
    assert [finding.repo_id for finding in found] == ["BSC-LT/ALIA-9b"]


def test_a_possible_successor_of_the_flagship_is_said_to_be_one() -> None:
    """A later version of the flagship's own name is a second finding; the flagship stays what it is."""
    found = discovered(FAMILY, [_snap(repo_id="BSC-LT/ALIA-40b-instruct-2601")], frozenset(), (LOOKED, True))
    assert [finding.key for finding in found] == [
        "new_repo:BSC-LT/ALIA-40b-instruct-2601",
        "successor:BSC-LT/ALIA-40b-instruct-2601",
    ]
    assert found[1].facts["flagship"] == FLAGSHIP


@pytest.mark.parametrize(
    ("repo_id", "later"),
    [
        ("BSC-LT/ALIA-40b-instruct-2601", True),
        ("BSC-LT/ALIA-40b-instruct-2512", False),
        ("BSC-LT/ALIA-40b-instruct-2511", False),
        ("BSC-LT/ALIA-40b-instruct-2601-GGUF", False),
        ("BSC-LT/ALIA-40b-fc-2605", False),
        ("BSC-LT/ALIA-40b", False),
    ],
)
def test_only_a_later_version_of_the_same_name_succeeds(repo_id: str, later: bool) -> None:
    """Other lines, other units and older versions do not."""
    assert succeeds(repo_id, FLAGSHIP) is later


def test_a_flagship_without_a_version_has_no_successor_by_name() -> None:
    """Nothing is guessed from names that carry no version."""
    assert not succeeds("BSC-LT/ALIA-40b-2601", "BSC-LT/ALIA-40b")


def test_a_repo_known_to_be_gone_or_moved_is_settled() -> None:
    """Two answers that it is gone, or one under another id, and it need not be asked for again."""
    assert settled(_history(GONE, GONE, PRESENT))
    assert settled([_snap(State.RENAMED, answered_id="o/b"), _snap()])
    assert not settled(_history(GONE, PRESENT))
    assert not settled(_history(PRESENT, GONE, GONE))
    assert not settled(())

"""Whatever the Hub sends: never an error, never a 0 that was not there, never a snapshot that cannot be kept."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from alia_watch.series.snapshot import HubReading, RawAnswer, State
from alia_watch.sources.hub_answer import EXPAND, Nonsense, read_page, read_repo
from alia_watch.store.database import open_store
from alia_watch.store.snapshots import save_hub_reading, snapshot_repos

AT = datetime(2026, 1, 23, 8, 15, tzinfo=UTC)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**70)
    | st.floats()
    | st.text(st.characters(codec=None, categories=None), max_size=8)  # half surrogates too
    | st.sampled_from(["auto", "manual", "2026-01-23T08:15:00.000Z", "0001-01-01T00:00:00+14:00", "-0", "1e400"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "relation", "models", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
repos = st.fixed_dictionaries({"id": st.just("o/a")}, optional=dict.fromkeys(EXPAND, values))
documents = values | repos | st.lists(repos | values, max_size=4)


def _answer(document: Any) -> RawAnswer:
    body = json.dumps(document).encode()
    return RawAnswer(sha256(body).hexdigest(), "http://hub/api/models/o/a", AT, body)


@given(documents)
def test_hostile_json_gives_a_snapshot_or_an_unreadable_one(document: Any) -> None:
    """Any JSON document read as one repo gives a snapshot of the repo asked for; nothing is raised."""
    snapshot = read_repo(_answer(document), "o/a")
    assert (snapshot.repo_id, snapshot.observed_at) == ("o/a", AT)
    if snapshot.state is State.UNREADABLE:
        assert snapshot.detail
        assert (snapshot.downloads_30d, snapshot.downloads_all_time) == (None, None)


@given(documents)
def test_hostile_pages_are_read_or_refused(document: Any) -> None:
    """A page is a list, whatever its items; anything else is refused by its own error."""
    try:
        page = read_page(_answer(document))
    except Nonsense:
        assert not isinstance(document, list)
    else:
        assert len(page.repos) + page.nameless == len(document)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_unreadable(body: bytes) -> None:
    """Any bytes at all give a snapshot."""
    answer = RawAnswer(sha256(body).hexdigest(), "http://hub", AT, body)
    assert read_repo(answer, "o/a").repo_id == "o/a"


@given(repos)
def test_a_count_is_what_the_answer_says_or_none(repo: dict[str, Any]) -> None:
    """A counter is the number sent, or None where none was sent: absence never becomes 0."""
    snapshot = read_repo(_answer(repo), "o/a")
    for name, value in (
        ("downloads", snapshot.downloads_30d),
        ("downloadsAllTime", snapshot.downloads_all_time),
        ("likes", snapshot.likes),
        ("childrenModelCount", snapshot.children),
    ):
        sent = repo.get(name)
        assert value is None or (value == sent and type(sent) is int and 0 <= value < 2**63)
        if sent is None:
            assert value is None


@settings(max_examples=40)
@given(st.lists(repos, min_size=1, max_size=5))
def test_whatever_is_read_can_be_kept_and_comes_back_the_same(tmp_path_factory: Any, items: list[Any]) -> None:
    """Every snapshot made from hostile JSON goes into the database and comes out equal."""
    folder: Path = tmp_path_factory.mktemp("kept")
    named = [item | {"id": f"o/m-{n}"} for n, item in enumerate(items)]
    answer = _answer(named)
    read = read_page(answer).repos
    with open_store(folder / "w.db", create=True) as store:
        snapshot_id = save_hub_reading(store, HubReading(AT, AT, 1, True, read, (answer,)))
        assert snapshot_repos(store, snapshot_id) == read

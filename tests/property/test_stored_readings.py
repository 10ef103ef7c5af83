"""Readings come out of the database in the order of their moments, whatever mixture went in."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_watch.clock import moment_text
from alia_watch.series.reconstruct import moment
from alia_watch.series.snapshot import Evidence, Reading
from alia_watch.store import imports
from alia_watch.store.database import Store, open_store
from alia_watch.store.readings import is_later, readings

START = datetime(2026, 1, 10, tzinfo=UTC)
NUMBERS = itertools.count()
#: Around midnight, with and without a fraction, where texts and instants are most easily put in another order.
INSTANTS = st.builds(
    lambda days, seconds, micro: START + timedelta(days=days, seconds=seconds, microseconds=micro),
    st.integers(0, 3),
    st.sampled_from([0, 1, 43_200, 86_399]),
    st.sampled_from([0, 1, 500_000, 999_999]),
)
DATES = st.builds(lambda days: START.date() + timedelta(days=days), st.integers(0, 3))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(Path(tmp_path_factory.mktemp("readings")) / "watch.db", create=True) as opened:
        yield opened


@given(imported=st.lists(st.one_of(INSTANTS, DATES), max_size=12), own=st.lists(INSTANTS, max_size=6), until=INSTANTS)
def test_readings_come_in_the_order_of_their_moments(
    store: Store, imported: list[datetime | date], own: list[datetime], until: datetime
) -> None:
    """Oldest first, equal moments in the order of storing, our own first; exactly those not later than `until`."""
    repo = f"org/{next(NUMBERS)}"
    with store.writing() as db:
        number = imports.start_import(db, repo, repo, Evidence.FILE, now=START)
        rows = [(line, Reading(repo, each, 5, None, Evidence.FILE)) for line, each in enumerate(imported)]
        imports.add_rows(db, number, rows)
        db.execute("INSERT OR IGNORE INTO repos (repo_id) VALUES (?)", [repo])
        db.execute("INSERT OR IGNORE INTO repo_descriptions (digest) VALUES ('none')")
        for each in own:
            cursor = db.execute(
                "INSERT INTO snapshots (started_at, finished_at, requests, complete) VALUES (?, ?, 1, 1)",
                [moment_text(START)] * 2,
            )
            db.execute(
                "INSERT INTO repo_snapshots (snapshot_id, repo, observed_at, state, downloads_30d, description)"
                " VALUES (?, (SELECT id FROM repos WHERE repo_id = ?), ?, 'ok', 7, 1)",
                [cursor.lastrowid, repo, moment_text(each)],
            )
    found = readings(store, repo, until=until)
    assert found == sorted(found, key=moment)
    kept = [
        *((moment_text(each), Evidence.OWN) for each in own if each <= until),
        *((moment_text(each), Evidence.FILE) for each in imported if not is_later(each, until)),
    ]
    assert sorted(kept) == sorted((moment_text(each.observed_at), each.evidence) for each in found)

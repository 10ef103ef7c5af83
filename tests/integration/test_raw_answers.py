"""Raw answers come back as their very bytes, by themselves or out of a pack, and what is damaged is said to be."""

import itertools
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alia_bot.duties import Workshop
from alia_bot.timetable import Due, Duty
from alia_watch.errors import DatabaseDamaged
from alia_watch.pipeline.retain import month_start, retain
from alia_watch.series.snapshot import HubReading, RawAnswer, RepoSnapshot, State
from alia_watch.store.answers import Packed, pack_answers, raw_answer, save_answers
from alia_watch.store.database import Store, open_store
from alia_watch.store.snapshots import repo_snapshots, save_hub_reading
from tests.made import made_config

START = datetime(2026, 1, 10, 2, 15, tzinfo=UTC)
LATER = START + timedelta(days=400)
LISTING = "https://hub/api/models?author=o&expand=downloads"
HOUR = timedelta(hours=6)
NUMBERS = itertools.count()


def answer(body: bytes, url: str = LISTING, at: datetime = START) -> RawAnswer:
    return RawAnswer(sha256(body).hexdigest(), url, at, body)


def alike(count: int, size: int = 4000) -> list[RawAnswer]:
    """Answers of one listing that differ in a number, as from one reading to the next; else they are noise."""
    same = os.urandom(size)
    return [answer(same + f"{number:09}".encode(), at=START + number * HOUR) for number in range(count)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "watch.db", create=True) as opened:
        yield opened


def pack_all(store: Store, **options: int) -> Packed:
    return pack_answers(store, before=LATER, **{"at_most": 1000, **options})


def unpacked(store: Store) -> int:
    return int(store.rows("SELECT count(*) AS n FROM answer_bodies")[0]["n"])


BODIES = st.lists(st.tuples(st.binary(max_size=60), st.integers(0, 2)), max_size=12)


@settings(max_examples=40)
@given(bodies=BODIES, largest=st.integers(1, 200), at_most=st.integers(0, 5))
def test_every_answer_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[tuple[bytes, int]], largest: int, at_most: int
) -> None:
    """Whatever was packed, in however many runs, with whatever came in between, every answer is as it was received."""
    with open_store(tmp_path_factory.mktemp("answers") / f"{next(NUMBERS)}.db", create=True) as store:
        kept: dict[str, RawAnswer] = {}
        for number, (body, page) in enumerate(bodies):
            made = answer(body, f"{LISTING}&cursor={page}", START + number * HOUR)
            kept.setdefault(made.sha256, made)
            save_answers(store, [made])
            pack_all(store, largest=largest, at_most=at_most)
            assert [raw_answer(store, each) for each in kept] == list(kept.values())
        assert store.rows("SELECT count(*) AS n FROM answers")[0]["n"] == len(kept)
        pack_all(store, largest=largest)
        assert unpacked(store) == 0
        assert [raw_answer(store, each) for each in kept] == list(kept.values())


def test_answers_that_are_alike_take_little_room(store: Store) -> None:
    """A hundred answers that cannot be packed by themselves take hardly more than one of them."""
    save_answers(store, alike(100))
    packed = pack_all(store)
    assert packed.answers == 100
    assert packed.after < packed.before / 20
    assert store.rows("SELECT count(*) AS n FROM answer_packs")[0]["n"] == 1


def test_a_pack_is_bounded_and_so_is_a_run(store: Store) -> None:
    """No pack unpacks to more than is said, but for an answer that is larger; what is left comes next time."""
    made = [*alike(10, 1000), *alike(2, 5000)]
    save_answers(store, made)
    assert pack_all(store, largest=2500, at_most=2).answers == 4
    assert unpacked(store) == 8
    assert pack_all(store, largest=2500).answers == 8
    sizes = store.rows("SELECT sum(size) AS bytes FROM answers GROUP BY pack ORDER BY pack")
    assert [row["bytes"] for row in sizes] == [*[2 * 1009] * 5, 5009, 5009]
    assert [raw_answer(store, each.sha256) for each in made] == made


def test_an_answer_that_comes_again_is_kept_once(store: Store) -> None:
    """Packed or not: the Hub says the same for hours, and a snapshot refers to what is kept."""
    first, *_ = made = alike(3)
    save_answers(store, made)
    pack_all(store)
    again = HubReading(LATER, LATER, 1, True, (RepoSnapshot("o/a", LATER, State.PRESENT, answer_sha256=first.sha256),),
                       (first,))  # fmt: skip
    save_hub_reading(store, again)
    assert unpacked(store) == 0
    assert repo_snapshots(store, "o/a", until=LATER)[0].answer_sha256 == first.sha256


def test_a_damaged_answer_is_noticed_and_stays_as_it_is(store: Store) -> None:
    """Bytes that are not those received are said to be damaged, and never packed; one never kept is a KeyError."""
    made = alike(3)
    save_answers(store, made)
    with store.writing() as db:
        db.execute("UPDATE answer_bodies SET body = ? WHERE answer = 1", [b"broken"])
    assert pack_all(store).answers == 2
    with pytest.raises(DatabaseDamaged, match=f"{made[0].sha256} is damaged"):
        raw_answer(store, made[0].sha256)
    assert unpacked(store) == 1
    assert raw_answer(store, made[2].sha256) == made[2]
    with pytest.raises(KeyError):
        raw_answer(store, "b" * 64)


@pytest.mark.parametrize("at", [10, -40])
def test_a_damaged_pack_is_noticed(store: Store, at: int) -> None:
    """One byte that changed in a pack is found out by whoever asks for an answer in it."""
    made = alike(3)
    save_answers(store, made)
    pack_all(store)
    body = bytearray(store.rows("SELECT body FROM answer_packs")[0]["body"])
    body[at] ^= 1
    with store.writing() as db:
        db.execute("UPDATE answer_packs SET body = ?", [bytes(body)])
    with pytest.raises(DatabaseDamaged, match="damaged"):
        raw_answer(store, made[1].sha256)


def test_a_pack_that_cannot_be_written_changes_nothing(store: Store) -> None:
    """A write step that fails half-way leaves every answer where it was."""
    made = alike(5)
    save_answers(store, made)
    with store.writing() as db:
        db.execute(
            "CREATE TRIGGER t BEFORE DELETE ON answer_bodies WHEN old.answer = 4 BEGIN SELECT raise(ABORT, 'x'); END"
        )
    with pytest.raises(sqlite3.IntegrityError):
        pack_all(store)
    assert (unpacked(store), store.rows("SELECT count(*) AS n FROM answer_packs")[0]["n"]) == (5, 0)
    assert [raw_answer(store, each.sha256) for each in made] == made


def test_months_that_ended_long_enough_ago_are_packed(tmp_path: Path, store: Store) -> None:
    """Whole months alone, counted from their end: with 59 days January is packed on 1 April, not on 31 March."""
    config = made_config(tmp_path, retention={"pack_answers_after_days": 59})
    made = alike(160)  # from 10 January to 18 February
    save_answers(store, made)
    assert retain(store, config, now=datetime(2026, 3, 31, 23, tzinfo=UTC)) == Packed()
    packed = retain(store, config, now=datetime(2026, 4, 1, tzinfo=UTC))
    assert packed.answers == sum(each.received_at < datetime(2026, 2, 1, tzinfo=UTC) for each in made)
    assert month_start(datetime(2026, 2, 28, 23, 59, tzinfo=UTC)) == datetime(2026, 2, 1, tzinfo=UTC)


def test_the_days_backup_packs_what_is_old(tmp_path: Path) -> None:
    """After the backup, which still has each by itself; the run says how many."""
    config = made_config(tmp_path)
    with open_store(config.watch.database, create=True) as store:
        save_answers(store, alike(4))
        due = Due(Duty.BACKUP, "backup:2027-01-10", LATER, LATER, 1)
        assert Workshop(config).backup(store, due, LATER).detail["packed"] == 4
        assert "packed" not in Workshop(config).backup(store, due, LATER + timedelta(days=1)).detail

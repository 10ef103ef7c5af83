"""A snapshot from the Hub to the database: what is kept, what is found, and what is read again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from alia_bot.demo.hub_faults import Altered, Status
from alia_watch.clock import day_end, utc_day
from alia_watch.config.sections import Config
from alia_watch.pipeline.collect import Collected, collect, failed_today, open_hub, watch_list
from alia_watch.sources.hub_answer import read_repo
from alia_watch.store.answers import raw_answer
from alia_watch.store.database import Store, open_store
from alia_watch.store.findings import findings
from alia_watch.store.snapshots import (
    created_on,
    last_snapshot,
    latest_snapshots,
    repo_snapshots,
    snapshot_repos,
)
from tests.integration.hub_bench import START, Bench, bench
from tests.made import FLAGSHIP, made_config

BASE = "BSC-LT/ALIA-40b"
CONTROLS = tuple(f"control/model-{n:02d}" for n in range(10))
OTHERS = ("swiss-ai/Apertus-8B-Instruct-2509", "swiss-ai/Apertus-70B-Instruct-2509")
SALAMANDRA = ("BSC-LT/salamandra-7b-instruct", "BSC-LT/salamandra-2b-instruct")
EVERY = (FLAGSHIP, BASE, *SALAMANDRA, *CONTROLS, *OTHERS)
TOMORROW = timedelta(days=1)


@dataclass
class Watch:
    """A bench with a database and a configuration."""

    bench: Bench
    store: Store
    config: Config

    def collect(self, **options: bool) -> Collected:
        """One snapshot at the bench's present instant."""
        return collect(self.store, self.config, self.bench.hub, now=self.bench.clock(), **options)

    def next_day(self) -> None:
        """The same hour tomorrow."""
        self.bench.clock.set(self.bench.clock() + TOMORROW)


@contextmanager
def watch(folder: Path, *repo_ids: str, page_size: int = 1000) -> Iterator[Watch]:
    """A watch whose Hub has these repos."""
    config = made_config(folder)
    with (
        bench(*(repo_ids or EVERY), page_size=page_size) as b,
        open_store(config.watch.database, create=True) as store,
    ):
        yield Watch(b, store, config)


def test_a_snapshot_is_kept_with_the_answers_it_was_read_from(tmp_path: Path) -> None:
    """Every repo comes back as it was read, and from its raw answer again; a listing's bytes are kept once."""
    with watch(tmp_path) as w:
        got = w.collect()
        assert (got.read, got.failed, got.findings) == (len(EVERY), (), ())
        assert got.requests == 1 + len(CONTROLS) + len(OTHERS)
        repos = snapshot_repos(w.store, got.snapshot_id)
        assert [repo.repo_id for repo in repos] == sorted(EVERY)
        for repo in repos:
            assert repo.answer_sha256 is not None
            answer = raw_answer(w.store, repo.answer_sha256)
            assert read_repo(answer, repo.repo_id, observed_at=repo.observed_at) == repo
        assert w.store.rows("SELECT count(*) AS n FROM answers")[0]["n"] == got.requests
        assert last_snapshot(w.store, until=w.bench.clock()) == (START, True)
        assert w.bench.stand_in.violations == []


def test_an_unchanged_answer_is_kept_once_however_often_it_is_read(tmp_path: Path) -> None:
    """The next reading with the same bytes adds its snapshots and no second copy of the answer."""
    with watch(tmp_path) as w:
        w.collect()
        before = w.store.rows("SELECT count(*) AS n FROM answers")[0]["n"]
        w.next_day()
        w.collect()
        assert w.store.rows("SELECT count(*) AS n FROM answers")[0]["n"] == before
        assert len(repo_snapshots(w.store, BASE, until=w.bench.clock())) == 2


def test_the_past_is_read_as_it_was(tmp_path: Path) -> None:
    """Snapshots after the instant asked for are not seen; a bare day's end includes its last second."""
    with watch(tmp_path) as w:
        w.bench.clock.set(datetime(2026, 1, 23, 23, 59, 59, tzinfo=UTC))
        w.collect()
        w.next_day()
        w.bench.world.add(BASE, downloads=77)
        w.collect()
        end = day_end(utc_day(START))
        assert latest_snapshots(w.store, until=end)[BASE].downloads_30d == 30
        assert latest_snapshots(w.store, until=w.bench.clock())[BASE].downloads_30d == 77
        assert len(repo_snapshots(w.store, BASE, until=end)) == 1
        assert last_snapshot(w.store, until=START) is None


def test_a_new_repo_of_the_family_is_a_finding_on_its_first_day(tmp_path: Path) -> None:
    """The first look finds nothing; a repo that appears later does, once, and from then on it is watched."""
    new = "BSC-LT/ALIA-40b-instruct-2601"
    with watch(tmp_path) as w:
        w.collect()
        w.next_day()
        w.bench.world.add(new, downloads=0, downloadsAllTime=0)
        w.bench.world.add("BSC-LT/salamandra-3b")
        got = w.collect()
        assert [finding.key for finding in got.findings] == [f"new_repo:{new}", f"successor:{new}"]
        assert [f.key for f in findings(w.store, until=w.bench.clock())] == [f"new_repo:{new}", f"successor:{new}"]
        w.next_day()
        assert w.collect().findings == ()
        assert new in watch_list(w.store, w.config, now=w.bench.clock()).repo_ids


def test_a_broken_first_listing_does_not_make_old_repos_new(tmp_path: Path) -> None:
    """What the second page would have shown on the first day is no discovery on the second."""
    with watch(tmp_path, *EVERY, "BSC-LT/ALIA-2b", page_size=2) as w:
        w.bench.stand_in.always("cursor=", Status(503))
        assert not w.collect().findings
        w.bench.stand_in.mend()
        w.next_day()
        got = w.collect()
        assert (got.failed, got.findings) == ((), ())


def test_a_repo_is_gone_after_two_snapshots_and_back_when_it_answers(tmp_path: Path) -> None:
    """One absence is no finding; two are, dated by the first; a repo that is settled is asked for no more."""
    extra = "BSC-LT/ALIA-2b"
    with watch(tmp_path, *EVERY, extra) as w:
        w.collect()
        answer = w.bench.world.models.pop(extra)
        for expected in ([], [f"gone:{extra}:2026-01-24"], []):
            w.next_day()
            got = w.collect()
            assert [finding.key for finding in got.findings] == expected
            assert got.failed == ()
        asked = [r for r in w.bench.stand_in.requests if r.path.endswith(extra)]
        assert len(asked) == 2
        w.next_day()
        w.bench.world.models[extra] = answer
        assert [finding.key for finding in w.collect().findings] == [f"back:{extra}:2026-01-27"]


def test_a_day_that_could_not_be_read_is_not_a_repo_gone(tmp_path: Path) -> None:
    """The Hub away between two snapshots neither loses a repo nor brings it back."""
    with watch(tmp_path) as w:
        w.collect()
        w.next_day()
        w.bench.world.closed = True
        away = w.collect()
        assert (away.read, away.findings) == (0, ())
        assert set(away.failed) == {*w.config.watched(), "BSC-LT/*", BASE}
        assert "not read" in away.note
        assert "HTTP 503" in away.note
        assert last_snapshot(w.store, until=w.bench.clock()) == (START + TOMORROW, False)
        w.next_day()
        w.bench.world.closed = False
        assert w.collect().findings == ()


def test_a_rename_a_gate_and_a_closure_are_found(tmp_path: Path) -> None:
    """Each change of a watched repo is one finding; a rename is no new repo."""
    with watch(tmp_path, *EVERY, "BSC-LT/ALIA-2b") as w:
        w.collect()
        w.next_day()
        models = w.bench.world.models
        models["BSC-LT/ALIA-2b-base"] = models.pop("BSC-LT/ALIA-2b")
        w.bench.world.renamed = {"BSC-LT/ALIA-2b": "BSC-LT/ALIA-2b-base"}
        w.bench.world.add(BASE, gated="auto")
        w.bench.world.add(CONTROLS[0], disabled=True)
        assert sorted(finding.key for finding in w.collect().findings) == [
            f"disabled:{CONTROLS[0]}:2026-01-24",
            f"gate:{BASE}:2026-01-24",
            "renamed:BSC-LT/ALIA-2b:BSC-LT/ALIA-2b-base",
        ]
        w.next_day()
        assert w.collect().findings == ()


def test_what_failed_is_read_again_the_same_day_and_nothing_else(tmp_path: Path) -> None:
    """The second reading asks for what the first could not read; the next whole one for everything."""
    with watch(tmp_path) as w:
        w.bench.stand_in.always(CONTROLS[3], Status(502))
        first = w.collect()
        assert first.failed == (CONTROLS[3],)
        w.bench.stand_in.mend()
        again = failed_today(w.store, w.config, now=w.bench.clock())
        assert again is not None
        assert (dict(again.organisations), again.repo_ids) == ({}, (CONTROLS[3],))
        before = len(w.bench.stand_in.requests)
        second = w.collect(only_failed=True)
        assert (second.read, second.requests, second.failed) == (1, 1, ())
        assert len(w.bench.stand_in.requests) == before + 1
        assert failed_today(w.store, w.config, now=w.bench.clock()) is None
        assert w.collect(only_failed=True).read == len(EVERY)


def test_a_listing_that_failed_is_listed_again(tmp_path: Path) -> None:
    """Of an organisation that could not be listed the listing is repeated, and no control repo with it."""
    with watch(tmp_path) as w:
        w.bench.stand_in.always("author=BSC-LT", Status(503))
        assert "BSC-LT/*" in w.collect().failed
        w.bench.stand_in.mend()
        second = w.collect(only_failed=True)
        assert (second.requests, second.failed) == (1, ())
        assert {r.path for r in w.bench.stand_in.requests[-1:]} == {"/api/models"}


def test_a_later_page_that_failed_is_read_again_though_no_repo_on_it_is_known(tmp_path: Path) -> None:
    """Where all that is missing is unknown, every listing is repeated."""
    with watch(tmp_path, *EVERY, "BSC-LT/zzz-1", "BSC-LT/zzz-2", page_size=5) as w:
        w.bench.stand_in.always("cursor=", Status(503))
        assert w.collect().failed == ("BSC-LT/*",)
        w.bench.stand_in.mend()
        assert w.collect(only_failed=True).requests == 2


def test_a_failure_of_yesterday_is_not_read_again_by_itself(tmp_path: Path) -> None:
    """What failed on another UTC day is part of the whole next snapshot."""
    with watch(tmp_path) as w:
        w.bench.stand_in.always(CONTROLS[3], Status(502))
        w.collect()
        w.next_day()
        assert failed_today(w.store, w.config, now=w.bench.clock()) is None


def test_nonsense_from_the_hub_is_kept_as_evidence_and_counts_as_failed(tmp_path: Path) -> None:
    """A counter below zero makes its repo unreadable; the answer is there to be looked at."""
    with watch(tmp_path) as w:
        w.bench.stand_in.always(CONTROLS[0], Altered(lambda repo: repo | {"downloads": -1}))
        assert w.collect().failed == (CONTROLS[0],)
        (kept,) = repo_snapshots(w.store, CONTROLS[0], until=w.bench.clock())
        assert kept.answer_sha256 is not None
        assert b'"downloads": -1' in raw_answer(w.store, kept.answer_sha256).body


def test_births_are_known_but_for_the_floor_date(tmp_path: Path) -> None:
    """A creation date is a UTC day; the date that stands for "before we kept dates" is none."""
    with watch(tmp_path) as w:
        w.bench.world.add(BASE, createdAt="2024-12-09T23:30:00.000Z")
        w.bench.world.add(FLAGSHIP, createdAt="2022-03-02T23:29:04.000Z")
        w.bench.world.add(CONTROLS[0], createdAt=None)
        w.collect()
        born = created_on(w.store)
    assert born[BASE] == date(2024, 12, 9)
    assert FLAGSHIP not in born
    assert CONTROLS[0] not in born


def test_no_transaction_is_open_while_the_hub_is_read(tmp_path: Path) -> None:
    """Another connection can write during a reading."""
    with watch(tmp_path) as w:

        def write_elsewhere(repo: dict[str, object]) -> object:
            with open_store(w.config.watch.database) as other, other.writing() as db:
                db.execute("UPDATE snapshots SET requests = requests")
            return repo

        w.bench.stand_in.always("author=BSC-LT", Altered(write_elsewhere))
        assert w.collect().failed == ()


def test_the_hub_is_opened_as_configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint, the token's place and the contact come from the configuration; the token is not shown."""
    monkeypatch.setenv("WATCH_TOKEN", "hf_secret")
    config = made_config(tmp_path, hub={"endpoint": "https://hub.example", "token": {"env": "WATCH_TOKEN"}})
    with open_hub(config) as hub:
        assert hub.endpoint == "https://hub.example"
        assert repr(hub) == "Hub('https://hub.example', with a token)"
    with open_hub(made_config(tmp_path)) as anonymous:
        assert repr(anonymous) == "Hub('https://huggingface.co', anonymous)"

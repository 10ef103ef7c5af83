"""Backups that are copied to a private dataset repo on the Hub, by the Hub's own client over loopback."""

import dataclasses
import gzip
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alia_bot.demo.hub import HubStandIn
from alia_bot.demo.hub_datasets import Dataset, Datasets
from alia_bot.demo.hub_faults import Cut, Elsewhere, Fault, Hang, Page, Reset, Status
from alia_bot.demo.hub_world import StillWorld
from alia_bot.demo.simulated_clock import SimulatedClock
from alia_bot.duties import Workshop
from alia_bot.timetable import Due, Duty
from alia_watch.config.sections import Config
from alia_watch.errors import ConfigError, SourceError
from alia_watch.pipeline.back_up import back_up, open_dataset
from alia_watch.sources.hub_dataset import HubDataset
from alia_watch.store.backup import backups
from alia_watch.store.database import open_store
from alia_watch.store.runs import RunOutcome
from tests.benches import closed_port
from tests.command import alia_watch
from tests.made import made_config, made_file

NOW = datetime(2026, 1, 23, 4, 30, tzinfo=UTC)
DAY = timedelta(days=1)
REPO, NAME = "watch/copies", "alia-watch-20260123T043000Z.db.gz"
WRITE, READ = "hf_" + "w" * 30, "hf_" + "r" * 30


@dataclass
class Bench:
    """A stand-in Hub with one dataset, and a file to copy there."""

    hub: HubStandIn
    repo: Dataset
    file: Path
    clock: SimulatedClock

    def to(self, token: str = WRITE, **options: Any) -> HubDataset:
        """The dataset, as this program reaches it."""
        settings = {"contact": "x@example.org", "clock": self.clock, "sleep": self.clock.sleep, **options}
        return HubDataset(self.hub.url, REPO, token=token, **settings)

    def copied(self, **options: Any) -> str:
        """Copy the file; nothing is old."""
        return self.to(**options).copy(self.file, older=lambda _: ())

    def asked(self) -> list[str]:
        """The last parts of the paths that were asked."""
        return [request.path.rsplit("/", 1)[-1] for request in self.hub.requests]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    repo = Dataset(writers=frozenset({WRITE}), readers=frozenset({READ}), files={".gitattributes": b"*.gz"})
    clock = SimulatedClock(NOW)
    file = tmp_path / NAME
    file.write_bytes(gzip.compress(bytes(range(256)) * 400, mtime=0))
    with HubStandIn(StillWorld(), clock, tokens=frozenset({WRITE, READ}), datasets=Datasets({REPO: repo})) as standing:
        yield Bench(standing, repo, file, clock)
        assert standing.violations == []
        assert standing.datasets.violations == []


def configured(folder: Path, hub: HubStandIn, monkeypatch: pytest.MonkeyPatch, **backup: Any) -> Config:
    """A configuration that copies to the stand-in's dataset."""
    monkeypatch.setenv("BACKUP_TOKEN", WRITE)
    return made_config(folder, hub={"endpoint": hub.url}, backup=section(**backup))


def section(**changes: Any) -> dict[str, Any]:
    """The `[backup]` of a configuration that copies to a repo."""
    return {"copy_to_repo": REPO, "copy_token": {"env": "BACKUP_TOKEN"}, **changes}


@pytest.mark.parametrize("part_size", [1 << 30, 100])
def test_a_copy_is_the_file_byte_by_byte(bench: Bench, part_size: int) -> None:
    """Whether the storage takes it whole or in parts; a second time nothing is sent, and nothing committed."""
    bench.hub.datasets.part_size = part_size
    assert bench.copied() == f"hf://datasets/{REPO}/{NAME}"
    assert bench.repo.files[NAME] == bench.file.read_bytes()
    assert bench.repo.commits == [f"Add {NAME}"]
    bench.hub.requests.clear()
    bench.copied()
    assert bench.repo.commits == [f"Add {NAME}"]
    assert not {"commit", "storage"} & {part for each in bench.hub.requests for part in each.path.split("/")}


@pytest.mark.parametrize(
    ("private", "why"),
    [(False, "it is public"), (None, "does not say"), (..., "does not say"), ("true", "does not say")],
)
def test_a_repo_that_is_not_known_to_be_private_gets_nothing(bench: Bench, private: object, why: str) -> None:
    """Public, or of a visibility that the Hub does not say: refused before a byte, or a name, has left."""
    bench.repo.private = private
    with pytest.raises(SourceError, match=why) as refused:
        bench.copied()
    assert "addresses of subscribers" in str(refused.value)
    assert not refused.value.again
    assert bench.asked() == ["copies"]


def test_a_repo_that_becomes_public_gets_nothing_more(bench: Bench) -> None:
    """It is asked about anew each time, and again before each repetition."""
    bench.copied()
    bench.repo.private = False
    with pytest.raises(SourceError, match="it is public"):
        bench.copied()
    bench.repo.private, bench.repo.files = True, {}
    bench.hub.datasets.stored.clear()

    def publish(seconds: float) -> None:
        bench.clock.sleep(seconds)
        bench.repo.private = False

    bench.hub.script("/storage/", Status(503))
    with pytest.raises(SourceError, match="it is public"):
        bench.copied(sleep=publish)
    assert bench.repo.files == {}


@pytest.mark.parametrize(
    ("token", "why"),
    [("hf_" + "n" * 30, "401: the Hub does not take"), (READ, "403: the token may not write")],
)
def test_a_wrong_token_is_told_and_not_repeated(bench: Bench, token: str, why: str) -> None:
    """One that the Hub does not know, and one that reads alone; neither is shown."""
    for work in (lambda: bench.copied(token=token), lambda: bench.to(token).probe()):
        with pytest.raises(SourceError, match=why) as refused:
            work()
        assert token not in repr(refused.value) + refused.value.hint
    assert bench.repo.commits == []
    assert len(bench.hub.requests) <= 4


def test_a_repo_that_is_not_there_is_not_made(bench: Bench) -> None:
    """It is made by a person, who sees that it is private."""
    del bench.hub.datasets.repos[REPO]
    bench.hub.datasets.repos["watch/another"] = bench.repo
    with pytest.raises(SourceError, match=r"404: there is no such dataset.*made by hand"):
        bench.copied()
    assert {request.status for request in bench.hub.requests} == {404}
    bench.hub.violations.clear()  # it was asked about a dataset that the stand-in does not have


@pytest.mark.parametrize(
    "place", ["expand=private", "preupload", "objects/batch", "/storage/", "verify", "commit", "tree"]
)
@pytest.mark.parametrize("fault", [Status(503), Status(429), Reset()], ids=["503", "429", "reset"])
def test_a_short_fault_anywhere_is_waited_out(bench: Bench, place: str, fault: Fault) -> None:
    """The step begins again; the file is there once, and one commit tells of it."""
    bench.hub.script(place, fault, fault)
    bench.copied()
    assert bench.repo.files[NAME] == bench.file.read_bytes()
    assert bench.repo.commits == [f"Add {NAME}"]
    assert NOW + timedelta(seconds=2) <= bench.clock() < NOW + timedelta(seconds=60)


def test_a_commit_whose_answer_was_lost_is_not_made_twice(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it did is seen when the step begins again."""
    answer = bench.hub.datasets.answer

    def lose_once(*given: Any) -> Any:
        said = answer(*given)
        monkeypatch.setattr(bench.hub.datasets, "answer", answer)
        return dataclasses.replace(said, status=502)

    def watched(asked: Any, *given: Any) -> Any:
        return lose_once(asked, *given) if "/commit/" in asked.path else answer(asked, *given)

    monkeypatch.setattr(bench.hub.datasets, "answer", watched)
    bench.copied()
    assert bench.repo.commits == [f"Add {NAME}"]


def test_the_wait_that_the_hub_asks_for_is_kept_within_the_time(bench: Bench) -> None:
    """Until the quota is new; and not at all where that is beyond the time for a copy."""
    bench.hub.script("preupload", Status(429, {"RateLimit": '"api";r=0;t=200'}))
    bench.copied()
    assert bench.clock() - NOW == timedelta(seconds=201)
    bench.hub.script("preupload", Status(429, {"Retry-After": "3000"}))
    bench.file.write_bytes(b"another")
    with pytest.raises(SourceError, match=r"HTTP 429.*beyond the deadline of 900 s"):
        bench.copied()


def test_a_hub_that_is_away_is_told_after_four_tries(bench: Bench) -> None:
    """With nothing to listen there, and with a gateway's page."""
    nobody = HubDataset(
        f"http://127.0.0.1:{closed_port()}", REPO, token=WRITE, contact="x", clock=bench.clock, sleep=bench.clock.sleep
    )
    with pytest.raises(SourceError, match="the connection failed") as away:
        nobody.copy(bench.file, older=lambda _: ())
    assert away.value.again
    bench.hub.always("datasets", Status(503))
    with pytest.raises(SourceError, match="HTTP 503"):
        bench.copied()
    assert len(bench.hub.requests) == 4


def test_a_hub_that_says_nothing_holds_nobody(bench: Bench) -> None:
    """Each wait ends, and so does the whole."""
    bench.hub.always("preupload", Hang())
    with pytest.raises(SourceError, match=r"no answer within 0\.2 s"):
        bench.copied(request_timeout_s=0.2)


@pytest.mark.parametrize(
    "fault",
    [
        Page(),
        Page(b"[]", "application/json"),
        Page(b"{}", "application/json"),
        Page(b"null", "application/json"),
        Cut(),
    ],
    ids=["page", "list", "empty", "null", "cut"],
)
@pytest.mark.parametrize("place", ["expand=private", "preupload", "objects/batch", "commit", "tree"])
def test_an_answer_of_another_shape_is_a_plain_error(bench: Bench, place: str, fault: Fault) -> None:
    """A gateway's page, half a document, another document: no copy is claimed, and no bug is shown."""
    bench.hub.always(place, fault)
    with pytest.raises(SourceError) as refused:
        bench.copied()
    assert str(refused.value).startswith(f"the dataset {REPO}: ")


@pytest.mark.parametrize(
    "onward",
    ["http://127.0.0.1:9/x", "https://169.254.169.254/x", "https://localhost/x", "ftp://x/y", "http://e.org/x"],
)
def test_the_hub_sends_a_copy_to_no_private_place(bench: Bench, onward: str) -> None:
    """Neither by a redirect nor by the address of its storage; the token is in neither."""
    bench.hub.datasets.home = onward
    with pytest.raises(SourceError, match="refused to send the file"):
        bench.copied()
    bench.hub.datasets.home = None
    for place in ("expand=private", "preupload", "objects/batch", "commit"):
        bench.hub.script(place, Elsewhere(onward))
        with pytest.raises(SourceError, match="HTTP 307: the Hub sends elsewhere"):
            bench.copied()
    assert bench.repo.commits == []


def test_a_file_that_the_hub_has_otherwise_is_no_copy(bench: Bench) -> None:
    """What it lists is compared with what was sent; then nothing is let go of."""
    listed = [{"type": "file", "path": NAME, "oid": "0" * 40, "size": bench.file.stat().st_size,
               "lfs": {"oid": "1" * 64, "size": 1, "pointerSize": 130}}]  # fmt: skip
    bench.hub.always("tree", Page(json.dumps(listed).encode(), "application/json"))
    with pytest.raises(SourceError, match="not what was sent"):
        bench.to().copy(bench.file, older=lambda names: names)
    assert NAME in bench.repo.files


def test_nothing_is_copied_in_the_clear(bench: Bench) -> None:
    """Without TLS only to the same machine."""
    with pytest.raises(SourceError, match="in the clear"):
        HubDataset("http://hub.example.org", REPO, token=WRITE, contact="x").copy(bench.file, older=lambda _: ())


def test_a_look_sends_nothing(bench: Bench) -> None:
    """The check asks whether the repo is private, and whether the token may write there."""
    bench.to().probe()
    assert bench.asked() == ["copies", "main"]
    assert (bench.repo.commits, bench.hub.datasets.stored) == ([], {})


def test_a_stop_is_heard(bench: Bench) -> None:
    """One before it begins, and one while it waits."""
    dataset = bench.to()
    dataset.stop()
    with pytest.raises(SourceError, match="stopped"):
        dataset.copy(bench.file, older=lambda _: ())
    assert bench.hub.requests == []
    bench.hub.always("preupload", Status(503))
    waiting = bench.to(sleep=lambda _: waiting.stop())
    with pytest.raises(SourceError, match="stopped"):
        waiting.copy(bench.file, older=lambda _: ())


def test_a_daemon_that_ends_waits_for_no_copy(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The duty ends with the backup made, and says that its copy was stopped."""
    config = configured(tmp_path, bench.hub, monkeypatch)
    bench.hub.always("preupload", Status(503))
    room = Workshop(config, at=bench.clock, sleep=lambda _: room.abort())
    with open_store(config.watch.database, create=True) as store:
        ended = room.backup(store, Due(Duty.BACKUP, "backup:2026-01-23", NOW, NOW, 1), NOW)
    assert (ended.outcome, "stopped" in ended.detail["copy_error"]) == (RunOutcome.DONE, True)
    assert len(backups(config.watch.backups, "alia-watch")) == 1


def test_signed_addresses_and_tokens_stay_out_of_the_log(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Each request has a line with its path; the signature of the storage's address is in none."""
    with caplog.at_level(logging.DEBUG):
        bench.copied()
    assert "PUT /storage/" in caplog.text
    assert "sig=" not in "".join(each.getMessage() for each in caplog.records if each.levelno >= logging.INFO)
    assert WRITE not in caplog.text


def test_the_days_copies_are_rotated_as_the_folder_is(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same are left in the backups' folder and in the repo; what is none of them stays."""
    config = configured(tmp_path, bench.hub, monkeypatch, daily=3, weekly=0, monthly=0)
    with open_store(config.watch.database, create=True) as store:
        for day in range(5):
            bench.clock.sleep(DAY.total_seconds())
            repo = bench.to
            done = back_up(store, config, now=NOW + day * DAY, dataset=repo)
            assert done.copy_error is None
    there = {path.name: path.read_bytes() for path in backups(config.watch.backups, "alia-watch")}
    assert len(there) == 3
    assert bench.repo.files == there | {".gitattributes": b"*.gz"}
    assert done.document()["copied_to"] == f"hf://datasets/{REPO}/{done.made.path.name}"


def test_what_could_not_be_let_go_of_goes_the_next_day(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is there, the error is said, and nothing has to be mended by hand."""
    config = configured(tmp_path, bench.hub, monkeypatch, daily=1, weekly=0, monthly=0)
    with open_store(config.watch.database, create=True) as store:
        back_up(store, config, now=NOW, dataset=bench.to)
        bench.hub.always("tree", Status(503))
        second = back_up(store, config, now=NOW + DAY, dataset=bench.to)
        assert "HTTP 503" in str(second.copy_error)
        assert len(bench.repo.files) == 3
        bench.hub.mend()
        assert back_up(store, config, now=NOW + 2 * DAY, dataset=bench.to).copy_error is None
    assert sorted(bench.repo.files) == [".gitattributes", "alia-watch-20260125T043000Z.db.gz"]


def test_a_copy_that_fails_takes_nothing_from_the_backup(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor from the folder's copy; without a token it is said too, and both errors where both fail."""
    elsewhere = tmp_path / "elsewhere"
    config = configured(tmp_path, bench.hub, monkeypatch, copy_to=str(elsewhere))
    bench.repo.private = False
    with open_store(config.watch.database, create=True) as store:
        done = back_up(store, config, now=NOW)
        assert (done.copied_to, "it is public" in str(done.copy_error)) == (str(elsewhere / NAME), True)
        monkeypatch.delenv("BACKUP_TOKEN")
        done = back_up(store, config, now=NOW + DAY)
        assert "BACKUP_TOKEN is not set" in str(done.copy_error)
        elsewhere.rename(tmp_path / "away")
        elsewhere.touch()
        done = back_up(store, config, now=NOW + 2 * DAY)
        assert "cannot be written" in str(done.copy_error)
        assert "BACKUP_TOKEN is not set" in str(done.copy_error)
    assert len(backups(config.watch.backups, "alia-watch")) == 3


def test_command_status_and_check_say_what_became_of_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`backup` ends with 1 where a copy failed, and `check` says why before the first day."""
    monkeypatch.setenv("BACKUP_TOKEN", WRITE)
    config = made_file(tmp_path, hub={"endpoint": bench.hub.url}, backup=section())
    open_store(tmp_path / "alia-watch.db", create=True).close()

    def looked() -> dict[str, str]:
        said = json.loads(alia_watch("--config", config, "check", "--no-charts", "--format", "json").out)
        return next(each for each in said if each["part"] == "backup copy")

    assert (looked()["verdict"], bench.repo.commits) == ("ok", [])
    ended = alia_watch("--config", config, "backup", "--format", "json")
    [row] = json.loads(ended.out)
    assert (ended.code, row["copied_to"].startswith(f"hf://datasets/{REPO}/")) == (0, True)
    bench.repo.private = False
    assert looked()["verdict"] == "fault"
    ended = alia_watch("--config", config, "backup", "--format", "json")
    [row] = json.loads(ended.out)
    assert (ended.code, "it is public" in row["copy_error"]) == (1, True)
    assert WRITE not in ended.out + ended.err
    bench.hub.violations.clear()  # the check asks for the models of a world without any


@pytest.mark.parametrize(
    ("backup", "hub", "said"),
    [
        ({"copy_to_repo": REPO}, {}, "copy_to_repo and copy_token go together"),
        ({"copy_token": {"env": "X"}}, {}, "copy_to_repo and copy_token go together"),
        ({"copy_to_repo": REPO, "copy_token": WRITE}, {}, "a secret is never written in the file"),
        ({"copy_to_repo": "copies", "copy_token": {"env": "X"}}, {}, "backup.copy_to_repo"),
        ({"copy_to_repo": REPO, "copy_token": {"env": "X"}}, {"token": {"env": "X"}}, "the token that reads the Hub"),
    ],
)
def test_a_half_configured_copy_is_a_fault(
    tmp_path: Path, backup: dict[str, Any], hub: dict[str, Any], said: str
) -> None:
    """A repo without a token, a token without a repo, a token in the file, no repo, and the reading token again."""
    with pytest.raises(ConfigError) as refused:
        made_config(tmp_path, backup=backup, hub=hub)
    assert any(said in fault for fault in refused.value.faults)


def test_without_a_repo_nothing_is_opened(config: Config) -> None:
    """The copy is off as long as nobody asks for it."""
    assert open_dataset(config) is None

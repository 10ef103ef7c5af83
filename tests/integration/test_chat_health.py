"""What a maintainer reads after `/health` and `/snapshot`."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from alia_bot.demo.telegram import TelegramStandIn
from alia_bot.health import besides_troubles, brief, look
from alia_bot.timetable import Duty
from alia_watch.reports.speech import Speech
from alia_watch.store import runs
from alia_watch.store.database import open_store
from alia_watch.store.runs import RunOutcome
from tests.conversations import MAINTAINER, talk, watch_with_bot
from tests.small_watch import NOW, small_watch


def test_no_fault_is_left_out(tmp_path: Path) -> None:
    """Neither one that maintainers are told of by themselves, in their language, nor one that they are not."""
    with TelegramStandIn() as api:
        marta = api.person(MAINTAINER, "Marta")
        config = watch_with_bot(tmp_path, api)
        with open_store(config.watch.database) as store:
            for hours in (4, 3, 2):
                at = NOW - timedelta(hours=hours)
                failed = runs.start(store, Duty.DETECT, f"{Duty.DETECT}:{NOW:%Y-%m-%d}", now=at)
                runs.finish(store, failed, RunOutcome.FAILED, {"error": "it broke"}, now=at)
            ahead = NOW + timedelta(days=1)
            ran = runs.start(store, Duty.BACKUP, f"{Duty.BACKUP}:{ahead:%Y-%m-%d}", now=ahead)
            runs.finish(store, ran, RunOutcome.DONE, {}, now=ahead)
            faults = look(store, config, now=NOW)["faults"]
        with talk(tmp_path, api, config=config) as spoken:
            spoken.says(marta, "/health")
        said = api.posted[-1].text
    get = Speech("es").get
    [future] = [each for each in faults if "in the future" in each]
    assert any("did not end well" in each for each in faults)
    assert future in said
    assert get("The duty {duty} has not ended well {times} times", duty="detect", times="3") in said
    assert "did not end well" not in said
    assert "complete snapshot is" not in said


def test_without_a_daemon_nothing_is_read_by_order(tmp_path: Path) -> None:
    """It is said what does it instead."""
    with TelegramStandIn() as api, talk(tmp_path, api) as spoken:
        spoken.says(api.person(MAINTAINER, "Marta"), "/snapshot")
        assert "alia-watch snapshot" in api.posted[-1].text


def test_what_keeps_the_database_from_being_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no trouble of which maintainers are told by themselves, so `/health` says it; a full disk is one."""
    config = small_watch(tmp_path)
    nearly = shutil.disk_usage("/")._replace(total=10**12, used=10**12 - 10**8, free=10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: nearly)
    with open_store(config.watch.database) as store:
        monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != config.watch.database)
        besides, every = besides_troubles(store, config, now=NOW), brief(store, config, now=NOW)
    written = f"{config.watch.database} cannot be written: check the file's owner and permissions."
    assert written in besides
    assert written in every
    assert "100 MB left" not in " ".join(besides)
    assert "100 MB left" in " ".join(every)

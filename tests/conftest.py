"""What every test shares: a small configuration, its empty database, and no environment of the machine's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from alia_watch.config.sections import Config
from alia_watch.store.database import Store, open_store
from tests.fuzz import TIMES
from tests.made import made_config

#: How long an example takes is the machine's affair.
settings.register_profile("watch", deadline=None, max_examples=100 * TIMES)
settings.load_profile("watch")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No token, proxy or terminal setting of the machine reaches a test."""
    for name in ("HF_TOKEN", "HF_ENDPOINT", "TELEGRAM_TOKEN", "SMTP_PASSWORD", "NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _roomy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room on it, whatever this machine's has left; but for what looks at a real disk."""
    if request.node.get_closest_marker("peers") is None:
        room = shutil.disk_usage("/")._replace(total=10**12, used=0, free=10**12)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: room)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A small valid configuration in the test's own folder."""
    return made_config(tmp_path)


@pytest.fixture
def store(config: Config) -> Iterator[Store]:
    """The configuration's database, new and empty."""
    with open_store(config.watch.database, create=True) as opened:
        yield opened

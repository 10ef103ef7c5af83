"""What `alia-watch check` says of the machine: disk, backups, zones, texts, pictures, the clock, places to listen on.

Each answers with whether it is right (None: it is off, or cannot be told) and in words, with what to do.
"""

import os
import socket
import urllib.error
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alia_bot.cli.outside import get
from alia_watch.errors import AliaWatchError

if TYPE_CHECKING:
    from alia_watch.config.sections import Config

Found = tuple[bool | None, str]
#: How far the machine's clock and the Hub's may be apart: an answer's `Date` has seconds, and travels for some.
CLOCKS_APART = timedelta(minutes=2)
#: How long the Hub may take to answer whether it takes copies, in seconds.
PATIENCE_S = 60.0
#: The least that can be drawn.
_DRAWING = {"data": {"values": [{"x": 1}]}, "mark": "point", "encoding": {"x": {"field": "x", "type": "quantitative"}}}


def disk(config: "Config") -> Found:
    """Whether the database's disk has room."""
    from alia_bot.storage_faults import disk_of

    folder = config.watch.database.absolute().parent
    if not folder.is_dir():
        return None, f"{folder} is not there yet: `alia-watch init` makes it"
    found = disk_of(config.watch.database)
    said = f"{found.free / 1e9:.1f} GB free of {found.total / 1e9:.1f}"
    if found.nearly_full:
        return False, f"{said}: make room, or put watch.database on another disk"
    return True, said


def backups(config: "Config") -> Found:
    """Whether backups can be written where they should be."""
    folder = there = config.watch.backups.absolute()
    while not there.exists():
        there = there.parent
    if not there.is_dir():
        return False, f"{there} is a file: give a folder as watch.backups"
    if not os.access(there, os.W_OK | os.X_OK):
        return False, f"{there} cannot be written: let this user write there, or give another watch.backups"
    beside = folder.parent == config.watch.database.absolute().parent
    return True, f"{folder}{', beside the database: copy them to another machine' if beside else ''}"


def backup_copy(config: "Config") -> Found:
    """Whether a backup can be copied to the repo that is named for it; nothing is sent."""
    from alia_watch.pipeline.back_up import open_dataset

    patient = config.backup.model_copy(update={"copy_deadline_s": min(PATIENCE_S, config.backup.copy_deadline_s)})
    try:
        dataset = open_dataset(config.model_copy(update={"backup": patient}))
        if dataset is None:
            return None, "there is no backup.copy_to_repo"
        dataset.probe()
    except AliaWatchError as error:
        return False, f"{error} {error.hint}".strip()
    return True, f"{dataset.repo_id} is private, and the token may write there; nothing was sent"


def zones(config: "Config", now: datetime) -> Found:
    """Whether the zone database knows the zone of the timetable."""
    from datetime import time

    from alia_watch.clock import civil_day, civil_instant, format_instant

    zone = config.timetable.zone
    day = civil_day(now, zone)
    return True, f"{zone}: {day} began there at {format_instant(civil_instant(day, time(), zone))}"


def texts() -> Found:
    """Whether every language has its catalogue of texts."""
    from alia_watch.reports.speech import LANGUAGES, Speech

    original = "Nothing more comes, and your address is erased."
    bare = [each for each in LANGUAGES if each != "en" and Speech(each).get(original) == original]
    if bare:
        return False, f"no texts for {', '.join(bare)}: install the package anew"
    return True, ", ".join(LANGUAGES)


def charts() -> Found:
    """Whether a picture can be drawn, in a process of its own as always."""
    from alia_watch.reports.chart_worker import ChartWorker

    try:
        with ChartWorker() as worker:
            drawn = worker.png(_DRAWING)
    except AliaWatchError as error:
        return False, f"{error} Until then words go out without pictures. {error.hint}".strip()
    return True, f"a picture was drawn ({len(drawn)} bytes)"


def hub_date(config: "Config") -> str | None:
    """What time the Hub says it is, as its header has it; None where it does not answer."""
    flagship = config.family.flagship[0].repo
    url = f"{config.hub.endpoint.rstrip('/')}/api/models/{flagship}"
    try:
        with get(url) as answer:
            return str(answer.headers.get("Date") or "") or None
    except urllib.error.HTTPError as error:
        with error:
            return str(error.headers.get("Date") or "") or None
    except (OSError, ValueError):
        return None


def machine_clock(date: str | None, now: datetime) -> Found:
    """Whether the machine's clock can be right, by the `Date` of an answer. Pure."""
    from alia_watch.sources.hub_clock import ahead

    apart = ahead(now, date)
    if apart is None:
        return None, "the Hub does not say what time it is: compare the clock by hand"
    if abs(apart) <= CLOCKS_APART:
        return True, f"as the Hub's, within {CLOCKS_APART.seconds // 60} minutes"
    way = "ahead of" if apart > timedelta() else "behind"
    return False, f"{abs(apart).total_seconds():.0f} s {way} the Hub's: set it (timedatectl set-ntp true)"


def listens(name: str, place: tuple[str, int] | None, *, daemon: bool) -> Found:
    """Whether the daemon can listen where it should; while it runs it is the one that does."""
    if place is None:
        return None, f"there is no {name}"
    host, port = place
    if daemon:
        return None, f"{host}:{port} is the running daemon's own"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except OSError as error:
        return False, f"{host}:{port} cannot be listened on ({error.strerror}): free it, or change {name}"
    return True, f"{host}:{port} is free"


def heartbeat(config: "Config") -> Found:
    """Whether the outside watcher can be reached: its server's front door is asked for, so that nothing is told."""
    section = config.heartbeat
    if section is None:
        return None, "there is no [heartbeat]: nobody outside notices when the daemon is gone"
    try:
        url = section.url.read().get_secret_value()
    except AliaWatchError as error:
        return False, f"{error} {error.hint}".strip()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False, f"the {section.url} holds no address: it begins with https://, and is all of it"
    try:
        door = f"{parts.scheme}://{parts.netloc}/"
        with get(door) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        error.close()  # it answers, which is all that is asked
    except (OSError, ValueError) as error:
        reason = type(getattr(error, "reason", error)).__name__
        return False, f"the server in {section.url} does not answer ({reason}): look at the address and the network"
    return True, f"the server in {section.url} answers; it was told nothing"

"""A digest with its charts for ten thousand subscribers by mail, with refusals and a kill -9 in the middle."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alia_bot.dispatch import LEASE
from alia_watch.audience.message import Image, Message
from alia_watch.audience.subscriber import About, ChannelKind, Subscriber, Topic
from alia_watch.pipeline.enqueue import drawn
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.reports.render import render
from alia_watch.store import outbox, subscribers
from alia_watch.store.database import Store, open_store
from alia_watch.store.outbox import State
from alia_watch.store.reports import save_report
from benchmarks._relay import Relay
from benchmarks._table import progress
from tests.reports import sample

PEOPLE = 10_000
#: Without pandas, which sqlite-utils loads where it finds it: the benchmarks bring it, an installed watch has none.
_MAIN = "import sys; sys.modules['pandas'] = None; from benchmarks._mail_sender import main; main()"
_NOW = datetime(2026, 2, 1, 10, tzinfo=UTC)
#: One address of a hundred is unknown; five are asked to come back once for every report.
_ALL = [f"p{number}@example.net" for number in range(PEOPLE)]
_HARD = set(_ALL[::100])
_SOFT = {address for number, address in enumerate(_ALL) if number % 100 in (11, 33, 55, 77, 99)}


class _Refusals:
    def __init__(self) -> None:
        self.reports = 1
        self._turned_away: Counter[str] = Counter()

    def __call__(self, address: str) -> str | None:
        if address in _HARD:
            return "550 5.1.1 unknown user"
        if address in _SOFT and self._turned_away[address] < self.reports:
            self._turned_away[address] += 1
            return "451 4.7.1 come back later"
        return None


def run() -> list[dict[str, object]]:
    """The rows. A promise that is not kept ends the benchmark."""
    digest, alert = _digest(), _alert()
    with tempfile.TemporaryDirectory() as folder, Relay(refusals := _Refusals()) as relay:
        database = Path(folder) / "alia-watch.db"
        with open_store(database, create=True) as store:
            people = [
                Subscriber(f"email:{address}", ChannelKind.EMAIL, address, "es", frozenset({*Topic}))
                for address in _ALL
            ]
            subscribers.sync(store, people, now=_NOW)
            _queue(store, digest, _NOW)
        progress("mail: the digest, killed in the middle")
        child = _sender(database, _NOW, relay.port)
        relay.on_letter = lambda: child.kill() if relay.letters == PEOPLE // 2 else None
        ended = child.wait()
        _expect(ended == -signal.SIGKILL, f"the process was killed ({ended})")
        relay.on_letter = lambda: None
        in_flight = relay.last
        times, peak = _drained(database, _NOW, relay)
        rate = _rate(times)
        size = relay.bytes / relay.letters
        _drained(database, _NOW + LEASE, relay)
        got, reachable = relay.taken, set(_ALL) - _HARD
        _expect(set(got) == reachable, "every reachable subscriber got the digest")
        _expect(got - Counter(reachable) <= Counter({in_flight: 1}), "only the letter in flight came twice")
        repeated = relay.letters - len(reachable)
        progress("mail: a short alert")
        refusals.reports = 2
        with open_store(database) as store:
            _expect(not any(each.stopped for each in subscribers.subscribers(store)), "one refusal stops nobody")
            _queue(store, alert, _NOW + timedelta(days=1))
        times, _ = _drained(database, _NOW + timedelta(days=1), relay)
        short, tenth = _rate(times), len(times) // 10
        steady = _rate(times[-tenth:]) / _rate(times[:tenth])
        _drained(database, _NOW + timedelta(days=1, minutes=5), relay)
        with open_store(database) as store:
            stopped = {each.address for each in subscribers.subscribers(store) if each.stopped}
            _expect(stopped == _HARD, "those refused twice are stopped, and nobody else")
            _expect(outbox.counts(store)[State.SENT] == 2 * len(reachable), "all was written down as sent")
    how = f"{PEOPLE} subscribers, 1 % refused for ever, 5 % at first, over loopback"
    return [
        _row("a digest with charts by mail", f"{rate:.0f}", "letters/s", f"{size / 1000:.0f} kB each; {how}"),
        _row("a short alert by mail", f"{short:.0f}", "letters/s", f"{how}; at least 100 are aimed at"),
        _row("the last tenth of them over the first", f"{steady:.2f}", "times", "letters/s; 1 would be linear"),
        _row("peak memory of the sending process", f"{peak:.0f}", "MB", "while it sends the digests"),
        _row("lost after a kill -9 in the middle", "0", "letters", f"{repeated} repeated, under its own Message-ID"),
        _row("stopped after their second refusal", str(len(stopped)), "subscribers", "the 1 %, and nobody else"),
    ]


def _row(figure: str, value: str, unit: str, note: str) -> dict[str, object]:
    return {"figure": figure, "value": value, "unit": unit, "note": note}


def _expect(kept: bool, promise: str) -> None:
    if not kept:
        raise RuntimeError(f"not so: {promise}")


def _digest() -> Message:
    """The simulated winter's, in Spanish, with all its charts."""
    report = sample("digest_whole")
    with ChartWorker() as charts:
        [message] = render(report, "es", ChannelKind.EMAIL, drawn(report, "es", charts))
    return message


def _alert() -> Message:
    [message] = render(sample("alert_spike"), "es", ChannelKind.EMAIL)
    return replace(message, images=tuple[Image, ...]())


def _queue(store: Store, message: Message, now: datetime) -> None:
    save_report(store, message.report_key, "digest", {}, now=now)
    outbox.put(store, [message], About(None), now=now)


def _sender(database: Path, now: datetime, port: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", _MAIN, str(database), now.isoformat(), str(port)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _drained(database: Path, now: datetime, relay: Relay) -> tuple[list[float], float]:
    """When each letter was taken, in seconds, and the peak memory of the process in MB."""
    times: list[float] = []
    relay.on_letter = lambda: times.append(time.perf_counter())
    child = _sender(database, now, relay.port)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    _expect(child.returncode == 0, "the process ended well")
    return times, _megabytes(used)


def _rate(times: list[float]) -> float:
    """Letters a second, from the first to the last."""
    return (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0


def _megabytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / 1024

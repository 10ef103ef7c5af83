"""How many pages a second the daemon's web service hands out, and how long the slowest of a hundred takes.

The pages are in another process, as they are beside a proxy; a few connections ask, each again as soon as it is
answered. What is measured is Python's and the loopback's, not a network's.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks._memory import resident

#: So many connections ask at once, and so often altogether.
CONNECTIONS, REQUESTS = 8, 6_000
#: Asked once before it counts, so that a page is on the shelf.
_PATHS = {
    "the front page": "/es/",
    "a digest": "/digests/2026-01/es",
    "the feed": "/es/feed.atom",
    "a digest a reader has already": "/digests/2026-01/es",
}


def run() -> list[dict[str, object]]:
    """Pages a second and the 99th percentile, by page, and the memory of the process that serves.

    Raises:
        RuntimeError: an answer was not what it should be: the rate would be one of something else.
    """
    rows: list[dict[str, object]] = []
    with _served() as (port, process):
        for name, path in _PATHS.items():
            etag = asyncio.run(_first(port, path)) if "already" in name else b""
            rate, slowest = asyncio.run(_rate(port, path, etag))
            how = f"{REQUESTS:,} requests on {CONNECTIONS} connections; at least 500 are aimed at"
            rows.append(_row(name, f"{rate:.0f}", "pages/s", how))
            rows.append(_row(f"{name}, 99th percentile", f"{1000 * slowest:.1f}", "ms", "under 50 ms is aimed at"))
        rows.append(_row("memory of the process", f"{resident(process):.0f}", "MB", "resident, after all of it"))
    return rows


def _row(figure: str, value: str, unit: str, note: str) -> dict[str, object]:
    return {"figure": figure, "value": value, "unit": unit, "note": note}


@contextmanager
def _served() -> Iterator[tuple[int, int]]:
    """Port and process id of the pages of a watch with five years of readings."""
    command = [sys.executable, "-m", "benchmarks._web_child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid
        process.communicate()  # its input ends, and it with that


async def _rate(port: int, path: str, etag: bytes) -> tuple[float, float]:
    """Answers a second, and the 99th percentile of their times in seconds."""
    await _first(port, path)
    times: list[float] = []
    begun = time.perf_counter()
    await asyncio.gather(*(_ask(port, path, etag, REQUESTS // CONNECTIONS, times) for _ in range(CONNECTIONS)))
    whole = time.perf_counter() - begun
    return len(times) / whole, sorted(times)[int(0.99 * len(times))]


async def _first(port: int, path: str) -> bytes:
    """Have the page made; gives its mark, or nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head, _ = await _answer(reader, writer, path, b"")
    writer.close()
    marks = [line.partition(b":")[2].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"etag:")]
    return marks[0] if marks else b""


async def _ask(port: int, path: str, etag: bytes, times_over: int, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(times_over):
        begun = time.perf_counter()
        head, body = await _answer(reader, writer, path, etag)
        times.append(time.perf_counter() - begun)
        expected = b" 304 " if etag else b" 200 "
        if expected not in head[:20] or (not etag and not body):
            raise RuntimeError(f"{path}: {head[:60]!r}")
    writer.close()


async def _answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, etag: bytes
) -> tuple[bytes, bytes]:
    """Ask once on a connection that stays; gives head and body."""
    known = b"If-None-Match: " + etag + b"\r\n" if etag else b""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n".encode() + known + b"\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return head, await reader.readexactly(0 if b" 304 " in head[:20] else length)

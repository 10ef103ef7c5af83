"""What fuzz tests share: how many examples, documents that are taken apart, and what they took of memory and time."""

import os
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

MEGABYTE = 2**20
#: The nightly form multiplies the examples: tests/faults/test_fuzzed_at_length.py.
TIMES = int(os.environ.get("FUZZ_TIMES", "1"))

#: Any letters, halves of letters and controls included.
any_text = st.text(st.characters(codec=None, categories=None), max_size=12)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.integers(10**30, 10**40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
#: What breaks readers of lines, numbers and dates.
SHARDS = st.binary(max_size=6) | st.sampled_from(
    [b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b'"', b"'", b"\\", b",", b";", b"\t", b"\r", b"\n", b"\r\n",
     b"=", b"[", b"[[", b"]", b"{", b"}", b'"""', b"#", b"1e999", b"nan", b"-inf", b"9" * 400, b"-", b"_", b"0x1",
     b"0001-01-01", b"9999-12-31", b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-12:00", b"2026-02-30",
     b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xd9\xa3", b"<script>", b"{{7*7}}", b"${x}", b"%s", b"'; DROP TABLE runs; --",
     b"=cmd|' /C calc'!A0", b"../../etc/passwd", b"file:///etc/passwd", b"javascript:x"]
)  # fmt: skip


def fuzz(examples: int) -> settings:
    """So many examples in the short form; no clock decides."""
    slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    return settings(max_examples=examples * TIMES, suppress_health_check=slow)


@st.composite
def mutated(draw: st.DrawFn, *good: bytes) -> bytes:
    """A sound document with up to five places cut out, doubled or overwritten."""
    body = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 40)))
        body = body[:start] + draw(st.sampled_from([b"", body[start:end] * 2]) | SHARDS) + body[end:]
    return body


@st.composite
def disturbed(draw: st.DrawFn, good: Any) -> Any:
    """A sound document of dicts and lists with up to three values exchanged for any others, or taken out."""
    whole = [good]
    for _ in range(draw(st.integers(1, 3))):
        at: Any = whole
        key: Any = 0
        while isinstance(at[key], dict | list) and at[key] and draw(st.integers(0, 7)):
            at[key] = at[key].copy()
            at = at[key]
            key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        at[key] = draw(json_values)
    return whole[0]


@dataclass
class Peak:
    """The most memory that was held at once, in bytes, once it is over."""

    bytes: int = 0


@contextmanager
def peak() -> Iterator[Peak]:
    found = Peak()
    tracemalloc.start()
    try:
        yield found
    finally:
        found.bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()


def effort(work: Callable[[], object]) -> float:
    """How much of the processor it took, in times of what three million additions take on this machine."""
    began = time.process_time()
    work()
    return (time.process_time() - began) / _additions()


@lru_cache(maxsize=1)
def _additions() -> float:
    began, total = time.process_time(), 0
    for number in range(3_000_000):
        total += number
    return time.process_time() - began

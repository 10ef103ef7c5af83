"""Whatever the Hub answers: it is read or refused as nonsense, and no answer takes more memory than it may."""

import contextlib
import gzip
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_bot.demo.hub_faults import Status
from alia_watch.series.snapshot import RawAnswer, State
from alia_watch.sources import hub_transport
from alia_watch.sources.hub_answer import MOST_PARTS, Nonsense, parse_json, read_count, read_ids, read_page, read_repo
from alia_watch.sources.hub_files import read_files
from tests.fuzz import MEGABYTE, TIMES, any_text, disturbed, effort, fuzz, json_values, mutated, peak
from tests.integration.hub_bench import bench

AT = datetime(2026, 1, 23, 8, 15, tzinfo=UTC)
REPO = {
    "id": "o/a", "downloads": 174, "downloadsAllTime": 412, "likes": 9, "trendingScore": 1.5, "gated": "auto",
    "createdAt": "2025-06-02T09:00:00.000Z", "lastModified": "2025-06-20T10:00:00.000Z", "disabled": False,
    "tags": ["transformers", "region:us"], "library_name": "transformers", "sha": "a" * 40, "spaces": ["o/s"],
    "baseModels": {"relation": "finetune", "models": [{"_id": "6", "id": "o/b"}]}, "childrenModelCount": 3,
}  # fmt: skip
TREE = [
    {"type": "file", "path": "model.safetensors", "size": 10, "lastCommit": {"date": "2026-01-01T00:00:00.000Z"}},
    {"type": "file", "path": "README.md", "size": 5, "lastCommit": {"date": "2026-01-02T00:00:00.000Z"}},
]
TALKS = {"discussions": [], "count": 7}
READERS: dict[str, Callable[[RawAnswer], object]] = {
    "page": read_page,
    "repo": lambda answer: read_repo(answer, "o/a"),
    "ids": read_ids,
    "count": read_count,
    "files": lambda answer: read_files([answer], "o/a", "a" * 40),
}

BOMBS = {
    "nested lists": b"[" * 1_000_000,
    "nested objects": b'{"a":' * 1_000_000,
    "empty lists": b"[" + b"[]," * 1_500_000 + b"[]]",
    "empty objects": b"[" + b"{}," * 1_500_000 + b"{}]",
    "numbers": b"[" + b"1," * 1_500_000 + b"1]",
    "one long number": b'[{"id": "o/a", "downloads": ' + b"9" * 1_000_000 + b"}]",
    "one long float": b'[{"id": "o/a", "downloads": 0.' + b"9" * 1_000_000 + b"}]",
    "not a number": b'[{"id": "o/a", "downloads": NaN, "trendingScore": -Infinity}]',
    "half a character": b'[{"id": "o/a", "tags": ["\\ud800"], "sha": "\\udfff"}]',
    "zeros": b'[{"id": "o/a", "sha": "' + b"\\u0000" * 500_000 + b'"}]',
    "a long text": b'[{"id": "o/a", "sha": "' + b"a" * 3_000_000 + b'"}]',
    "many keys": b"{" + b",".join(b'"%d": 0' % n for n in range(50_000)) + b"}",
    "UTF-16": json.dumps([REPO] * 1000).encode("utf-16"),
    "zero bytes": bytes(5_000_000),
}


def answered(body: bytes) -> RawAnswer:
    return RawAnswer(sha256(body).hexdigest(), "http://hub/api/models", AT, body)


@pytest.mark.parametrize("reader", READERS)
@given(body=mutated(*(json.dumps(each).encode() for each in (REPO, [REPO], TREE, TALKS))) | st.binary(max_size=50))
@fuzz(20)
def test_any_bytes_are_read_or_nonsense(reader: str, body: bytes) -> None:
    """Each reader gives something, or Nonsense, which its caller knows."""
    with contextlib.suppress(Nonsense):
        READERS[reader](answered(body))


@pytest.mark.parametrize("reader", READERS)
@given(document=st.one_of(*(disturbed(each) for each in (REPO, [REPO], TREE, TALKS))) | json_values)
@fuzz(20)
def test_any_json_is_read_or_nonsense(reader: str, document: Any) -> None:
    """The same of JSON of any shape, with numbers beyond all bounds and halves of characters."""
    with contextlib.suppress(Nonsense):
        READERS[reader](answered(json.dumps(document).encode()))


@given(path=any_text, date=any_text | st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]))
@fuzz(10)
def test_any_file_is_listed_or_left_out(path: str, date: str) -> None:
    """Names and dates of files are the uploaders' own."""
    read_files([answered(json.dumps([{"path": path, "lastCommit": {"date": date}}]).encode())], "o/a", "a" * 40)


#: Those of the short form: one of each kind.
SHORT = ("nested lists", "empty lists", "one long number", "not a number", "half a character")


@pytest.mark.parametrize("name", BOMBS if TIMES > 1 else SHORT)
def test_no_answer_takes_more_memory_or_time_than_it_may(name: str) -> None:
    """A few bytes of JSON can stand for a hundred times as many in memory: beyond so many parts it is not read."""
    answer = answered(BOMBS[name])
    for reader in READERS.values():

        def read(reader: Callable[[RawAnswer], object] = reader) -> None:
            with contextlib.suppress(Nonsense):
                reader(answer)

        with peak() as held:
            read()
        assert held.bytes < 250 * MEGABYTE
        assert effort(read) < 10


def test_a_listing_of_a_thousand_repos_is_far_below_the_bound() -> None:
    """The largest page that is asked for, of repos with a hundred tags and fifty Spaces each."""
    large = REPO | {"tags": [f"t:{n}" for n in range(100)], "spaces": [f"o/s{n}" for n in range(50)]}
    body = json.dumps([large | {"id": f"o/m{n}"} for n in range(1000)]).encode()
    assert len(read_page(answered(body)).repos) == 1000
    assert body.count(b",") * 4 < MOST_PARTS
    with pytest.raises(Nonsense, match="parts"):
        parse_json(b"[" + b"0," * MOST_PARTS + b"0]")


def test_a_bomb_of_gzip_is_cut_at_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty megabytes that arrive as forty kilobytes are never there at once."""
    monkeypatch.setattr(hub_transport, "MOST_BYTES", MEGABYTE)
    pack = zlib.compressobj(9, wbits=31)
    bomb = b"".join(pack.compress(bytes(MEGABYTE)) for _ in range(40)) + pack.flush()
    with bench("x/one") as b:
        b.stand_in.always("/x/one", Status(200, {"Content-Encoding": "gzip"}, bomb))
        with peak() as held:
            reading = b.hub.read([], ["x/one"])
    assert reading.repos[0].state is State.UNREADABLE
    assert "longer than" in (reading.repos[0].detail or "")
    assert held.bytes < 24 * MEGABYTE


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x", "identity"])
def test_what_is_packed_in_a_way_nobody_asked_for_is_unreadable(coding: str) -> None:
    """The Hub is asked for gzip alone; whatever else it says of an answer's form is a failure like any other."""
    packed = gzip.compress(b'{"id": "x/one"}')
    with bench("x/one") as b:
        b.stand_in.always("/x/one", Status(200, {"Content-Encoding": coding}, packed))
        reading = b.hub.read([], ["x/one"])
    assert (reading.repos[0].state is State.PRESENT) == (coding == "gzip")


def test_many_large_answers_end_at_what_all_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred pages of the largest size would be gigabytes: a reading keeps so much and no more."""
    monkeypatch.setattr(hub_transport, "MOST_BYTES_IN_ALL", 3000)
    with bench("x/one", "x/two", "x/three") as b:
        for name in ("one", "two", "three"):
            body = json.dumps({"id": f"x/{name}", "sha": "a" * 1800}).encode()
            b.stand_in.always(f"/x/{name}", Status(200, {}, body))
        reading = b.hub.read([], ["x/one", "x/two", "x/three"])
    assert sorted(repo.state for repo in reading.repos) == [State.PRESENT, State.UNREADABLE, State.UNREADABLE]
    assert any("together" in (repo.detail or "") for repo in reading.repos)

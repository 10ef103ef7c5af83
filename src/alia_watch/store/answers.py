"""The raw answers of the Hub, as received: each kept once, those of months gone by packed together.

Answers of one listing hardly differ from one reading to the next: packed one after another they take a twentieth of
what each takes by itself. Nothing is let go of: every answer comes back as its very bytes, and is proven by its hash.
"""

import lzma
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256 as sha256_of
from itertools import groupby

from alia_watch.clock import format_instant, format_second
from alia_watch.errors import DatabaseDamaged
from alia_watch.series.snapshot import RawAnswer
from alia_watch.store.database import Row, Store

#: What a pack unpacks to at most, in bytes: it is held in memory. A larger answer is a pack by itself.
LARGEST_PACK = 16 * 1024 * 1024
#: An answer is told from the one before where both are in the window, and memory is ten times as much.
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 3, "dict_size": 8 * 1024 * 1024}]


@dataclass(frozen=True, slots=True)
class Packed:
    """What one run packed: so many answers, of so many bytes in the database before and after."""

    answers: int = 0
    before: int = 0
    after: int = 0


def save_answers(store: Store, answers: Iterable[RawAnswer]) -> dict[str, int]:
    """Keep raw answers; one whose bytes are known already is kept once. By hash, the number of each in the table."""
    numbers = {}
    with store.writing() as db:
        for answer in answers:
            db.execute("INSERT OR IGNORE INTO answer_urls (url) VALUES (?)", [answer.url])
            db.execute(
                "INSERT OR IGNORE INTO answers (sha256, url, received_at, size)"
                " VALUES (?, (SELECT id FROM answer_urls WHERE url = ?), ?, ?)",
                [answer.sha256, answer.url, format_instant(answer.received_at), len(answer.body)],
            )
            row = store.rows("SELECT id, pack FROM answers WHERE sha256 = ?", [answer.sha256])[0]
            numbers[answer.sha256] = int(row["id"])
            if row["pack"] is None:
                db.execute(
                    "INSERT OR IGNORE INTO answer_bodies VALUES (?, ?)", [row["id"], zlib.compress(answer.body, 6)]
                )
    return numbers


def raw_answer(store: Store, sha256: str) -> RawAnswer:
    """A kept answer, as received.

    Raises:
        KeyError: no such answer is kept.
        DatabaseDamaged: the kept bytes are not those that were received.
    """
    with store.reading():
        rows = store.rows(
            "SELECT a.*, u.url AS address FROM answers a JOIN answer_urls u ON u.id = a.url WHERE a.sha256 = ?",
            [sha256],
        )
        if not rows:
            raise KeyError(sha256)
        body = _body(store, rows[0])
    if body is None or sha256_of(body).hexdigest() != sha256:
        raise DatabaseDamaged(
            f"The raw answer {sha256} is damaged.", hint="Restore the newest backup with `alia-watch restore`."
        )
    return RawAnswer(sha256, rows[0]["address"], datetime.fromisoformat(rows[0]["received_at"]), body)


def pack_answers(store: Store, *, before: datetime, at_most: int, largest: int = LARGEST_PACK) -> Packed:
    """Pack the answers that were received before an instant, oldest addresses first, each pack in a write step.

    A pack is unpacked again before anything is let go of for it; answers that are damaged stay as they are.

    Args:
        at_most: so many packs; what is left is for the next time.
        largest: what a pack unpacks to at most, in bytes.
    """
    packed = Packed()
    rows = store.rows(
        """
        SELECT a.id, a.sha256, a.size, length(b.body) AS kept, u.url
        FROM answer_bodies b JOIN answers a ON a.id = b.answer JOIN answer_urls u ON u.id = a.url
        WHERE a.received_at < ?
        """,
        [format_second(before)],
    )
    for number, group in enumerate(_packs(rows, largest)):
        if number == at_most:
            break
        whole = [(row, body) for row in group if (body := _proven(store, row)) is not None]
        if not whole:
            continue
        plain = b"".join(body for _, body in whole)
        pack = lzma.compress(plain, check=lzma.CHECK_SHA256, filters=_FILTERS)
        if lzma.decompress(pack) != plain:
            raise DatabaseDamaged("A pack of raw answers does not unpack.", hint="Check this machine's memory.")
        with store.writing() as db:
            made = db.execute("INSERT INTO answer_packs (body) VALUES (?)", [pack]).lastrowid
            db.conn.executemany("UPDATE answers SET pack = ? WHERE id = ?", [[made, row["id"]] for row, _ in whole])
            db.conn.executemany("DELETE FROM answer_bodies WHERE answer = ?", [[row["id"]] for row, _ in whole])
        packed = Packed(
            packed.answers + len(whole),
            packed.before + sum(row["kept"] for row, _ in whole),
            packed.after + len(pack),
        )
    return packed


def _packs(rows: list[Row], largest: int) -> Iterator[list[Row]]:
    """Answers that go together, in the order of their numbers: of one listing, whatever the page, and not too large."""
    ordered = sorted(rows, key=lambda row: (_listing(row["url"]), row["id"]))
    for _, same in groupby(ordered, key=lambda row: _listing(row["url"])):
        group: list[Row] = []
        for row in same:
            if group and sum(each["size"] for each in group) + row["size"] > largest:
                yield group
                group = []
            group.append(row)
        yield group


def _listing(url: str) -> str:
    """An address without the place in the listing that a page begins at."""
    address, _, question = url.partition("?")
    return f"{address}?{'&'.join(part for part in question.split('&') if not part.startswith('cursor='))}"


def _proven(store: Store, row: Row) -> bytes | None:
    """The bytes of an answer that is not packed; None where they are not those that were received."""
    try:
        body = _kept(store, row["id"])
    except zlib.error:
        return None
    return body if sha256_of(body).hexdigest() == row["sha256"] else None


def _body(store: Store, row: Row) -> bytes | None:
    """The bytes of an answer, whichever way it is kept; None where they cannot be unpacked."""
    try:
        if row["pack"] is None:
            return _kept(store, row["id"])
        plain = lzma.decompress(store.rows("SELECT body FROM answer_packs WHERE id = ?", [row["pack"]])[0]["body"])
    except (zlib.error, lzma.LZMAError):
        return None
    earlier = "SELECT coalesce(sum(size), 0) AS bytes FROM answers WHERE pack = ? AND id < ?"
    start = int(store.rows(earlier, [row["pack"], row["id"]])[0]["bytes"])
    return plain[start : start + row["size"]]


def _kept(store: Store, answer: int) -> bytes:
    """The bytes of an answer that is kept by itself."""
    return zlib.decompress(store.rows("SELECT body FROM answer_bodies WHERE answer = ?", [answer])[0]["body"])

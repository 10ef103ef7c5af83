"""Store a small database of the newest schema, for the migrations that will come: `python -m tests.stored_schema`.

The demo's first weeks as that schema's own code plays them, packed; and beside it, as `-people`, a small one with what
the demo never holds: people, returned mail, imports, pictures. Each is made once for a schema and never again: what is
stored is what that version wrote. Pictures are cut to one pixel, for they would be most of the file. The code of
m002_told had no demo: its database is three days read from the stand-in Hub, two imports, and what was found.
"""

import lzma
import sqlite3
import struct
import sys
import tempfile
import zlib
from contextlib import closing
from datetime import date
from pathlib import Path

FOLDER = Path(__file__).parent / "samples" / "schemas"
#: The day after the flagship came: there is a new repo, an announcement, an alert, and costs.
UNTIL = date(2025, 12, 19)


def main(folder: Path) -> Path:
    """Play, and store; the file."""
    from alia_bot.demo.play import play

    with tempfile.TemporaryDirectory() as name:
        played = Path(name) / "demo"
        play(played, until=UNTIL)
        whole, small = played / "alia-watch.db", Path(name) / "small.db"
        with closing(sqlite3.connect(whole)) as database:
            newest = database.execute("SELECT name FROM _sqlite_migrations ORDER BY id DESC LIMIT 1").fetchone()[0]
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'message_images'").fetchone():
                database.execute("UPDATE message_images SET png = ?", [one_pixel()])
                database.commit()
            database.execute("VACUUM INTO ?", [str(small)])
        stored = folder / f"{newest}.db.xz"
        stored.write_bytes(lzma.compress(small.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
    people(folder / f"{newest}-people.db.xz")
    return stored


def people(stored: Path) -> None:
    """Store the small one."""
    from alia_watch.store.database import open_store
    from tests.stored_people import fill

    with tempfile.TemporaryDirectory() as name:
        whole, small = Path(name) / "whole.db", Path(name) / "small.db"
        with open_store(whole, create=True) as store:
            fill(store, one_pixel())
            store.db.execute("VACUUM INTO ?", [str(small)])
        stored.write_bytes(lzma.compress(small.read_bytes(), preset=9 | lzma.PRESET_EXTREME))


def one_pixel() -> bytes:
    """A white picture of one pixel, as PNG."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\x00\xff")) + part(b"IEND", b"")


if __name__ == "__main__":
    sys.stdout.write(f"{main(FOLDER)}\n")

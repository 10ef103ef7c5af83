"""Store a small database of the newest schema, for the migrations that will come: `python -m tests.stored_schema`.

The demo's first weeks as that schema's own code plays them, packed. It is run once for each schema and never again:
what is stored is what that version wrote. Pictures are cut to one pixel, for they would be most of the file.
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
    return stored


def one_pixel() -> bytes:
    """A white picture of one pixel, as PNG."""

    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(b"\x00\xff")) + part(b"IEND", b"")


if __name__ == "__main__":
    sys.stdout.write(f"{main(FOLDER)}\n")

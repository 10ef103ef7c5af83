"""Keys that are made once and stay in the database, so that nobody need configure them."""

import secrets

from alia_watch.store.database import Store

LINKS, ERASED, CLIENTS = "links", "erased", "clients"
_BYTES = 32


def key(store: Store, name: str) -> bytes:
    """A key of 32 random bytes, made when it is first asked for."""
    rows = store.tuples("SELECT value FROM keys WHERE name = ?", [name])
    if not rows:
        with store.writing() as db:
            db.execute("INSERT OR IGNORE INTO keys (name, value) VALUES (?, ?)", [name, secrets.token_bytes(_BYTES)])
        rows = store.tuples("SELECT value FROM keys WHERE name = ?", [name])
    return bytes(rows[0][0])

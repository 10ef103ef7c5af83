"""Addresses that were erased: a keyed hash of each, so that a list that is read in again cannot bring them back."""

import hashlib
import hmac
from datetime import datetime

from alia_watch.clock import format_second
from alia_watch.store.database import Store
from alia_watch.store.keys import ERASED, key


def erase_address(store: Store, address: str, why: str, *, now: datetime) -> None:
    """Note that an address (`signup.normalised`) is gone, and why; the first reason stays."""
    mark = _hash(store, address)
    with store.writing() as db:
        db.execute(
            "INSERT OR IGNORE INTO erased (mark, erased_at, why) VALUES (?, ?, ?)", [mark, format_second(now), why]
        )


def is_erased(store: Store, address: str) -> bool:
    """Whether an address was erased, and its owner has not come back since."""
    return bool(store.tuples("SELECT 1 FROM erased WHERE mark = ?", [_hash(store, address)]))


def welcome_back(store: Store, address: str) -> None:
    """The owner of an address came back by themselves."""
    mark = _hash(store, address)
    with store.writing() as db:
        db.execute("DELETE FROM erased WHERE mark = ?", [mark])


def _hash(store: Store, address: str) -> str:
    return hmac.new(key(store, ERASED), address.casefold().encode(), hashlib.sha256).hexdigest()

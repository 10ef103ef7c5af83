"""Take over an existing list of receivers by mail: with the proof that each agreed, or by asking them."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from alia_watch.audience.links import Links
from alia_watch.audience.signup import OFFERED, Signup, Wish, normalised
from alia_watch.audience.subscriber import Topic
from alia_watch.config.sections import Config
from alia_watch.errors import ImportRefused, UsageError
from alia_watch.pipeline.sign_up import sign_up
from alia_watch.reports.speech import LANGUAGES
from alia_watch.store import signups, subscribers
from alia_watch.store.database import Store
from alia_watch.store.erased import is_erased

#: The columns: only the first must be there. Spanish, and the digest, where a row says nothing of them.
COLUMNS = ("address", "language", "topics", "consent_at", "consent_source")
#: More than any list of journalists has: another file was meant.
_MOST_ROWS = 200_000
_LONGEST_PROOF = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One receiver of a list; `agreed_at` and `proof` are both there or both not."""

    line: int
    address: str
    language: str
    topics: frozenset[Topic]
    agreed_at: datetime | None = None
    proof: str = ""

    def wish(self) -> Wish:
        """As if they had filled in the form."""
        return Wish(self.address, self.language, self.topics)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows came to what. `erased` has the lines of those that were left out: their addresses were erased."""

    taken: int = 0
    asked: int = 0
    known: int = 0
    waiting: int = 0
    erased: tuple[int, ...] = ()


def import_subscribers(store: Store, config: Config, links: Links, file: Path, *, now: datetime) -> Imported:
    """Bring a list in: all of it or nothing. A second time changes nothing.

    Who agreed, by the row's own proof, receives from the next report on, and the proof is kept. Everybody else gets a
    letter that asks them, once an hour at most. An address that was erased stays erased: only its owner can come back.

    Raises:
        UsageError: the file cannot be read, or letters to confirm would lead nowhere, since there is no `[web]`.
        ImportRefused: rows are faulty; nothing was changed.
    """
    rows = _rows(file, now)
    if config.web is None and any(row.agreed_at is None for row in rows):
        raise UsageError(
            "Rows without a proof of consent need a letter to confirm, and there is no [web] that it could lead to.",
            hint="Fill in consent_at and consent_source, or switch the public pages on.",
        )
    done, erased = Imported(), []
    with store.writing():
        for row in rows:
            if is_erased(store, row.address):
                erased.append(row.line)
            elif subscribers.subscriber_of_address(store, row.address) is not None:
                done = replace(done, known=done.known + 1)
            elif row.agreed_at is not None:
                signup = Signup(signups.new_id(), row.address, row.language, row.topics, row.proof, "", row.agreed_at)
                signups.save_signup(store, signup)
                signups.confirm(store, signup.id, now=now)
                done = replace(done, taken=done.taken + 1)
            elif sign_up(store, config, links, row.wish(), network="", an_hour=_MOST_ROWS, now=now):
                done = replace(done, asked=done.asked + 1)
            else:
                done = replace(done, waiting=done.waiting + 1)
    return replace(done, erased=tuple(erased))


def _rows(file: Path, now: datetime) -> list[Row]:
    faults: list[str] = []
    found: dict[str, Row] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in _read(csv.DictReader(lines), now, faults):
                if found.setdefault(row.address.casefold(), row) is not row:
                    faults.append(f"line {row.line}: the address stands there before")
                if len(found) > _MOST_ROWS:
                    raise UsageError(f"{file} has more than {_MOST_ROWS} rows.", hint="Is it the right file?")
    except (OSError, UnicodeError, csv.Error) as error:
        raise UsageError(f"{file} cannot be read as CSV in UTF-8: {error}") from error
    if faults:
        raise ImportRefused(
            f"{file} has {len(faults)} faulty rows; nothing was changed.",
            faults=faults[:50],
            hint=f"The columns are {', '.join(COLUMNS)}.",
        )
    return list(found.values())


def _read(reader: "csv.DictReader[str]", now: datetime, faults: list[str]) -> Iterator[Row]:
    unknown = sorted(set(reader.fieldnames or ()) - set(COLUMNS))
    if "address" not in (reader.fieldnames or ()) or unknown:
        faults.append(f"line 1: the columns are not these{f': {unknown[0]} is none' if unknown else ''}")
        return
    for cells in reader:
        line = reader.line_num
        given = {name: (cells.get(name) or "").strip() for name in COLUMNS}
        try:
            yield _row(line, given, now)
        except ValueError as error:
            faults.append(f"line {line}: {error}")


def _row(line: int, given: dict[str, str], now: datetime) -> Row:
    language = given["language"] or "es"
    if language not in LANGUAGES:
        raise ValueError(f"the language is one of {', '.join(LANGUAGES)}")
    names = given["topics"].replace(",", " ").split() or [Topic.DIGEST.value]
    offered = {topic.value: topic for topic in OFFERED}
    if not set(names) <= offered.keys():
        raise ValueError(f"the topics are among {', '.join(offered)}")
    topics = frozenset(offered[name] for name in names)
    address = normalised(given["address"])
    if bool(given["consent_at"]) != bool(given["consent_source"]):
        raise ValueError("consent_at and consent_source are a proof together: give both, or neither")
    if not given["consent_at"]:
        return Row(line, address, language, topics)
    if len(given["consent_source"]) > _LONGEST_PROOF or not given["consent_source"].isprintable():
        raise ValueError(f"consent_source is one line of at most {_LONGEST_PROOF} letters")
    return Row(line, address, language, topics, _instant(given["consent_at"], now), given["consent_source"])


def _instant(text: str, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:  # OverflowError: the first hours of the year 1, in another zone
        raise ValueError("consent_at is a day or an instant, such as 2025-11-03 or 2025-11-03T10:15:00Z") from error
    if found > now:
        raise ValueError("consent_at lies ahead")
    return found.replace(microsecond=0)

"""Mail that comes back: reading a delivery report (RFC 3464), and what it means for a subscriber. Pure.

Anybody can write to the address that reports come to. So nothing in a letter is believed but the token that only we
could have made; and a letter may be of any size and shape.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from email import policy
from email.message import Message
from email.parser import BytesParser
from enum import StrEnum
from urllib.parse import unquote

#: Of a letter so many bytes are read: the report stands before the letter that it returns.
MOST_BYTES = 1_000_000
#: A letter of more parts than that is none of a mail server.
_MOST_PARTS = 100
_MOST_RECIPIENTS = 50
#: So many letters that came back softly within that time stop a subscriber.
SOFT_LIMIT = 5
SOFT_WITHIN = timedelta(days=90)

#: Where mail servers say whom a letter came to.
_CAME_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_EXTENSION = re.compile(r"\+([a-z0-9._=-]{8,64})@", re.IGNORECASE)
_LEAVE = re.compile(r"^\s*leave\s+([a-z0-9._=-]{8,64})\s*$", re.IGNORECASE)
_LEAVE_BY_MAIL = re.compile(r"subject=leave(?:%20|\+)([a-z0-9._=-]{8,64})", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
#: Permanent by their code, but of the letter, its size, a policy or a full mailbox: the address itself is good.
_NOT_THE_ADDRESS = re.compile(r"5\.(?:2\.[23]|3\.\d+|5\.\d+|6\.\d+|7\.\d+)$")


class Kind(StrEnum):
    """What came back."""

    HARD = "hard"  # the address does not take mail, and will not
    SOFT = "soft"  # this letter was given up, the next may arrive
    DELAYED = "delayed"  # it is still being tried; nothing follows from it


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says of one recipient. `status` is an enhanced code (5.1.1), or empty where there is none."""

    recipients: tuple[str, ...]
    action: str
    status: str


@dataclass(frozen=True, slots=True)
class Returned:
    """A delivery report.

    Attributes:
        tokens: what may be a subscriber's token, in the order in which they are worth trying.
        letter: which letter it is about: its Message-ID, else what the report itself is known by.
    """

    tokens: tuple[str, ...]
    letter: str
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Leaves:
    """Somebody leaves by mail, with the token that their mail program found in our letter."""

    token: str


@dataclass(frozen=True, slots=True)
class NoReport:
    """An answer of a person or a machine, or anything else: nothing follows from it but why not."""

    why: str


def read(raw: bytes, came_to: str = "") -> Returned | Leaves | NoReport:
    """What a letter is that came to the address for reports. Whatever it holds, this does not raise.

    Args:
        raw: the letter; what is beyond `MOST_BYTES` is not looked at.
        came_to: the address it came to, where the mail server told.
    """
    raw = raw[:MOST_BYTES]
    if raw.lower().count(b"content-type:") > _MOST_PARTS:
        return NoReport("it has too many parts")
    try:
        letter = BytesParser(policy=policy.compat32).parsebytes(raw)
        return _read(letter, raw, came_to)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return NoReport("it cannot be read")


def kind_of(failure: Failure, address: str) -> Kind | None:
    """What a failure means for the subscriber of an address; None where nothing failed.

    It is hard only where it is said of this very address: behind it may be a list of people one of whom has gone.
    """
    if failure.action == "delayed":
        return Kind.DELAYED
    if failure.action != "failed":
        return None
    said_of_it = address.casefold() in {each.casefold() for each in failure.recipients}
    lasting = failure.status.startswith("5.") and not _NOT_THE_ADDRESS.match(failure.status)
    return Kind.HARD if lasting and said_of_it else Kind.SOFT


def worst(kinds: set[Kind]) -> Kind | None:
    """Of several failures of one letter the one that counts."""
    return next((kind for kind in Kind if kind in kinds), None)


def _read(letter: Message, raw: bytes, came_to: str) -> Returned | Leaves | NoReport:
    # Some servers (OpenSMTPD) call a report multipart/mixed; a read receipt says that it is one.
    about = str(letter.get_param("report-type", "delivery-status")).lower()
    parts = [part for part in letter.walk() if not part.is_multipart() or part.get_content_maintype() == "message"]
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None or about != "delivery-status":
        leaving = _LEAVE.match(_text(letter["Subject"]))
        if leaving:
            return Leaves(leaving[1])
        answered = _text(letter["Auto-Submitted"]).lower()
        return NoReport("an automatic answer" if answered not in ("", "no") else "no delivery report")
    failures = tuple(_failures(status))
    if not failures:
        return NoReport("a delivery report that says nothing of a recipient")
    returned = _returned(parts)
    known_by = _text(returned["Message-ID"]) if returned is not None else ""
    known_by = known_by or _text(letter["Message-ID"]) or hashlib.sha256(raw).hexdigest()
    return Returned(tuple(_tokens(letter, returned, came_to)), known_by[:200], failures)


def _failures(status: Message) -> list[Failure]:
    """The blocks of a report: the first is of the letter as a whole, each other of one recipient."""
    blocks = status.get_payload()
    found = []
    for block in blocks[: _MOST_RECIPIENTS + 1] if isinstance(blocks, list) else ():
        if not isinstance(block, Message):
            continue
        named = (_text(block[name]) for name in ("Original-Recipient", "Final-Recipient"))
        recipients = tuple(name.rpartition(";")[2].strip(" <>")[:320] for name in named if name)
        if recipients:
            code = _STATUS.search(_text(block["Status"])) or _STATUS.search(_text(block["Diagnostic-Code"]))
            action = _text(block["Action"]).strip().lower()
            found.append(Failure(recipients, action, code[0] if code else ""))
    return found


def _returned(parts: list[Message]) -> Message | None:
    """The headers of the letter that came back."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                return inner[0]
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return BytesParser(policy=policy.compat32).parsebytes(payload, headersonly=True)
    return None


def _tokens(letter: Message, returned: Message | None, came_to: str) -> list[str]:
    """From where it came to, then from the letter that it returns."""
    places = [came_to, *(_text(each) for name in _CAME_TO for each in letter.get_all(name, []))]
    found = [token for place in places for token in _EXTENSION.findall(place[:2000])]
    if returned is not None:
        found += _EXTENSION.findall(_text(returned["Return-Path"])[:2000])
        found += _LEAVE_BY_MAIL.findall(unquote(_text(returned["List-Unsubscribe"])[:2000]).replace(" ", "%20"))
    return list(dict.fromkeys(found))[:10]


def _text(header: object) -> str:
    """A header's words; one of bytes that are no text is written with marks in their place."""
    return "" if header is None else str(header)

"""Signing up: which addresses are taken, who is a person as far as a form can tell, and how often one is written to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email

from alia_watch.audience.subscriber import Topic

#: What can be signed up for by mail, in the order of the form.
OFFERED = (Topic.DIGEST, Topic.COST_UPDATES, Topic.ALERTS, Topic.CORRECTIONS)
#: An address gets one letter to confirm within this time, whoever asks for it and how often.
AN_ADDRESS_EVERY = timedelta(hours=1)
#: A person needs so long to fill the form in at least, and takes no longer than a day.
FASTEST, SLOWEST = timedelta(seconds=3), timedelta(days=1)
#: Longer ones are no mail addresses (RFC 5321, 4.5.3.1.3).
LONGEST = 254


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for: an address as `normalised` gives it, a language, topics."""

    address: str
    language: str
    topics: frozenset[Topic]


@dataclass(frozen=True, slots=True)
class Signup:
    """Somebody asked for mail to an address, and it is not known yet whether it is theirs.

    Attributes:
        id: random, and says nothing of the address.
        wording: the sentence that was agreed to, in the language of the form.
        client: a keyed hash of the network it came from; erased with it.
        subscriber_id: who it became, once it was confirmed.
    """

    id: str
    address: str
    language: str
    topics: frozenset[Topic]
    wording: str
    client: str
    asked_at: datetime
    confirmed_at: datetime | None = None
    subscriber_id: str | None = None


def normalised(text: str) -> str:
    """A mail address as it is kept: its domain in lower case and in ASCII.

    Raises:
        ValueError: it is none.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST or not stripped.isprintable():
        raise ValueError("this is no mail address")
    try:
        found = validate_email(stripped, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise ValueError("this is no mail address") from error
    return found.ascii_email or found.normalized


def is_person(trap: str, begun: datetime | None, now: datetime) -> bool:
    """Whether a form was filled in by a person, as far as it shows.

    Args:
        trap: a field that people do not see, and programs fill in.
        begun: when the form was given out; None where that is not ours to read.
    """
    return not trap and begun is not None and FASTEST <= now - begun <= SLOWEST


def may_write(to_address: Sequence[datetime], by_client: Sequence[datetime], *, an_hour: int, now: datetime) -> bool:
    """Whether a letter to confirm goes out.

    Args:
        to_address, by_client: when letters were asked for lately: to this address, and from this network to any.
        an_hour: how many one network may ask for.
    """
    if any(now - each < AN_ADDRESS_EVERY for each in to_address):
        return False
    return sum(now - each < timedelta(hours=1) for each in by_client) < an_hour

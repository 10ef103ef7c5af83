"""Mail that comes back: what it changes, that nobody can forge it, and what a mail server's pipe is told."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from alia_bot.channels import open_channels
from alia_bot.channels.email import EmailChannel
from alia_bot.dispatch import Drained, drain
from alia_bot.links import links_of
from alia_watch.audience.bounce import SOFT_LIMIT, SOFT_WITHIN, Kind
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.clock import format_second
from alia_watch.pipeline.returned_mail import Done, Taken, take
from alia_watch.store import erased, outbox, signups, subscribers
from alia_watch.store.database import Store
from alia_watch.store.outbox import State
from tests.command import alia_watch
from tests.made import made_config, made_file
from tests.outbox import NOW, fill, message, subscriber
from tests.relay import Relay
from tests.returned import ADDRESS, report

EMAIL = ChannelKind.EMAIL
ANA, EVA = subscriber(EMAIL, ADDRESS), subscriber(EMAIL, "eva@example.net")
CHANNELS = {
    "email": {
        "host": "localhost",
        "port": 25,
        "security": "none",
        "sender": "ALIA Watch <alia-watch@example.org>",
        "bounces": "bounces@example.org",
        "unsubscribe": "leave@example.org",
        "pace_per_s": 1000,
    }
}
WEB = {"public_url": "https://watch.example.org", "controller": "Somebody, contact@example.org"}
SUBSCRIBERS = [{"channel": "email", "address": each.address} for each in (ANA, EVA)]


@pytest.fixture
def people(store: Store) -> Store:
    """Two who receive by mail, with a digest under way."""
    fill(store, [ANA, EVA], [message(EMAIL)])
    return store


def token_of(store: Store, who: str = ANA.id) -> str:
    return links_of(made_config(store.path.parent), store).verp(who)


def taken(store: Store, raw: bytes, *, days: int = 0) -> Taken:
    links = links_of(made_config(store.path.parent), store)
    ids = [each.id for each in subscribers.subscribers(store)]

    def leave(who: str) -> None:
        found = subscribers.subscriber_named(store, who)
        assert found is not None
        signups.leave(store, found, "they left by mail", now=NOW)

    at = NOW + timedelta(days=days)
    return take(store, raw, whose=lambda token: links.read_verp(token, ids), leave=leave, now=at)


def stopped(store: Store) -> list[str]:
    return [each.id for each in subscribers.subscribers(store) if each.stopped]


def test_a_hard_bounce_stops_its_subscriber_and_what_waits(people: Store) -> None:
    """The subscriber of the token gets nothing more, with the reason; the other goes on."""
    done = taken(people, report(token=token_of(people)))
    assert (done.done, done.subscriber, done.kind, done.status) == (Done.STOPPED, ANA.id, Kind.HARD, "5.1.1")
    assert stopped(people) == [ANA.id]
    assert outbox.counts(people)[State.DUE] == 1
    assert ADDRESS not in done.why


def test_the_same_report_twice_changes_nothing_more(people: Store) -> None:
    """A mail server that hands a report over again, or sends two of one letter, is counted once."""
    raw = report(token=token_of(people), status="4.4.7")
    assert taken(people, raw).done is Done.COUNTED
    assert taken(people, raw).done is Done.NOTED
    again = report(token=token_of(people), status="4.4.7", message_id="<r2@mx.example.net>")
    assert taken(people, again).done is Done.NOTED


def soft(store: Store, number: int, **more: str) -> bytes:
    return report(token=token_of(store), status="4.4.7", letter=f"<letter-{number}@example.org>", **more)


def test_soft_bounces_add_up(people: Store) -> None:
    """So many letters that came back softly within a season stop a subscriber, and not one fewer."""
    for number in range(SOFT_LIMIT - 1):
        assert taken(people, soft(people, number)).done is Done.COUNTED
        assert stopped(people) == []
    assert taken(people, soft(people, SOFT_LIMIT)).done is Done.STOPPED
    assert stopped(people) == [ANA.id]


def test_soft_bounces_are_forgotten(people: Store) -> None:
    """Those of last season count no more; delays never do."""
    for number in range(SOFT_LIMIT - 1):
        taken(people, soft(people, number))
    assert taken(people, soft(people, 50), days=SOFT_WITHIN.days + 1).done is Done.COUNTED
    for number in range(100, 100 + 2 * SOFT_LIMIT):
        assert taken(people, soft(people, number, action="delayed")).done is Done.NOTED
    assert stopped(people) == []


@pytest.mark.parametrize("token", ["abcdefgh2345", "a" * 24, "A" * 64])
def test_a_forged_report_changes_nothing(people: Store, token: str) -> None:
    """Who does not hold our token stops nobody, whatever address they name."""
    assert taken(people, report(token=token)).done is Done.IGNORED
    assert taken(people, report(token=token, to=f"bounces+{ADDRESS}", original=ADDRESS)).done is Done.IGNORED
    assert stopped(people) == []


def test_a_token_is_worth_nothing_for_another_subscriber(people: Store) -> None:
    """The token decides who it is about: with mine I stop nobody else."""
    raw = report(token=token_of(people), recipients=[EVA.address], original=EVA.address)
    assert taken(people, raw).kind is Kind.SOFT
    assert stopped(people) == []


def test_a_token_of_a_page_is_no_token_of_a_bounce(people: Store) -> None:
    """What leads to a page is worth nothing here."""
    links = links_of(made_config(people.path.parent, web=WEB), people)
    token = links.leave(ANA.id).rpartition("/")[2]
    assert taken(people, report(token=token)).done is Done.IGNORED


def test_relays_may_fold_the_case_of_the_token(people: Store) -> None:
    """Some write addresses in capitals, or all small."""
    assert taken(people, report(token=token_of(people).upper())).done is Done.STOPPED


def test_one_leaves_by_mail(people: Store) -> None:
    """The subject our letters give to mail programs is enough; the address is remembered as a hash alone."""
    raw = f"From: x@example.net\r\nSubject: leave {token_of(people)}\r\n\r\n".encode()
    assert taken(people, raw).done is Done.LEFT
    assert stopped(people) == [ANA.id]
    assert erased.is_erased(people, ADDRESS)
    assert taken(people, raw.replace(b"leave ", b"leave x")).done is Done.IGNORED


def test_letters_carry_what_their_return_needs(people: Store) -> None:
    """A real letter: its envelope sender is the subscriber's own, short enough, and its links are on whole lines."""
    with Relay() as relay:
        channels = {"email": {**CHANNELS["email"], "port": relay.port}}
        config = made_config(people.path.parent, channels=channels, subscriber=SUBSCRIBERS, web=WEB)
        channel = open_channels(config)[EMAIL]
        assert isinstance(channel, EmailChannel)
        assert drain(people, {EMAIL: channel}, now=NOW) == Drained(sent=2)
        channel.close()
    for [recipient], envelope, raw, read in zip(
        relay.recipients, relay.envelopes, relay.raw, relay.letters, strict=True
    ):
        token = token_of(people, f"email:{recipient}")
        assert envelope == f"bounces+{token}@example.org"
        assert len(envelope.partition("@")[0]) <= 64
        lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
        [way] = [line for line in lines if line.startswith(b"List-Unsubscribe:")]
        links = links_of(config, people)
        assert way.decode() == (
            f"List-Unsubscribe: <{links.leave(f'email:{recipient}')}>, "
            f"<mailto:leave@example.org?subject=leave%20{token}>"
        )
        assert len(way) <= 200
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
        body = read.get_body(("plain",))
        assert body is not None
        assert links.preferences(f"email:{recipient}") in body.get_content()


def verb(store: Store, *arguments: object, **changes: object) -> list[dict[str, object]]:
    config = made_file(store.path.parent, channels=CHANNELS, subscriber=SUBSCRIBERS, **changes)
    ended = alia_watch("--config", config, "--as-of", NOW.isoformat(), "bounces", *arguments, "--format", "json")
    assert ended.code == 0, ended.err
    return list(json.loads(ended.out))


def test_an_mbox_of_reports_is_read_letter_by_letter(people: Store, tmp_path: Path) -> None:
    """Each letter of the file is one row; what is no report is left alone."""
    box = tmp_path / "box"
    letters = [report(token=token_of(people)), b"Subject: hello\n\nFrom here on\n", report(token="nobodysownx")]
    box.write_bytes(b"".join(b"From x Sun Feb  1 08:30:00 2026\n" + each + b"\n\n" for each in letters))
    assert [row["done"] for row in verb(people, box)] == ["stopped", "ignored", "ignored"]
    assert [row["done"] for row in verb(people, box)] == ["noted", "ignored", "ignored"]


def piped(store: Store, raw: bytes, arguments: Sequence[str] = ()) -> "subprocess.CompletedProcess[bytes]":
    """As a mail server's pipe calls it: a real process, the letter on its standard input."""
    config = made_file(store.path.parent, channels=CHANNELS, subscriber=SUBSCRIBERS)
    command = [sys.executable, "-c", "from alia_bot.cli import main; main()", "--config", str(config)]
    return subprocess.run(
        [*command, "--as-of", format_second(NOW), "bounces", "-", *arguments],
        input=raw,
        capture_output=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
        timeout=120,
    )


def test_a_pipe_is_told_that_all_is_done(people: Store) -> None:
    """A report, or anything else, ends with 0: the mail server keeps nothing and answers nobody."""
    own = f"bounces+{token_of(people)}@example.org"
    ended = piped(people, report(to="x@example.org", token="nobodysownx"), ["--to", own])
    assert (ended.returncode, stopped(people)) == (0, [ANA.id]), ended.stderr
    assert piped(people, b"\0\xff" * 1_000_000).returncode == 0


def test_a_pipe_is_asked_to_come_back(people: Store) -> None:
    """While the database is held, or where there is none, nothing is lost: the mail server tries again."""
    raw = report(token=token_of(people))
    people.path.rename(people.path.with_suffix(".away"))
    ended = piped(people, raw)
    assert ended.returncode == os.EX_TEMPFAIL
    assert b"alia-watch init" in ended.stderr or b"database" in ended.stderr
    people.path.with_suffix(".away").rename(people.path)

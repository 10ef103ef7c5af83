"""Reading mail that comes back: what mail servers write is understood, and whatever else comes raises nothing."""

import random
import tracemalloc
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_watch.audience.bounce import (
    MOST_BYTES,
    Failure,
    Kind,
    Leaves,
    NoReport,
    Returned,
    kind_of,
    read,
    worst,
)
from tests.returned import ADDRESS, TOKEN, report

MICROSOFT = b"""From: postmaster@outlook.example\r
To: <bounces+abcdefgh2345@example.org>\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b1\r
MIME-Version: 1.0\r
Message-ID: <m1@outlook.example>\r
\r
--b1\r
Content-Type: multipart/alternative; boundary=b2\r
\r
--b2\r
Content-Type: text/plain\r
\r
Your message could not be delivered.\r
--b2\r
Content-Type: text/html\r
\r
<p>Your message could not be delivered.</p>\r
--b2--\r
--b1\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns;outlook.example\r
\r
Final-Recipient: rfc822;ana@example.net\r
Action: failed\r
Status: 5.1.10\r
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound\r
\r
--b1\r
Content-Type: message/rfc822\r
\r
From: alia-watch@example.org\r
Message-ID: <digest-2026-01.7.ab12@example.org>\r
Subject: s\r
\r
--b1--\r
"""


def kinds(raw: bytes, address: str = ADDRESS) -> Kind | None:
    found = read(raw)
    assert isinstance(found, Returned), found
    return worst({kind for failure in found.failures if (kind := kind_of(failure, address))})


@pytest.mark.parametrize("raw", [report(), MICROSOFT])
def test_a_report_tells_who_which_letter_and_why(raw: bytes) -> None:
    """The token, the letter's id, the recipient and the code are found, however the server arranges them."""
    found = read(raw)
    assert isinstance(found, Returned)
    assert (found.tokens[0], found.letter) == (TOKEN, "<digest-2026-01.7.ab12@example.org>")
    [failure] = found.failures
    assert (failure.recipients, failure.action, failure.status[:4]) == ((ADDRESS,), "failed", "5.1.")
    assert kinds(raw) is Kind.HARD


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", Kind.HARD),
        ("failed", "5.2.1", Kind.HARD),
        ("failed", "5.4.4", Kind.HARD),
        ("failed", "5.0.0", Kind.HARD),
        ("Failed", "5.1.1 (bad destination mailbox)", Kind.HARD),
        ("failed", "5.2.2", Kind.SOFT),
        ("failed", "5.3.4", Kind.SOFT),
        ("failed", "5.7.1", Kind.SOFT),
        ("failed", "5.7.26", Kind.SOFT),
        ("failed", "4.4.7", Kind.SOFT),
        ("delayed", "4.4.1", Kind.DELAYED),
        ("delivered", "2.0.0", None),
        ("relayed", "2.0.0", None),
        ("expanded", "2.0.0", None),
        ("", "5.1.1", None),
    ],
)
def test_what_lasts_is_told_from_what_passes(action: str, status: str, kind: Kind | None) -> None:
    """Only what is said of the address itself and for ever is hard; a policy, a full mailbox or a delay is not."""
    assert kinds(report(action=action, status=status)) is kind


def test_a_missing_status_is_read_from_the_servers_words() -> None:
    """Old servers leave the code out and quote the reply."""
    assert kinds(report(status="", diagnostic="smtp; 550 5.1.1 unknown")) is Kind.HARD
    assert kinds(report(status="", diagnostic="smtp; 550 unknown")) is Kind.SOFT


def test_one_who_left_behind_a_list_stops_nobody() -> None:
    """An address may stand for several people: the failure of one of them is no failure of the address."""
    gone = report(recipients=["gone@inside.example", "ana@inside.example"])
    assert kinds(gone) is Kind.SOFT
    assert kinds(report(recipients=["ANA@Example.NET"])) is Kind.HARD
    assert kinds(report(recipients=["box17@inside.example"], original=ADDRESS)) is Kind.HARD


def test_the_token_is_found_wherever_the_server_left_it() -> None:
    """In the address it came to, in what the pipe told, or in the letter that it returns."""
    for raw, came_to in (
        (report(to="postmaster@example.org"), ""),
        (report(to="postmaster@example.org", token="other-token-1"), f"bounces+{TOKEN}@example.org"),
    ):
        found = read(raw, came_to)
        assert isinstance(found, Returned)
        assert found.tokens[0] == TOKEN


def answer(subject: str = "Re: ALIA", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = ADDRESS, f"bounces+{TOKEN}@example.org", subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content("I am away until Monday. 550 5.1.1 user unknown")
    return bytes(made)


@pytest.mark.parametrize(
    "raw",
    [
        answer("Fuera de la oficina", Auto_Submitted="auto-replied"),
        answer("Please confirm that you are human", Auto_Submitted="auto-replied", Precedence="bulk"),
        answer("Undelivered Mail Returned to Sender"),
        report().replace(b"report-type=delivery-status", b"report-type=disposition-notification"),
        report().replace(b"Final-Recipient", b"X-Recipient"),
        b"",
    ],
)
def test_answers_and_challenges_are_no_bounces(raw: bytes) -> None:
    """Out of office, a challenge, a read receipt, or words that only look like a refusal: nothing follows."""
    assert isinstance(read(raw), NoReport)


def test_one_can_leave_by_mail() -> None:
    """The subject that mail programs send is understood; a word more, or no token, is not."""
    assert read(answer(f"leave {TOKEN}")) == Leaves(TOKEN)
    assert isinstance(read(answer(f"Re: leave {TOKEN}")), NoReport)
    assert isinstance(read(answer("leave")), NoReport)


@given(st.binary(max_size=2000))
def test_bytes_of_any_kind_raise_nothing(raw: bytes) -> None:
    """Whatever arrives is read or put aside."""
    assert isinstance(read(raw), Returned | Leaves | NoReport)


@given(st.data())
def test_a_report_cut_and_changed_anywhere_raises_nothing(data: st.DataObject) -> None:
    """Pieces left out, doubled or overwritten: it is still read or put aside, and a hard bounce needs our token."""
    raw = bytearray(data.draw(st.sampled_from([report(), MICROSOFT])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        match data.draw(st.sampled_from(("cut", "double", "write"))):
            case "cut":
                del raw[at : at + data.draw(st.integers(1, 200))]
            case "double":
                raw[at:at] = raw[at : at + data.draw(st.integers(1, 400))]
            case _:
                raw[at : at + 3] = data.draw(st.binary(min_size=1, max_size=20))
    found = read(bytes(raw))
    assert isinstance(found, Returned | Leaves | NoReport)
    if isinstance(found, Returned):
        assert {kind_of(failure, ADDRESS) for failure in found.failures} <= {*Kind, None}


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: message/rfc822\r\n\r\n" * 100_000,
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(90)),
        b"To: " + b"bounces+aaaaaaaa@x.y, " * 100_000 + b"\r\n\r\n",
        b"Subject: leave " + b"a" * 5_000_000 + b"\r\n\r\n",
        b"X-%d: a\r\n" % 1 * 200_000,
        report(recipients=[f"p{n}@example.net" for n in range(5_000)]),
        report() + random.Random(7).randbytes(8_000_000),
    ],
    ids=["nested", "boundaries", "addresses", "subject", "headers", "recipients", "long"],
)
def test_a_huge_or_deep_letter_takes_bounded_memory(raw: bytes) -> None:
    """Only the beginning of a letter is looked at, and what is nested too deep is put aside."""
    tracemalloc.start()
    try:
        found = read(raw)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(found, Returned | Leaves | NoReport)
    assert peak < 60 * MOST_BYTES


def test_only_so_many_recipients_are_read() -> None:
    """A report of thousands of recipients is none of one letter to one."""
    found = read(report(recipients=[f"p{n}@example.net" for n in range(200)]))
    assert isinstance(found, Returned)
    assert len(found.failures) == 50


def test_the_worst_counts() -> None:
    """Of several failures of one letter the hard one."""
    failures = (Failure((ADDRESS,), "delayed", "4.0.0"), Failure((ADDRESS,), "failed", "5.1.1"))
    assert worst({kind for each in failures if (kind := kind_of(each, ADDRESS))}) is Kind.HARD
    assert worst(set()) is None

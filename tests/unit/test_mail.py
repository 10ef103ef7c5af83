"""A letter: what mail programs and relays read of it, and that nothing in a header can begin another."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_bot.channels.mail import Letterhead, address, letter, on_the_wire
from alia_watch.audience.message import Image, Message
from alia_watch.audience.subscriber import ChannelKind
from tests.outbox import NOW, message
from tests.pictures import png

HEAD = Letterhead("ALIA Watch", "Vigía ñ <alia-watch@example.org>", "contact@example.org")
HEADERS = {
    "from",
    "to",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "list-id",
    "auto-submitted",
    "mime-version",
    "content-type",
    "content-language",
}


def written(sent: Message, *, to: str = "Ana <ana@example.net>", head: Letterhead = HEAD) -> tuple[bytes, EmailMessage]:
    """The letter as it travels, and as it is read."""
    raw = on_the_wire(letter(head, to, sent, message_id="digest-2026-01.7.ab12", now=NOW))
    return raw, message_from_bytes(raw, policy=policy.default)  # type: ignore[arg-type]


def mail(**changes: str) -> Message:
    return message(ChannelKind.EMAIL, **changes)


def test_a_letter_says_what_it_is() -> None:
    """Sender, list, date and id are there, it is marked as written by a machine, and the id is the one given."""
    _, read = written(mail())
    assert {name.lower() for name in read} == HEADERS
    assert read["From"] == "Vigía ñ <alia-watch@example.org>"
    assert read["To"] == "Ana <ana@example.net>"
    assert read["Message-ID"] == "<digest-2026-01.7.ab12@example.org>"
    assert read["List-Id"] == "ALIA Watch <alia-watch.example.org>"
    assert read["Date"].datetime == NOW
    assert (read["Auto-Submitted"], read["Content-Language"]) == ("auto-generated", "es")


def test_plain_text_comes_first_and_pictures_stand_inside_the_html() -> None:
    """The parts are in the order that mail programs expect, and each picture is found under its cid."""
    chart = Image("chart.png", "Descargas", png())
    markup = '<p>ñ €</p><img src="cid:chart.png" alt="Descargas">'
    sent = Message("digest:2026-01", "es", ChannelKind.EMAIL, 0, "s", "línea ñ €\n.\n", markup, (chart,))
    _, read = written(sent)
    kinds = [part.get_content_type() for part in read.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    plain, html, picture = (part for part in read.walk() if not part.is_multipart())
    assert plain.get_content().split("\r\n") == ["línea ñ €", ".", ""]
    assert html.get_content().strip() == markup
    assert (picture["Content-ID"], picture.get_content(), picture.get_filename()) == (
        "<chart.png>",
        chart.png,
        "chart.png",
    )
    assert picture.get_content_disposition() == "inline"


def test_any_relay_can_pass_it_on() -> None:
    """Whatever the words, the letter is ASCII in lines of at most 200 octets, with CRLF alone."""
    raw, read = written(mail(text="€ " * 3000, markup="x" * 5000, subject="ñandú " * 40))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 200
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert read["Subject"] == ("ñandú " * 40).strip()


@given(text=st.text(), markup=st.text(), subject=st.text(), name=st.text())
def test_no_word_can_become_a_header(text: str, markup: str, subject: str, name: str) -> None:
    """Line breaks and control characters in any text leave the headers those that we wrote."""
    raw, read = written(
        mail(text=text, markup=markup, subject=subject), head=Letterhead(name, "a@example.org", "b@c.de")
    )
    assert {header.lower() for header in read} == HEADERS
    assert raw.isascii()
    assert not set(str(read["Subject"])) & {"\r", "\n", "\0"}


@given(st.text())
def test_no_address_can_become_a_header(text: str) -> None:
    """An address either is one or is refused; it never adds a line."""
    try:
        _, read = written(mail(), to=text)
    except ValueError:
        return
    assert {header.lower() for header in read} == HEADERS


@pytest.mark.parametrize(
    "text",
    [
        "ana@example.net\r\nBcc: eva@example.net",
        "ana@example.net\nRCPT TO:<eva@example.net>",
        "Ana\r\nX: y <ana@example.net>",
        "ana",
        "@example.net",
        "ana@",
        "",
        "ana eva@example.net",
        "añá@example.net",
        "ana@exa mple.net",
        "ana@" + "a" * 64 + ".net",
        "ana@.",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """An address that a relay could misread is never written."""
    with pytest.raises(ValueError, match=r"\w"):
        address(text)


def test_a_domain_in_another_script_is_written_in_ascii() -> None:
    """Internationalised domains travel in their ASCII form; relays need not know them."""
    assert address("Ana <ana@españa.example>").addr_spec == "ana@xn--espaa-rta.example"


def test_without_a_reply_address_there_is_none() -> None:
    """Reply-To is left out where the configuration gives none."""
    _, read = written(mail(), head=Letterhead("ALIA Watch", "alia-watch@example.org"))
    assert read["Reply-To"] is None

"""A letter: what mail programs and relays read of it, and that nothing in a header can begin another."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alia_bot.channels.mail import Leaving, Letterhead, address, letter
from alia_watch.audience.message import Attachment, Image, Message
from alia_watch.audience.subscriber import ChannelKind, Source
from alia_watch.reports.letter_foot import foot
from alia_watch.reports.speech import LANGUAGES
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
    "precedence",
    "auto-submitted",
    "mime-version",
    "content-type",
    "content-language",
}


def written(sent: Message, *, to: str = "Ana <ana@example.net>", head: Letterhead = HEAD) -> tuple[bytes, EmailMessage]:
    """The letter as it travels, and as it is read."""
    raw = letter(head, to, sent, message_id="digest-2026-01.7.ab12", now=NOW)
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
    """Whatever the words, the letter is ASCII in lines of at most 200 octets with CRLF, its encoded words short."""
    raw, read = written(mail(text="€ " * 3000, markup="x" * 5000, subject="ñandú " * 40))
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 200
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, re.findall(rb"=\?utf-8\?\S+", raw))) <= 75
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


PAGE = "https://watch.example.org/leave/" + "x" * 70
LEAVING = Leaving(PAGE, "leave@example.org", "leave abcdefgh2345")


def left(leaving: Leaving | None, **more: Any) -> tuple[bytes, EmailMessage]:
    """A letter with its ways to leave, as it travels and as it is read."""
    made = letter(HEAD, "ana@example.net", mail(**more), message_id="d.7.ab", now=NOW, leaving=leaving)
    raw = made
    return raw, message_from_bytes(raw, policy=policy.default)  # type: ignore[arg-type]


def test_the_ways_to_leave_stand_on_one_line_each() -> None:
    """On the raw bytes: the page and the address unfolded, and the word by which a program leaves with one click."""
    raw, read = left(LEAVING)
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    both = f"List-Unsubscribe: <{PAGE}>, <mailto:leave@example.org?subject=leave%20abcdefgh2345>".encode()
    assert both in lines
    assert len(both) <= 200
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert b"Precedence: bulk" in lines
    assert b"Auto-Submitted: auto-generated" in lines
    assert b"List-Id: ALIA Watch <alia-watch.example.org>" in lines
    assert b"Message-ID: <d.7.ab@example.org>" in lines
    assert len([line for line in lines if line.lower().startswith(b"list-unsubscribe")]) == 2
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_is_only_promised_where_there_is_a_page() -> None:
    """By mail alone there is no one-click; where there is no way at all, no header says so."""
    raw, _ = left(Leaving(write_to="leave@example.org", word="leave"))
    assert b"\r\nList-Unsubscribe: <mailto:leave@example.org?subject=leave>\r\n" in raw
    assert b"One-Click" not in raw
    assert b"List-Unsubscribe" not in left(Leaving())[0]


def test_a_letter_to_one_person_is_of_no_list() -> None:
    """What asks somebody to confirm is marked as written by a machine, and as nothing else."""
    _, read = left(None)
    names = {name.lower() for name in read}
    assert names == HEADERS - {"list-id", "precedence"}


@given(st.text(), st.text(), st.text())
def test_no_name_or_subject_can_become_a_way_to_leave(subject: str, text: str, name: str) -> None:
    """Whatever words a report or the configuration brings, the headers for leaving are those we wrote."""
    head = Letterhead(name, "a@example.org", "b@c.de")
    sent = mail(subject=subject, text=text)
    raw = letter(head, "ana@example.net", sent, message_id="d.7.ab", now=NOW, leaving=LEAVING)
    read = message_from_bytes(raw, policy=policy.default)
    assert {each.lower() for each in read} == HEADERS | {"list-unsubscribe", "list-unsubscribe-post"}
    assert read["List-Unsubscribe"].startswith(f"<{PAGE}>")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", list(Source))
def test_the_foot_says_why_and_how_to_leave(language: str, source: Source) -> None:
    """In every language, in the text and in the HTML: why one gets it, the preferences, and the way out."""
    below = foot(language, watch="ALIA <Watch>", source=source, preferences="https://w.example/p/1?a=1&b=2", leave=PAGE)
    made = letter(
        HEAD,
        "ana@example.net",
        mail(markup="<html><body><main><p>174</p></main></body></html>"),
        message_id="d.7.ab",
        now=NOW,
        leaving=LEAVING,
        foot=below,
    )
    read: EmailMessage = message_from_bytes(made, policy=policy.default)  # type: ignore[assignment]
    plain, html = (str(read.get_body((kind,)).get_content()) for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "\r\n-- \r\n" in plain
    assert "ALIA <Watch>" in " ".join(plain.split())
    assert "https://w.example/p/1?a=1&b=2" in plain
    assert PAGE in plain
    assert "ALIA &lt;Watch&gt;" in html
    assert 'href="https://w.example/p/1?a=1&amp;b=2"' in html
    assert html.index("174") < html.index(PAGE) < html.index("</main>")


def test_without_pages_the_foot_names_an_address() -> None:
    """Who has no page to leave at is told where to write."""
    below = foot("es", watch="ALIA Watch", source=Source.CONFIGURATION, write_to="leave@example.org")
    assert "leave@example.org" in below.text
    assert "leave@example.org" in below.markup
    assert "http" not in below.text


def test_files_come_only_to_who_asked_for_them() -> None:
    """The tables stand after the words, under their names, and only where they are wanted."""
    sent = replace(mail(), attachments=(Attachment("digest-2026-01-daily_counts.csv", "día;n\n1;2\n".encode()),))

    def parts(*, attached: bool) -> list[str]:
        made = letter(HEAD, "ana@example.net", sent, message_id="d.7.ab", now=NOW, attached=attached)
        read: EmailMessage = message_from_bytes(made, policy=policy.default)  # type: ignore[assignment]
        if attached:
            [file] = read.iter_attachments()
            assert file.get_content_type() == "text/csv"
            assert file.get_payload(decode=True) == "día;n\n1;2\n".encode()
            assert file.get_filename() == "digest-2026-01-daily_counts.csv"
        return [part.get_content_type() for part in read.walk()]

    assert parts(attached=False) == ["multipart/alternative", "text/plain", "text/html"]
    assert parts(attached=True)[:3] == ["multipart/mixed", "multipart/alternative", "text/plain"]

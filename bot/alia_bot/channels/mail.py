"""A message as a letter: what goes over SMTP and what the folder keeps as `.eml`. Pure."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import quote

from alia_bot.channels import mime
from alia_watch.audience.message import Message
from alia_watch.reports.letter_foot import Foot

#: Read by programs that know nothing of folding.
_WHOLE = frozenset({"list-unsubscribe", "list-unsubscribe-post", "message-id"})


class _Headers(policy.EmailPolicy):
    """Nothing is folded where that would break it: a folded address is none, nor is a folded link.

    A subject may be long: its encoded words have 75 octets at most (RFC 2047), which the library's newer way of folding
    does not keep to without losing blanks, and its older one does.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in _WHOLE:
            return f"{name}: {value}\r\n".encode("ascii")
        if name.lower() == "subject":
            text = str(value)
            charset = "us-ascii" if text.isascii() else "utf-8"
            folded = Header(text, charset, header_name=name, maxlinelen=76).encode(linesep="\r\n")
            return f"{name}: {folded}\r\n".encode("ascii")
        return super().fold_binary(name, value)


_HEADERS = _Headers(linesep="\r\n", cte_type="7bit", max_line_length=998)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every letter of a watch says of itself. `sender` and `reply_to` may be `Name <address>`."""

    name: str
    sender: str
    reply_to: str | None = None

    @property
    def domain(self) -> str:
        """The domain of the sender's address."""
        return address(self.sender).domain


@dataclass(frozen=True, slots=True)
class Leaving:
    """How who gets a letter can leave: at a page by one click, or by writing a word to an address; or neither."""

    page: str = ""
    write_to: str = ""
    word: str = ""

    def headers(self) -> dict[str, str]:
        """As mail programs read it (RFC 2369, RFC 8058)."""
        ways = [f"<{self.page}>"] if self.page else []
        if self.write_to:
            ways.append(f"<mailto:{self.write_to}?subject={quote(self.word)}>")
        found = {"List-Unsubscribe": ", ".join(ways)} if ways else {}
        return {**found, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if self.page else found


#: Of a list that nobody can leave by themselves: what is written into a folder.
_NO_WAY = Leaving()


def address(text: str) -> Address:
    """A mail address with or without a name, its domain in ASCII.

    Raises:
        ValueError: it is none, holds control characters, or its local part is not ASCII (few relays take those).
    """
    if not text.isprintable():
        raise ValueError("the address holds control characters")
    name, spec = parseaddr(text)
    local, at, domain = spec.rpartition("@")
    if not (at and local and domain) or " " in spec or spec not in text:  # the parser mends what it reads
        raise ValueError("this is no mail address")
    if not local.isascii():
        raise ValueError("the part before the @ is not ASCII, which mail relays rarely take")
    return Address(name or "", local, domain.encode("idna").decode("ascii"))


def letter(
    head: Letterhead,
    recipient: str,
    message: Message,
    *,
    message_id: str,
    now: datetime,
    leaving: Leaving | None = _NO_WAY,
    foot: Foot | None = None,
    attached: bool = False,
) -> bytes:
    """The letter as a relay gets it: plain text first, then HTML with its images inside, then the files, where they are
    `attached`. The same arguments give the same bytes: ASCII, in lines that any relay passes.

    Args:
        leaving: how its receiver can leave; None for a letter that goes to one person once and is of no list.
        foot: what stands under the words, for its receiver alone.

    Raises:
        ValueError: an address cannot be used.
    """
    made = EmailMessage(policy=_HEADERS)
    made["From"] = address(head.sender)
    made["To"] = address(recipient)
    if head.reply_to:
        made["Reply-To"] = address(head.reply_to)
    made["Subject"] = _one_line(message.subject)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{message_id}@{head.domain}>"
    if leaving is not None:
        made["List-Id"] = f"{_one_line(head.name)} <alia-watch.{head.domain}>"
        for name, value in leaving.headers().items():
            made[name] = value
        made["Precedence"] = "bulk"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = message.language
    made["MIME-Version"] = "1.0"
    headers = b"".join(_HEADERS.fold_binary(name, value) for name, value in made.items())
    return headers + mime.letter(
        message.text + (foot.text if foot else ""),
        foot.under(message.markup) if foot else message.markup,
        message.images,
        message.attachments if attached else (),
        mark=message_id,
    )


def _one_line(text: str) -> str:
    """Without line breaks and other control characters: nothing in a header can begin another."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

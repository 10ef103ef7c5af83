"""A message as a letter: what goes over SMTP and what the folder keeps as `.eml`. Pure."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from alia_watch.audience.message import Message

#: Content in lines that any relay passes.
_CONTENT = policy.SMTP.clone(cte_type="7bit")
#: Headers are not folded early: a folded address is a broken one.
_HEADERS = policy.SMTP.clone(cte_type="7bit", max_line_length=200)


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


def letter(head: Letterhead, recipient: str, message: Message, *, message_id: str, now: datetime) -> EmailMessage:
    """The letter: plain text first, then HTML with its images inside.

    Raises:
        ValueError: an address cannot be used.
    """
    made = EmailMessage(policy=_CONTENT)
    made["From"] = address(head.sender)
    made["To"] = address(recipient)
    if head.reply_to:
        made["Reply-To"] = address(head.reply_to)
    made["Subject"] = _one_line(message.subject)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{message_id}@{head.domain}>"
    made["List-Id"] = f"{_one_line(head.name)} <alia-watch.{head.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(message.text, cte="quoted-printable")
    made.add_alternative(message.markup, subtype="html", cte="quoted-printable")
    html = made.get_payload(1)
    assert isinstance(html, EmailMessage)  # noqa: S101  the alternative that was just added
    for image in message.images:
        name = _one_line(image.name)
        html.add_related(image.png, "image", "png", cid=f"<{name}>", filename=name, disposition="inline")
    made["Content-Language"] = message.language  # last: new content clears the headers of the old
    return made


def on_the_wire(made: EmailMessage) -> bytes:
    """The letter as a relay gets it."""
    return made.as_bytes(policy=_HEADERS)


def _one_line(text: str) -> str:
    """Without line breaks and other control characters: nothing in a header can begin another."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

"""What a relay's refusal means for the outbox, by where it was said, its code and its words. Pure."""

import re
import ssl

from alia_bot.channels.outcome import Later, Never

#: Enhanced status codes (RFC 3463) that speak of the recipient's mailbox or address.
_MAILBOX = re.compile(r"\s*5\.[12]\.\d{1,3}\b")
#: Of a policy: whether it concerns us or this recipient is in the words only.
_POLICY = re.compile(r"\s*5\.7\.\d{1,3}\b")
_RELAYING = re.compile(r"relay|authenticat|not permitted|starttls", re.IGNORECASE)
_TOO_LARGE = re.compile(r"\s*5\.(?:3\.4|2\.3)\b|too (?:large|big)|exceeds|size", re.IGNORECASE)
#: The relay has had enough of us for now, whoever the letter is for.
_TOO_FAST = re.compile(r"\brate\b|throttl|too many (?:messages|mails|e-?mails|connections)|too fast", re.IGNORECASE)
#: The relay takes its leave (RFC 5321, 3.8): over this connection nothing more is taken.
CLOSING = 421


def of_us(code: int, said: str) -> Later | Never:
    """The greeting, STARTTLS or the login was refused: nobody's letter can go."""
    why = f"the relay refused us: {code} {said}"
    return Later(None, why, channel=True) if code < 500 else Never(why, ours=True, channel=True)


def of_the_sender(code: int, said: str, size: int) -> Later | Never:
    """What is said to our own address concerns everybody, save that this letter of `size` bytes is too large."""
    why = f"the sender was refused: {code} {said}"
    if code < 500:
        return Later(None, why, channel=True)
    if code == 552 or _TOO_LARGE.search(said):
        return _too_large(size, why)
    return Never(why, ours=True, channel=True)


def of_the_recipient(code: int, said: str) -> Later | Never:
    """Greylisting and full mailboxes are for now and for this recipient alone; so is what is refused for ever, unless
    the words say that the relay would pass nothing on for us."""
    why = f"the recipient was refused: {code} {said}"
    if code < 500:
        return Later(None, why, channel=code == CLOSING or bool(_TOO_FAST.search(said)))
    if code in (530, 535) or (not _MAILBOX.match(said) and _RELAYING.search(said)):
        return Never(why, ours=True, channel=True)
    return Never(why, ours=bool(_POLICY.match(said)))


def of_the_letter(code: int, said: str, size: int) -> Later | Never:
    """After the letter was handed over: about the letter itself, or now and then about the recipient."""
    why = f"the letter was refused: {code} {said}"
    if code < 500:
        return Later(None, why, channel=code == CLOSING or bool(_TOO_FAST.search(said)))
    if code == 552 or _TOO_LARGE.search(said):
        return _too_large(size, why)
    return Never(why, ours=not _MAILBOX.match(said))


def untrusted(error: ssl.SSLError) -> Never:
    """Without encryption that can be trusted nothing is sent."""
    reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
    return Never(f"the relay's certificate or encryption cannot be trusted: {reason}", ours=True, channel=True)


def _too_large(size: int, why: str) -> Never:
    return Never(f"over-long: {size} bytes are more than the relay takes ({why})", ours=True)

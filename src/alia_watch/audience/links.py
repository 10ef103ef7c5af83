"""Links that only we can make: each is signed for one purpose, and worth nothing for another.

The key stays in the database. A link to confirm is good for a week; those to leave and to change what one receives are
in letters that may be read years later, and do not end.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from itsdangerous import BadData, Signer, TimestampSigner

#: How long a sign-up may wait to be confirmed.
CONFIRM_WITHIN = timedelta(days=7)
#: Signatures in addresses are short, so that no header or relay breaks them: 120 bits.
_VERP = 15


class Links:
    """The links of one watch.

    Args:
        key: 32 random bytes.
        public_url: where the public pages are, without a slash at the end.
    """

    def __init__(self, key: bytes, public_url: str) -> None:
        self._key = key
        self._url = public_url.rstrip("/")
        #: As it is said in a sentence.
        self.site = self._url.partition("://")[2]

    def confirm(self, signup: str, now: datetime) -> str:
        """The page that confirms a sign-up, by its id."""
        signer = _Dated(self._key, salt="confirm", now=now)
        return f"{self._url}/confirm/{signer.sign(signup).decode()}"

    def leave(self, subscriber: str) -> str:
        """The page on which a subscriber leaves."""
        return f"{self._url}/leave/{self._signed('leave', subscriber)}"

    def preferences(self, subscriber: str) -> str:
        """The page on which a subscriber changes what they receive."""
        return f"{self._url}/preferences/{self._signed('preferences', subscriber)}"

    def verp(self, subscriber: str) -> str:
        """What stands in the return address of letters to a subscriber: 24 lower-case letters and digits, since relays
        fold the case of addresses and take no more than 64 before the @. It does not hold the id, which may be long."""
        mac = hmac.new(self._key, b"verp\n" + subscriber.encode(), hashlib.sha256).digest()
        return base64.b32encode(mac[:_VERP]).decode().lower()

    def read_confirm(self, token: str, now: datetime) -> str | None:
        """The sign-up of a token of `confirm`; None where it is not ours, or too old."""
        signer = _Dated(self._key, salt="confirm", now=now)
        try:
            return signer.unsign(token, max_age=int(CONFIRM_WITHIN.total_seconds())).decode()
        except (BadData, UnicodeError):
            return None

    def read_leave(self, token: str) -> str | None:
        """The subscriber of a token of `leave`; None where it is not ours."""
        return self._read("leave", token)

    def read_preferences(self, token: str) -> str | None:
        """The subscriber of a token of `preferences`; None where it is not ours."""
        return self._read("preferences", token)

    def read_verp(self, token: str, subscribers: Iterable[str]) -> str | None:
        """Which of these subscribers' a token of `verp` is; None where it is nobody's."""
        given = token.lower().encode("utf-8", "replace")
        # Every one is compared: ten thousand take 30 ms.
        return next((each for each in subscribers if hmac.compare_digest(given, self.verp(each).encode())), None)

    def _signed(self, purpose: str, subscriber: str) -> str:
        return Signer(self._key, salt=purpose, digest_method=hashlib.sha256).sign(subscriber).decode()

    def _read(self, purpose: str, token: str) -> str | None:
        try:
            return Signer(self._key, salt=purpose, digest_method=hashlib.sha256).unsign(token).decode()
        except (BadData, UnicodeError):
            return None


class _Dated(TimestampSigner):
    """A signature with the instant it was made at, by the watch's own clock."""

    def __init__(self, key: bytes, *, salt: str, now: datetime) -> None:
        super().__init__(key, salt=salt, digest_method=hashlib.sha256)
        self._now = now

    def get_timestamp(self) -> int:
        """The watch's present."""
        return int(self._now.timestamp())

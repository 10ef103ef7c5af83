"""How `alia-watch check` asks an address that is configured: once, in bounded time, and led nowhere else."""

import urllib.request
from urllib.response import addinfourl

#: How long an answer may take, in seconds.
_PATIENCE_S = 15


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: whoever answers at a configured address sends this machine nowhere."""

    def redirect_request(self, *_: object) -> None:
        """None: the redirect itself is the answer."""


_OPENER = urllib.request.build_opener(_Stays)


def get(url: str) -> addinfourl:
    """The answer to a GET. Raises `urllib.error.HTTPError` for any but 200, a redirect included, or OSError."""
    answer: addinfourl = _OPENER.open(url, timeout=_PATIENCE_S)
    return answer

"""What stands before every page: limits on what comes in, headers on what goes out, and who is asking. Plain ASGI.

Every request has an id: in each line that is logged for it, in the header `X-Request-Id`, and on the page that says
that something broke.
"""

import ipaddress
import secrets
from collections.abc import Iterable, MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A form is much smaller; nothing else is taken in.
LARGEST_BODY = 16_384
#: No script at all, no style but our own file, nothing from elsewhere, and no page of another's around ours.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-site",
}
_YEAR_S = 31_536_000


class Guarded:
    """An application behind the limits.

    Args:
        https: whether people come over TLS: then browsers are told to insist on it.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if https:
            self._headers["strict-transport-security"] = f"max-age={_YEAR_S}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        request = secrets.token_hex(4)

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        asked = Headers(scope=scope)
        length = asked.get("content-length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            await PlainTextResponse("Too large.\n", 413)(scope, receive, headed)
            return
        with structlog.contextvars.bound_contextvars(request=request):
            await self._app(scope, _bounded(receive), headed)


class TooLargeError(Exception):
    """A body without an announced length went on and on."""


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def some() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BODY:
            raise TooLargeError
        return message

    return some


def network(peer: str, forwarded: str, trusted: Iterable[str]) -> str:
    """The network a client is in: its address, of IPv6 the first 56 bits, since one household has all the others.

    Args:
        peer: who is connected to us.
        forwarded: `X-Forwarded-For`, which is believed as far as each who wrote it is trusted, from the last on.
    """
    networks = [ipaddress.ip_network(each) for each in trusted]
    hops = [each.strip() for each in forwarded.split(",") if each.strip()]
    found = _address(peer)
    while hops and found is not None and any(found in each for each in networks if each.version == found.version):
        further = _address(hops.pop())
        if further is None:
            break
        found = further
    if found is None:
        return "unknown"
    return str(ipaddress.ip_network((found, 56 if found.version == 6 else 32), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found

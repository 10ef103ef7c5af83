"""One request of the Hub's client over the wire: bounded in time and size, and told in our words where it fails."""

import logging
import time

import httpx2

from alia_watch.sources.proxy import untrusted

_log = logging.getLogger(__name__)


class Failed(Exception):
    """There is no whole answer. `again` tells whether another try can help: not where the other side proves no name."""

    def __init__(self, detail: str, *, again: bool = True) -> None:
        super().__init__(detail)
        self.again = again


class TooLong(Failed):
    """The answer is longer than any of the Hub's."""


def exchange(
    wire: httpx2.BaseTransport, request: httpx2.Request, *, seconds: float, most: int, sends: bool = False
) -> tuple[int, httpx2.Headers, bytes]:
    """Send once, and read the whole answer: its status, headers and body.

    Args:
        seconds: the most that any wait may take, and that the whole may; with `sends`, the whole of the answer alone,
            for a file may take its time on the way there.
        most: bytes of an answer.

    Raises:
        Failed: there is none, or it is too long. Whatever the body raises on its way goes through.
    """
    request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    started = time.monotonic()
    try:
        response = wire.handle_request(request)
        try:
            since = time.monotonic() if sends else started
            received = bytearray()
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > most:
                    raise TooLong(f"the answer is longer than {most} bytes", again=False)
                if time.monotonic() - since > seconds:
                    raise Failed(f"the answer was not whole after {seconds:g} s")
        finally:
            response.close()
    except httpx2.TimeoutException as error:
        raise Failed(f"no answer within {seconds:g} s ({type(error).__name__})") from None
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        again = not untrusted(error)
        raise Failed(f"the connection failed ({type(error).__name__})", again=again) from None
    # The Hub's own id of the request: its people can find it by that. Not the query, which signs the address of a file.
    named, took = response.headers.get("x-request-id", ""), round(time.monotonic() - started, 3)
    _log.info("hub: %s %s: %s in %s s, %s", request.method, request.url.path, response.status_code, took, named)
    return response.status_code, response.headers, bytes(received)

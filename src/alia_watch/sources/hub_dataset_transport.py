"""How a request that writes to a dataset repo travels: once, bounded in time, and only where it may go.

The token goes to the Hub alone, about the one repo. The bytes of a file go where the Hub says, as its client does it:
to the Hub itself, or over https to a public address, without the token. No redirect is followed. What fails is not
repeated here, nor by the client (`NotDone` is none of the errors it repeats): `hub_dataset.py` begins the step again.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import httpx2
from huggingface_hub.constants import is_offline_mode

from alia_watch.clock import Clock
from alia_watch.sources.hub_exchange import Failed, exchange
from alia_watch.sources.patience import Deadline, OutOfTime, retry_after
from alia_watch.sources.proxy import proxy_for, transport
from alia_watch.sources.reach import Refused, host, origin, parsed, target

#: A page of 1,000 files is about 300 kB.
MOST_BYTES = 8 * 1024 * 1024

#: Worth another try: the Hub is busy or away, or somebody else wrote to the repo at the same moment.
_AGAIN = frozenset({408, 409, 412, 429, 500, 502, 503, 504})
_USED_UP = re.compile(r"r\s*=\s*0\s*;\s*t\s*=\s*(\d{1,6})\b")


class NotDone(httpx2.TransportError):
    """A request came to nothing; `again` tells whether another try can help, `after` the seconds the Hub asks for."""

    def __init__(self, detail: str, *, again: bool = False, after: float | None = None) -> None:
        super().__init__(detail)
        self.again = again
        self.after = after


class DatasetTransport(httpx2.BaseTransport):
    """The transport of one copy.

    Args:
        only_looking: nothing that would change the repo leaves.
    """

    def __init__(
        self,
        endpoint: str,
        repo_id: str,
        *,
        request_timeout_s: float,
        deadline: Deadline,
        clock: Clock,
        only_looking: bool = False,
    ) -> None:
        self._root = httpx2.URL(endpoint)
        self._repo = repo_id
        self._timeout = request_timeout_s
        self._deadline = deadline
        self._clock = clock
        self._only_looking = only_looking
        self._wires: dict[str, httpx2.HTTPTransport] = {}

    def close(self) -> None:
        """Close every connection."""
        for wire in self._wires.values():
            wire.close()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request of the client. Raises NotDone."""
        if is_offline_mode():
            raise NotDone("HF_HUB_OFFLINE is set: unset it")
        try:
            self._deadline.check()
            self._judge(request)
            status, headers, body = self._send(request)
            self._deadline.check()  # an answer that came too late begins nothing more
        except OutOfTime as over:
            raise NotDone(str(over)) from None
        if status in _AGAIN:
            raise NotDone(f"HTTP {status}", again=True, after=_asked(status, headers, self._clock()))
        if 300 <= status < 400:
            raise NotDone(f"HTTP {status}: the Hub sends elsewhere: was the repo renamed?")
        kept = {name: value for name, value in headers.items() if name not in ("content-encoding", "content-length")}
        return httpx2.Response(status, headers=kept, content=body, request=request)

    def _judge(self, request: httpx2.Request) -> None:
        """Refuse what is neither about the repo, nor the bytes of a file."""
        method, url = request.method, request.url
        at_home = (url.scheme, url.host, url.port) == (self._root.scheme, self._root.host, self._root.port)
        about = url.path.removeprefix(self._root.path.rstrip("/")) if at_home else ""
        api = f"/api/datasets/{self._repo}"
        if method == "GET" and (about in (api, f"{api}/revision/main") or about.startswith(f"{api}/tree/")):
            return
        if method == "POST" and about.startswith(f"{api}/preupload/"):
            return
        if self._only_looking:
            raise NotDone("refused to write while looking")
        if method == "POST" and (about.startswith(f"{api}/commit/") or f"{self._repo}.git/info/lfs/" in about):
            return
        if method in ("PUT", "POST") and "authorization" not in request.headers:
            try:
                if not at_home and url.scheme != "https":
                    raise Refused("it is not https")  # noqa: TRY301  as any other reason
                target(parsed(str(url)), {origin(self._root)}, proxied=proxy_for(url) is not None)
            except Refused as refused:
                raise NotDone(f"refused to send the file where the Hub says: {refused}") from None
            return
        # The name and no more: whoever sent us there has written it, and this is read by people.
        raise NotDone(f"refused to follow to {host(url)[:100]}")

    def _send(self, request: httpx2.Request) -> tuple[int, httpx2.Headers, bytes]:
        seconds = min(self._timeout, max(self._deadline.left(), 0.001))
        if request.method == "PUT" and isinstance(request.stream, httpx2.SyncByteStream):
            request.stream = _Watched(request.stream, self._deadline)
        try:
            return exchange(self._wire(request.url), request, seconds=seconds, most=MOST_BYTES, sends=True)
        except Failed as error:
            raise NotDone(str(error), again=error.again) from None

    def _wire(self, url: httpx2.URL) -> httpx2.HTTPTransport:
        place = origin(url)
        if place not in self._wires:
            try:
                self._wires[place] = transport(secure=url.scheme == "https", proxy=proxy_for(url))
            except ValueError as error:
                raise NotDone(f"the proxy or the certificates cannot be used ({error})") from None
        return self._wires[place]


class _Watched(httpx2.SyncByteStream):
    """A body on its way, as long as there is time."""

    def __init__(self, body: httpx2.SyncByteStream, deadline: Deadline) -> None:
        self._body = body
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._deadline.check()
            yield chunk


def _asked(status: int, headers: httpx2.Headers, now: datetime) -> float | None:
    """Seconds that the Hub asks to wait for: as any server, or until its quota is new."""
    used_up = _USED_UP.search(headers.get("ratelimit", "")) if status == 429 else None
    return float(used_up[1]) + 1 if used_up else retry_after(headers, now)

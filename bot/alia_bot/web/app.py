"""The application: its routes, the limits before them, and what is said where something is not there or breaks."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from alia_bot.chat.crowd import Crowd
from alia_bot.web import data, feed, people, public
from alia_bot.web.guard import Guarded, TooLargeError, network
from alia_bot.web.language import preferred
from alia_bot.web.site import Site
from alia_watch.reports.speech import LANGUAGES

#: A watcher on the machine itself asks for `/healthz` by these names.
_OF_THE_MACHINE = ("127.0.0.1", "localhost", "[::1]")

_log = structlog.get_logger()


class _Language(Convertor[str]):
    """One of the languages, as a part of an address."""

    regex = "|".join(LANGUAGES)

    def convert(self, value: str) -> str:
        """As it stands."""
        return value

    def to_string(self, value: str) -> str:
        """As it stands."""
        return value


register_url_convertor("lang", _Language())


def application(site: Site, wake: Callable[[], Any], ticks: Callable[[], float]) -> ASGIApp:
    """All of it.

    Args:
        wake: has what waits in the outbox sent.
        ticks: seconds that only go forward, by which it is measured how much one network sends in.
    """
    crowd: Crowd = Crowd()

    def whose(request: Request) -> str:
        peer = request.client.host if request.client else ""
        return network(peer, request.headers.get("x-forwarded-for", ""), site.web.trusted_proxies)

    async def unheard(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == 500:
            _log.error("web: failed", path=request.url.path[:100], exc_info=error)
        language = preferred(request.headers.get("accept-language", ""), site.config.watch.language)
        what = "missing" if status in (404, 405) else "broken"
        headers = {"cache-control": "no-store", **(getattr(error, "headers", None) or {})}
        number = structlog.contextvars.get_contextvars()["request"]  # `guard` has bound it
        return HTMLResponse(site.html("told.html", language, what=what, request_id=number), status, headers=headers)

    async def too_large(_: Request, __: Exception) -> Response:
        return PlainTextResponse("Too large.\n", 413)

    pages = Starlette(
        routes=[*people.routes(site, wake, whose), *public.routes(site), *feed.routes(site), *data.routes(site)],
        middleware=[Middleware(Patient, crowd=crowd, whose=whose, ticks=ticks)],
        exception_handlers={HTTPException: unheard, Exception: unheard, TooLargeError: too_large},
    )
    parts = urlsplit(site.web.public_url)
    hosted = TrustedHostMiddleware(pages, allowed_hosts=[parts.hostname or "", *_OF_THE_MACHINE], www_redirect=False)
    return Guarded(hosted, https=parts.scheme == "https")


class Patient:
    """Turns away networks that send in more forms than people do."""

    def __init__(self, app: ASGIApp, crowd: Crowd, whose: Callable[[Request], str], ticks: Callable[[], float]) -> None:
        self._app, self._crowd, self._whose, self._ticks = app, crowd, whose, ticks

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let one request through, or not."""
        asks_much = (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and not self._crowd.admits(self._whose(Request(scope)), self._ticks())
        )
        turned_away = PlainTextResponse("Too many at once.\n", 429, headers={"retry-after": "60"})
        await (turned_away if asks_much else self._app)(scope, receive, send)

"""Signing up, confirming, changing, leaving. A GET shows a button and never acts; a POST acts.

What the form answers is the same to the byte whoever is subscribed, and whether a letter went out or not.
"""

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from itsdangerous import BadData, TimestampSigner
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from alia_bot.web.language import preferred
from alia_bot.web.public import headline
from alia_bot.web.shelf import Page
from alia_bot.web.site import HTML, Site
from alia_watch.audience.signup import OFFERED, Wish, is_person, normalised
from alia_watch.audience.subscriber import Subscriber
from alia_watch.pipeline.sign_up import sign_up
from alia_watch.reports.confirmation import topics_words
from alia_watch.reports.speech import LANGUAGES, Speech
from alia_watch.store import signups, subscribers
from alia_watch.store.database import open_store

#: Where the sign of when the form was given out goes in the finished page.
_BEGUN = "@begun@"
#: Why somebody is stopped who left by the page.
LEFT = "left by the page"
#: A field that people do not see.
TRAP = "website"
_NEVER_KEPT = {"cache-control": "no-store", "x-robots-tag": "noindex"}

_log = structlog.get_logger()


def routes(site: Site, wake: Callable[[], Any], network: Callable[[Request], str]) -> list[Route]:
    """The front page and what people do there.

    Args:
        wake: has what waits in the outbox sent.
        network: who asks, as far as limits go.
    """
    desk = _Desk(site, wake, network)
    return [
        Route("/", desk.front, methods=["GET"]),
        Route("/{language:lang}/", desk.front, methods=["GET"]),
        Route("/{language:lang}/", desk.sign_up, methods=["POST"]),
        Route("/confirm/{token}", desk.confirm, methods=["GET", "POST"]),
        Route("/leave/{token}", desk.leave, methods=["GET", "POST"]),
        Route("/preferences/{token}", desk.preferences, methods=["GET", "POST"]),
    ]


class _Desk:
    def __init__(self, site: Site, wake: Callable[[], Any], network: Callable[[Request], str]) -> None:
        self._site = site
        self._wake = wake
        self._network = network
        #: By language: what it was made of and when, and the front page as it was given out last.
        self._fronts: dict[str, tuple[str, datetime, Page]] = {}

    async def front(self, request: Request) -> Response:
        """The figures, and the form."""
        fallback = preferred(request.headers.get("accept-language", ""), self._site.config.watch.language)
        language = request.path_params.get("language", fallback)
        shelf, key = self._site.shelf, ("front", language)

        def made() -> Page:
            found = headline(self._site, language)
            page = self._site.html("front.html", language, " ", found=found, offered=OFFERED, begun=_BEGUN, trap=TRAP)
            return Page.of(page.encode(), HTML)

        found = shelf.kept(key)
        if found is None:
            found = await run_in_threadpool(shelf.page, key, made)
        return self._given_out(language, found).response(request, public=False)

    def _given_out(self, language: str, front: Page) -> Page:
        """The front page with the instant in its form. Within an hour it is the same version of the page: who has one
        may fill it in. Within a second it is the same to the byte, and made once."""
        now = self._site.now()
        standing = self._fronts.get(language)
        if standing is None or standing[:2] != (front.etag, now):
            body = front.body.replace(_BEGUN.encode(), self._begun().encode())
            mark = f'W/{front.etag[:-1]}-{now:%Y%m%d%H}"'
            standing = front.etag, now, Page(body, gzip.compress(body, 1, mtime=0), front.kind, mark)
            self._fronts[language] = standing
        return standing[2]

    async def sign_up(self, request: Request) -> Response:
        """Take a form in."""
        language, form = request.path_params["language"], await request.form(max_files=0, max_fields=20)
        wanted = frozenset(topic for topic in OFFERED if f"topic-{topic}" in form)
        chosen = _word(form, "language")
        try:
            address = normalised(_word(form, "address"))
        except ValueError:
            return self._told(language, "address", 422)
        if not wanted or chosen not in LANGUAGES:
            return self._told(language, "topics", 422)
        if is_person(_word(form, TRAP), self._read_begun(_word(form, "begun")), self._site.now()):
            await run_in_threadpool(self._ask, Wish(address, chosen, wanted), self._network(request))
        else:
            _log.info("web: a form that no person filled in")
        return self._told(language, "sent", 200)

    async def confirm(self, request: Request) -> Response:
        """The button, and its press."""
        token, now = request.path_params["token"], self._site.now()
        found = self._site.links.read_confirm(token, now)
        signup = await run_in_threadpool(self._in_store, signups.signup, found) if found else None
        language = signup.language if signup else self._guess(request)
        if signup is None or signup.confirmed_at is not None:
            return self._told(language, "too_old", 410)
        if request.method != "POST":
            topics = topics_words(signup.topics, Speech(language))
            return self._page("confirm.html", language, topics=topics, wording=signup.wording)
        made = await run_in_threadpool(self._in_store, signups.confirm, signup.id, now=now)
        if made is None:
            return self._told(language, "too_old", 410)
        _log.info("web: confirmed", subscriber=made.id)
        return self._told(language, "confirmed", 200, preferences=self._site.links.preferences(made.id))

    async def leave(self, request: Request) -> Response:
        """The button, and its press: by a person, or by a mail program (RFC 8058)."""
        found = self._site.links.read_leave(request.path_params["token"])
        who = await self._subscriber(found)
        if who is None:
            return self._told(self._guess(request), "too_old", 404)
        if request.method != "POST":
            return self._page("leave.html", who.language, gone=who.stopped is not None)
        if who.stopped is None:
            await run_in_threadpool(self._in_store, signups.leave, who, LEFT, now=self._site.now())
            _log.info("web: left", subscriber=who.id)
        return self._told(who.language, "left", 200)

    async def preferences(self, request: Request) -> Response:
        """What one gets, and to change it."""
        found = self._site.links.read_preferences(request.path_params["token"])
        who = await self._subscriber(found)
        if who is None or who.stopped is not None:
            return self._told(self._guess(request), "too_old", 404)
        saved = False
        if request.method == "POST":
            form = await request.form(max_files=0, max_fields=20)
            topics = frozenset(topic for topic in OFFERED if f"topic-{topic}" in form) | (who.topics - set(OFFERED))
            language = _word(form, "language")
            if not topics or language not in LANGUAGES:
                return self._told(who.language, "topics", 422)
            chosen = replace(who.preferences, csv="csv" in form)
            who = replace(who, language=language, topics=topics, preferences=chosen)
            await run_in_threadpool(self._in_store, subscribers.choose, who, now=self._site.now())
            saved = True
        leave = self._site.links.leave(who.id)
        return self._page("preferences.html", who.language, offered=OFFERED, who=who, saved=saved, leave=leave)

    async def _subscriber(self, subscriber_id: str | None) -> Subscriber | None:
        if subscriber_id is None:
            return None
        found = await run_in_threadpool(self._in_store, subscribers.subscriber_named, subscriber_id)
        return found if isinstance(found, Subscriber) else None

    def _ask(self, wish: Wish, network: str) -> None:
        site = self._site
        with open_store(site.config.watch.database) as store:
            an_hour = site.web.signups_an_hour
            asked = sign_up(store, site.config, site.links, wish, network=network, an_hour=an_hour, now=site.now())
        _log.info("web: a sign-up", letter=asked)
        self._wake()

    def _in_store(self, do: Callable[..., Any], *arguments: Any, **words: Any) -> Any:
        with open_store(self._site.config.watch.database) as store:
            return do(store, *arguments, **words)

    def _told(self, language: str, what: str, status: int, **words: Any) -> Response:
        return self._page("told.html", language, status, what=what, **words)

    def _page(self, template: str, language: str, status: int = 200, **words: Any) -> Response:
        return HTMLResponse(self._site.html(template, language, **words), status, headers=_NEVER_KEPT)

    def _guess(self, request: Request) -> str:
        return preferred(request.headers.get("accept-language", ""), self._site.config.watch.language)

    def _begun(self) -> str:
        return _At(self._site).sign(b"form").decode()

    def _read_begun(self, token: str) -> datetime | None:
        try:
            _, at = _At(self._site).unsign(token, return_timestamp=True)
        except (BadData, UnicodeError):
            return None
        return at.astimezone(UTC)


class _At(TimestampSigner):
    """Signs when a form was given out, by the watch's own clock."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.form_key, salt="form")
        self._site = site

    def get_timestamp(self) -> int:
        return int(self._site.now().timestamp())


def _word(form: FormData, name: str) -> str:
    """A field of a form, as text; a file is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""

"""A strict stand-in for the Hub on loopback: real HTTP, so that the real client is what reads it.

It behaves as the Hub does towards its client (facts of the Hub §7): headers, paging by `Link`, only the fields asked
for, errors by status and `X-Error-…`, 307 for a renamed repo, and a rate limit in fixed windows of the clock it is
given. Whatever is not `GET /api/models…` is answered 404 and kept in `violations`: a file of a repo is never asked for.
What is asked about one of `datasets`, where copies of backups go, is answered by it (`hub_datasets.py`).
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

from alia_bot.demo.http_stand_in import Handler, HttpStandIn
from alia_bot.demo.hub_answers import Answer, Question, error, right_answer
from alia_bot.demo.hub_datasets import Asked, Datasets
from alia_bot.demo.hub_faults import (
    OUTAGE_PAGE,
    Altered,
    Cut,
    Elsewhere,
    Fault,
    Hang,
    Page,
    Reset,
    Status,
    UsedUp,
)
from alia_bot.demo.hub_world import World
from alia_watch.clock import Clock


@dataclass(frozen=True, slots=True)
class HubRequest(Question):
    """One request as it came, and the status it was answered with."""

    user_agent: str
    status: int


class HubStandIn(HttpStandIn[Fault]):
    """The stand-in, as a context manager. `requests` is its log; `violations` what no watch may ever ask.

    Args:
        world: what there is.
        clock: whose instants the rate windows and the world follow.
        quota, window_s: requests allowed in each fixed window; a token doubles them.
        tokens: the tokens it takes.
        page_size: repos on one page of a listing.
        datasets: the dataset repos that may be written to; none by default.
    """

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        quota: int = 500,
        window_s: int = 300,
        tokens: frozenset[str] = frozenset(),
        page_size: int = 1000,
        datasets: Datasets | None = None,
    ) -> None:
        super().__init__()
        self.world = world
        self.page_size = page_size
        self.datasets = datasets or Datasets()
        self.requests: list[HubRequest] = []
        self.violations: list[str] = []
        self._clock = clock
        self._quota = quota
        self._window_s = window_s
        self._tokens = tokens
        self._windows: dict[tuple[str, int], int] = {}

    def answer(self, handler: Handler) -> None:
        """Answer one request, or fail as the script says."""
        url, body = urlsplit(handler.path), handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        question = Question(
            url.path,
            tuple(parse_qsl(url.query, keep_blank_values=True)),
            self._clock(),
            (handler.headers.get("Authorization") or "").removeprefix("Bearer ") or None,
        )
        with self._lock:
            fault = self._fault(question)
            limit, headers = self._count(question)
            asked = Asked(handler.command, question.path, question.query, question.bearer, dict(handler.headers), body)
            known = self.datasets.knows(asked)
            right = None if fault else self.datasets.answer(asked, self.url, self._tokens) if known else None
            answer = self._limited(limit, fault) or right or self._right(question, fault)
            agent = handler.headers.get("User-Agent") or ""
            self.requests.append(
                HubRequest(question.path, question.query, question.at, question.bearer, agent, answer.status)
            )
            if not known and (handler.command != "GET" or not question.is_about_models):
                self.violations.append(f"{handler.command} {handler.path}")
        self._send(handler, answer, {**headers, **answer.headers}, fault)

    def _fault(self, question: Question) -> Fault | None:
        target = question.target
        for part, faults in self._scripts:
            if part in target and faults:
                return faults.popleft()
        if self.world.away(question.at):
            return Status(503)
        return next((fault for part, fault in self._always if part in target), None)

    def _count(self, question: Question) -> tuple[bool, dict[str, str]]:
        """Count a request in its window; whether it is one too many, and the headers every answer carries."""
        second, bearer = int(question.at.timestamp()), question.bearer
        quota = self._quota * (2 if bearer in self._tokens else 1)
        key = (bearer or "", second // self._window_s)
        self._windows[key] = self._windows.get(key, 0) + 1
        remaining = max(0, quota - self._windows[key])
        reset = self._window_s - second % self._window_s
        headers = {
            "Date": format_datetime(question.at.astimezone(UTC).replace(microsecond=0), usegmt=True),
            "X-Request-Id": f"Root=1-{uuid.uuid4().hex[:24]}",
            "RateLimit": f'"api";r={remaining};t={reset}',
            "RateLimit-Policy": f'"fixed window";"api";q={quota};w={self._window_s}',
        }
        return self._windows[key] > quota, headers

    def _limited(self, limit: bool, fault: Fault | None) -> Answer | None:
        if not limit and not isinstance(fault, UsedUp):
            return None
        text = f"We had to rate limit you, you hit the quota of {self._quota} api requests per 5 minutes period."
        headers = {"RateLimit": f'"api";r=0;t={fault.seconds}'} if isinstance(fault, UsedUp) else {}
        return error(429, text, headers)

    def _right(self, question: Question, fault: Fault | None) -> Answer:
        if isinstance(fault, Status):
            if fault.body is None and fault.code < 500:
                return error(fault.code, f"status {fault.code}", fault.headers)
            kind = {"Content-Type": "text/html; charset=utf-8"} if fault.body is None else {}
            return Answer(fault.code, OUTAGE_PAGE if fault.body is None else fault.body, {**kind, **fault.headers})
        if isinstance(fault, Page):
            return Answer(200, fault.body, {"Content-Type": fault.content_type})
        if isinstance(fault, Elsewhere) and not fault.as_link:
            return Answer(307, b"", {"Location": fault.location})
        answer = right_answer(
            self.world,
            question,
            url=self.url,
            page_size=self.page_size,
            tokens=self._tokens,
            change=fault.change if isinstance(fault, Altered) else None,
        )
        if isinstance(fault, Elsewhere):
            return Answer(200, answer.body, {"Link": f'<{fault.location}>; rel="next"'})
        return answer

    def _send(self, handler: Handler, answer: Answer, headers: Mapping[str, str], fault: Fault | None) -> None:
        handler.close_connection = isinstance(fault, Hang | Reset | Cut)
        if self._dropped(handler, fault):
            return
        handler.send_response_only(answer.status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        for piece in self._pieces(answer.body, fault):
            handler.wfile.write(piece)

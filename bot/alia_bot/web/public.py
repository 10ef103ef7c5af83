"""The pages that everybody may read: digests and other reports, their pictures, the chart, the note on privacy."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from alia_bot.web import published
from alia_bot.web.language import preferred
from alia_bot.web.serve import serve
from alia_bot.web.shelf import Page
from alia_bot.web.site import PNG, Site, stylesheet
from alia_watch.clock import month_days
from alia_watch.errors import ChartError
from alia_watch.pipeline.answer import Question, facts_of, worded
from alia_watch.reports.answers import AnswerKind, answer_blocks
from alia_watch.reports.blocks import Block, Figure, Heading
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.reports.pictures import Chart, charts_of
from alia_watch.reports.report import Report
from alia_watch.reports.speech import Speech
from alia_watch.store.database import open_store

_A_YEAR_S = 31_536_000
#: What the front page answers without being asked.
_SHOWN = (AnswerKind.CHART, AnswerKind.STATUS, AnswerKind.COST)


def routes(site: Site) -> list[Route]:
    """Every page."""

    async def static(request: Request) -> Response:
        name, page = stylesheet()
        if request.path_params["name"] != name:
            raise HTTPException(404)
        return page.response(request, fresh_s=_A_YEAR_S)

    async def digests(request: Request) -> Response:
        return await serve(site, request, lambda language: _digests(site, language))

    async def to_digests(request: Request) -> Response:
        language = preferred(request.headers.get("accept-language", ""), site.config.watch.language)
        return RedirectResponse(site.url(f"/{language}/digests/"), 307, headers={"vary": "Accept-Language"})

    async def digest(request: Request) -> Response:
        key = f"digest:{request.path_params['month']}"
        return await serve(site, request, lambda language: _report(site, key, language))

    async def report(request: Request) -> Response:
        key = request.path_params["key"]
        return await serve(site, request, lambda language: _report(site, key, language))

    async def picture(request: Request) -> Response:
        key, name = request.path_params["key"], f"{request.path_params['name']}.png"
        draw = partial(_picture, site, key, name)
        return await serve(site, request, draw, kind=PNG, shelf=site.gallery)

    async def chart(request: Request) -> Response:
        version = await run_in_threadpool(site.shelf.standing)
        return await serve(site, request, partial(_chart, site), version, kind=PNG, shelf=site.gallery)

    async def privacy(request: Request) -> Response:
        return await serve(site, request, lambda language: site.html("privacy.html", language, "privacy"))

    return [
        Route("/static/{name}", static),
        Route("/digests/", to_digests),
        Route("/{language:lang}/digests/", digests),
        Route("/digests/{month}/{language:lang}", digest),
        Route("/reports/{key}/{language:lang}/{name}.png", picture),
        Route("/reports/{key}/{language:lang}", report),
        Route("/{language:lang}/chart.png", chart),
        Route("/{language:lang}/privacy", privacy),
    ]


@dataclass(frozen=True, slots=True)
class Headline:
    """The newest figures: what the chart shows, in words (empty: there is none), and the parts of a page below it."""

    chart: str
    beneath: str
    figures: str
    month: str | None


def headline(site: Site, language: str) -> Headline:
    """The newest figures with their arithmetic, each once, and the newest digest that everybody may read."""
    now = site.now()
    asked = site.reckoner(facts_of, tuple(map(Question, _SHOWN)), now=now)
    found = {question.kind: document for question, document in asked.items()}
    with open_store(site.config.watch.database) as store:
        digests = published.keys(store, now=now, prefix="digest:")
    speech = Speech(language)
    said = {kind: answer_blocks(kind, document, speech) for kind, document in found.items()}
    status = [each for each in said[AnswerKind.STATUS] if not isinstance(each, Figure)][:-1]  # both stand below, too
    chart = worded(AnswerKind.CHART, found[AnswerKind.CHART], language).chart
    return Headline(
        chart=chart.alt if chart else "",
        beneath=site.blocks(_inside(said[AnswerKind.CHART][1:-1])) if chart else "",
        figures=site.blocks(_inside([*status, *said[AnswerKind.COST]])),
        month=max(digests).partition(":")[2] if digests else None,
    )


def _inside(blocks: Sequence[Block]) -> list[Block]:
    """As a part of a page that has a heading of its own."""
    return [Heading(each.text, each.level + 1) if isinstance(each, Heading) else each for each in blocks]


def _asked_chart(site: Site, language: str) -> Chart | None:
    question = Question(AnswerKind.CHART)
    found = site.reckoner(facts_of, (question,), now=site.now())[question]
    return worded(AnswerKind.CHART, found, language).chart


def _digests(site: Site, language: str) -> str:
    with open_store(site.config.watch.database) as store:
        keys = published.keys(store, now=site.now(), prefix="digest:")
    months = sorted((key.partition(":")[2] for key in keys), reverse=True)
    named = [(month, Speech(language).month(month_days(month)[0])) for month in months]
    return site.html("digests.html", language, "digests/", months=named)


def _known(site: Site, key: str) -> Report:
    found = published.report(site, key)
    if found is None:
        raise HTTPException(404)
    return found[0]


def _report(site: Site, key: str, language: str) -> str:
    title, blocks = published.blocks_of(_known(site, key), language)
    inside = site.blocks(blocks, f"/reports/{key}/{language}/")
    return site.html("report.html", language, inside=inside, title=title, key=key)


def _picture(site: Site, key: str, name: str, language: str) -> bytes:
    """One picture of a report; the others of the same page, which are asked for next, are drawn with it."""
    found = _known(site, key)
    charts = charts_of(found.kind, found.document, Speech(language))
    if name not in charts:
        raise HTTPException(404)
    drawn = dict(zip(charts, _drawn(site, list(charts.values())), strict=True))
    for each, body in drawn.items():
        site.gallery.put((f"/reports/{key}/{language}/{each}",), Page.of(body, PNG))
    return drawn[name]


def _chart(site: Site, language: str) -> bytes:
    chart = _asked_chart(site, language)
    if chart is None:
        raise HTTPException(404)
    return _drawn(site, [chart])[0]


def _drawn(site: Site, charts: Sequence[Chart]) -> list[bytes]:
    """Pictures, by a process that ends with the last."""
    try:
        with ExitStack() as ends:
            worker = site.charts or ends.enter_context(ChartWorker())
            return [bytes(worker.png(chart.definition)) for chart in charts]
    except ChartError as error:
        raise HTTPException(503, headers={"retry-after": "60"}) from error

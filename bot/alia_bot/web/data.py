"""The open data, as files; the newest figures, as JSON; and whether the watch can be asked at all."""

import json
import threading
from collections.abc import Hashable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from alia_bot.web.language import preferred
from alia_bot.web.serve import serve
from alia_bot.web.site import JSON, Site
from alia_watch.pipeline.answer import Question, facts
from alia_watch.pipeline.export import export
from alia_watch.reports.answers import AnswerKind
from alia_watch.store.database import open_store


def routes(site: Site) -> list[Route]:
    """The list of tables, each of them, the headline, and health."""
    tables = _Tables(site)

    async def listed(request: Request) -> Response:
        language = preferred(request.headers.get("accept-language", ""), site.config.watch.language)
        names = sorted(path.name for path in (await run_in_threadpool(tables.folder)).iterdir())
        return await serve(site, request, lambda _: site.html("data.html", language, names=names), language)

    async def file(request: Request) -> Response:
        folder = await run_in_threadpool(tables.folder)
        name = request.path_params["name"]
        if name not in {each.name for each in folder.iterdir()}:
            raise HTTPException(404)
        kind = "text/csv; charset=utf-8" if name.endswith(".csv") else JSON
        return FileResponse(folder / name, media_type=kind, headers={"cache-control": "public, max-age=300"})

    async def headline(request: Request) -> Response:
        return await serve(site, request, lambda _: _headline(site), kind=JSON)

    async def healthz(_: Request) -> Response:
        await run_in_threadpool(site.version)
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    return [
        Route("/data/", listed),
        Route("/data/headline.json", headline),
        Route("/data/{name}", file),
        Route("/healthz", healthz),
    ]


class _Tables:
    """The tables in a folder beside the database, written anew when the evidence has changed."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._writing = threading.Lock()
        self._written: Hashable = None

    def folder(self) -> Path:
        """Where they are."""
        database = self._site.config.watch.database
        folder = database.with_name(f"{database.stem}-public-data")
        with self._writing:
            version = self._site.version()
            if version != self._written:
                with open_store(database) as store:
                    export(store, self._site.config, folder, now=self._site.now())
                self._written = version
        return folder


def _headline(site: Site) -> str:
    with open_store(site.config.watch.database) as store, store.reading():
        now = site.now()
        kinds = (AnswerKind.STATUS, AnswerKind.COST)
        found = {kind.value: facts(store, site.config, Question(kind), now=now) for kind in kinds}
    return json.dumps({"simulated": site.config.watch.simulated, **found}, ensure_ascii=False, indent=1)

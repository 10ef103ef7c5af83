"""The open data, as files; the newest figures, as JSON; and whether the watch can be asked at all."""

import gzip
import hashlib
import json
import shutil
import threading
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from alia_bot.web.language import preferred
from alia_bot.web.serve import serve
from alia_bot.web.shelf import FRESH_S
from alia_bot.web.site import JSON, Site
from alia_watch.pipeline.answer import Question, facts_of
from alia_watch.pipeline.export import export
from alia_watch.reports.answers import AnswerKind


def routes(site: Site) -> list[Route]:
    """The list of tables, each of them, the headline, and health."""
    tables = _Tables(site)

    async def listed(request: Request) -> Response:
        fallback = preferred(request.headers.get("accept-language", ""), site.config.watch.language)
        language = request.path_params.get("language", fallback)
        names = sorted(await run_in_threadpool(tables.files))
        return await serve(site, request, lambda _: site.html("data.html", language, "data/", names=names), language)

    async def file(request: Request) -> Response:
        name = request.path_params["name"]
        found = (await run_in_threadpool(tables.files)).get(name)
        if found is None:
            raise HTTPException(404)
        headers = {"etag": found.etag, "cache-control": f"public, max-age={FRESH_S}", "vary": "Accept-Encoding"}
        if found.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        path, kind = found.path, "text/csv; charset=utf-8" if name.endswith(".csv") else JSON
        if "gzip" in request.headers.get("accept-encoding", "") and "range" not in request.headers:
            path, headers["content-encoding"] = found.packed, "gzip"
        return FileResponse(path, media_type=kind, headers=headers)

    async def headline(request: Request) -> Response:
        return await serve(site, request, lambda _: _headline(site), kind=JSON)

    async def healthz(_: Request) -> Response:
        await run_in_threadpool(site.version)
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    return [
        Route("/data/", listed),
        Route("/{language:lang}/data/", listed),
        Route("/data/headline.json", headline),
        Route("/data/{name}", file),
        Route("/healthz", healthz),
    ]


@dataclass(frozen=True, slots=True)
class _Table:
    """A file: where it is, plain and packed, and what names this version of it."""

    path: Path
    packed: Path
    etag: str


class _Tables:
    """The tables in a folder beside the database, written anew when the evidence has changed."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._writing = threading.Lock()
        self._written: Hashable = None
        self._files: dict[str, _Table] = {}

    def files(self) -> dict[str, _Table]:
        """What there is, by name."""
        database = self._site.config.watch.database
        folder = database.with_name(f"{database.stem}-public-data")
        with self._writing:
            version = self._site.version()
            if version != self._written:
                self._site.reckoner(export, folder, now=self._site.now())
                self._files = {path.name: _packed(path) for path in folder.iterdir() if path.is_file()}
                self._written = version
            return self._files


def _packed(path: Path) -> _Table:
    """A file and its copy for clients that unpack it, which most do."""
    packed = path.parent.with_name(f"{path.parent.name}-packed") / f"{path.name}.gz"
    packed.parent.mkdir(exist_ok=True)
    unfinished = packed.with_suffix(".part")
    with path.open("rb") as plain, gzip.GzipFile(unfinished, "wb", mtime=0) as into:
        shutil.copyfileobj(plain, into)
    unfinished.replace(packed)
    with path.open("rb") as plain:
        return _Table(path, packed, f'"{hashlib.file_digest(plain, "sha256").hexdigest()[:20]}"')


def _headline(site: Site) -> str:
    asked = site.reckoner(facts_of, (Question(AnswerKind.STATUS), Question(AnswerKind.COST)), now=site.now())
    found = {question.kind.value: document for question, document in asked.items()}
    return json.dumps({"simulated": site.config.watch.simulated, **found}, ensure_ascii=False, indent=1)

"""From what makes a page to the answer to a request: off the shelf where it stands, else made in a thread."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alia_bot.web.shelf import Page
from alia_bot.web.site import HTML, Site


async def serve(
    site: Site, request: Request, make: Callable[[str], bytes | str], *key: str, kind: str = HTML
) -> Response:
    """Answer with the page that `make` makes of a language, kept by its path and `key`."""
    language = request.path_params.get("language", "")
    whole = (request.url.path, *key)

    def made() -> Page:
        body = make(language)
        return Page.of(body.encode() if isinstance(body, str) else body, kind)

    found = site.shelf.kept(whole)
    if found is None:
        found = await run_in_threadpool(site.shelf.page, whole, made)
    return found.response(request)

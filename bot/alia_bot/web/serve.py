"""From what makes a page to the answer to a request: off the shelf where it stands, else made in a thread."""

from collections.abc import Callable, Hashable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alia_bot.web.shelf import Page, Shelf
from alia_bot.web.site import HTML, Site


async def serve(
    site: Site,
    request: Request,
    make: Callable[[str], bytes | str],
    *key: Hashable,
    kind: str = HTML,
    shelf: Shelf | None = None,
) -> Response:
    """Answer with the page that `make` makes of a language, kept by its path and `key` on a shelf (that of pages)."""
    shelf = shelf or site.shelf
    language = request.path_params.get("language", "")
    whole = (request.url.path, *key)

    def made() -> Page:
        body = make(language)
        return Page.of(body.encode() if isinstance(body, str) else body, kind)

    found = shelf.kept(whole)
    if found is None:
        found = await run_in_threadpool(shelf.page, whole, made)
    return found.response(request)

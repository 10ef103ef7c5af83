"""What was sent, as an Atom feed (RFC 4287)."""

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alia_bot.web import published
from alia_bot.web.serve import serve
from alia_bot.web.site import ATOM, Site
from alia_watch.clock import format_second
from alia_watch.reports.render import render_text
from alia_watch.reports.speech import Speech
from alia_watch.store.database import open_store

#: So many entries stand in it.
_ENTRIES = 30
#: What XML cannot hold, whatever it is written as.
_NOT_XML = {number: None for number in range(32) if number not in (9, 10, 13)}


def routes(site: Site) -> list[Route]:
    """In the watch's language, and in each."""

    async def feed(request: Request) -> Response:
        language = request.path_params.get("language", site.config.watch.language)
        return await serve(site, request, lambda _: _feed(site, language), kind=ATOM)

    return [Route("/feed.atom", feed), Route("/{language:lang}/feed.atom", feed)]


def _feed(site: Site, language: str) -> str:
    name, me = site.config.watch.name, site.url(f"/{language}/feed.atom")
    with open_store(site.config.watch.database) as store:
        newest = published.keys(store, now=site.now())[-_ENTRIES:][::-1]
    found = [(key, made) for key in newest if (made := published.report(site, key)) is not None]
    entries = [_entry(site, language, key, at) for key, (_, at) in found]
    updated = found[0][1][1] if found else site.now()
    title = Speech(language).get("{watch}: alerts, cost updates and digests", watch=name)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(language)}>'
        f"<id>{escape(me)}</id><title>{_text(title)}</title><updated>{format_second(updated)}</updated>"
        f"<author><name>{_text(name)}</name></author>"
        f'<link rel="self" href={quoteattr(me)}/><link rel="alternate" href={quoteattr(site.url(f"/{language}/"))}/>'
        f"{''.join(entries)}</feed>\n"
    )


def _entry(site: Site, language: str, key: str, at: datetime) -> str:
    made = published.report(site, key)
    if made is None:
        return ""
    title, _ = published.blocks_of(made[0], language)
    link = site.url(f"/reports/{key}/{language}")
    return (
        f"<entry><id>{escape(link)}</id><title>{_text(title)}</title><updated>{format_second(at)}</updated>"
        f'<link rel="alternate" href={quoteattr(link)}/>'
        f'<content type="text">{_text(render_text(made[0], language))}</content></entry>'
    )


def _text(text: str) -> str:
    return escape(text.translate(_NOT_XML))

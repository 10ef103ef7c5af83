"""Feeds in the forms that sources publish them: a SharePoint RSS, Google News, a newspaper's Atom. Pure.

Every feed says in its title and its generator that it is simulated.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from urllib.parse import urlsplit

RSS_TYPE = "application/rss+xml; charset=utf-8"
ATOM_TYPE = "application/atom+xml; charset=utf-8"

_SIMULATED = "SIMULADO"
_GENERATOR = "ALIA Watch, simulated"


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One item of a feed.

    Attributes:
        title: plain text.
        link: its address.
        published: an aware instant.
        text: its summary, which may be HTML.
        publisher: who published it; Google News and Atom print it.
        updated: when it last changed; None where it never did. Atom alone prints it.
    """

    title: str
    link: str
    published: datetime
    text: str = ""
    publisher: str = ""
    updated: datetime | None = None


def rss(items: Iterable[NewsItem], *, title: str = "La Moncloa", link: str = "https://www.lamoncloa.gob.es/") -> bytes:
    """RSS 2.0 as SharePoint writes it: HTML in the description as CDATA, dates in GMT, the link as guid. UTF-8."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<rss version="2.0"><channel>',
        f"<title>{escape(title)} ({_SIMULATED})</title><link>{escape(link)}</link>",
        f"<description>{escape(title)}</description><language>es-ES</language><generator>{_GENERATOR}</generator>",
    ]
    for item in items:
        html = f"<div class=ExternalClass><p>{item.text}</p></div>".replace("]]>", "]]&gt;")
        lines += [
            f"<item><title>{escape(item.title)}</title>",
            f"<link>{escape(item.link)}</link>",
            f"<description><![CDATA[{html}]]></description>",
            f"<pubDate>{_rfc822(item.published)}</pubDate>",
            f'<guid isPermaLink="true">{escape(item.link)}</guid></item>',
        ]
    return "\n".join([*lines, "</channel></rss>", ""]).encode()


def google_news(items: Iterable[NewsItem], *, query: str = "ALIA") -> bytes:
    """Google News' RSS of a search: "Headline - Publisher", a `source` child, links that lead only to Google. UTF-8."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>',
        f"<generator>NFE/5.0 ({_GENERATOR})</generator>",
        f"<title>&quot;{escape(query)}&quot; - Google Noticias ({_SIMULATED})</title>",
        "<link>https://news.google.com/search?hl=es&amp;gl=ES&amp;ceid=ES:es</link><language>es</language>",
        "<description>Google Noticias</description>",
    ]
    for item in items:
        token = google_token(item.link)
        link = f"https://news.google.com/rss/articles/{token}?oc=5"
        home = "{0.scheme}://{0.netloc}".format(urlsplit(item.link))
        html = (
            f'<a href="{escape(link)}" target="_blank">{escape(item.title)}</a>&nbsp;&nbsp;'
            f'<font color="#6f6f6f">{escape(item.publisher)}</font>'
        )
        lines.append(
            f"<item><title>{escape(f'{item.title} - {item.publisher}')}</title><link>{escape(link)}</link>"
            f'<guid isPermaLink="false">{token}</guid><pubDate>{_rfc822(item.published)}</pubDate>'
            f"<description>{escape(html)}</description>"
            f'<source url="{escape(home)}">{escape(item.publisher)}</source></item>'
        )
    return "\n".join([*lines, "</channel></rss>", ""]).encode()


def atom(items: Iterable[NewsItem], *, title: str = "Periódico", link: str = "https://example.org/") -> bytes:
    """Atom as newspapers write it: ids as `tag:` addresses, dates with the offset they were given in. UTF-8."""
    made = list(items)
    newest = max((item.updated or item.published for item in made), default=datetime(2025, 1, 1, tzinfo=UTC))
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es">',
        f"<title>{escape(title)} ({_SIMULATED})</title><generator>{_GENERATOR}</generator>",
        f'<link href="{escape(link)}" rel="alternate"/><link href="{escape(link)}feed.xml" rel="self"/>',
        f"<id>{escape(link)}</id><updated>{newest.isoformat()}</updated>",
    ]
    for item in made:
        host = urlsplit(item.link).netloc
        lines.append(
            f"<entry><id>tag:{host},{item.published:%Y}:{sha256(item.link.encode()).hexdigest()[:16]}</id>"
            f'<title>{escape(item.title)}</title><link href="{escape(item.link)}" rel="alternate" type="text/html"/>'
            f"<published>{item.published.isoformat()}</published>"
            f"<updated>{(item.updated or item.published).isoformat()}</updated>"
            f"<source><id>https://{host}/</id><title>{escape(item.publisher)}</title></source>"
            f'<summary type="html">{escape(item.text)}</summary></entry>'
        )
    return "\n".join([*lines, "</feed>", ""]).encode()


def google_token(link: str) -> str:
    """What stands for an article in Google's own address of it."""
    return "CBMi" + sha256(link.encode()).hexdigest()


def _rfc822(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)

"""A press for tests: one feed that a test writes by hand, over the stand-in, and the configuration that reads it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from alia_bot.demo.press import PressStandIn
from alia_bot.demo.press_rss import RSS_TYPE, NewsItem, rss
from alia_bot.demo.press_world import Document, StillPress

DAY1 = datetime(2026, 1, 26, 6, 45, tzinfo=UTC)
MODIFIED = datetime(2026, 1, 26, tzinfo=UTC)


def item(
    title: str, at: datetime | None, *, path: str = "", text: str = "", host: str = "www.lamoncloa.gob.es"
) -> NewsItem:
    """A news item; its address is made of its path, or of its title."""
    name = path or "-".join(title.lower().split())
    return NewsItem(title, f"https://{host}/{name}.aspx", at or DAY1, text)


def feed(*items: NewsItem) -> Document:
    """An RSS document of some items."""
    return Document(rss(items, title="Prueba", link="https://www.lamoncloa.gob.es"), RSS_TYPE, MODIFIED)


def undated(document: Document) -> Document:
    """The same without any date of publication."""
    import re

    return replace(document, body=re.sub(rb"<pubDate>.*?</pubDate>", b"", document.body))


def source(press: PressStandIn, name: str = "moncloa", path: str | None = None, **more: Any) -> dict[str, Any]:
    """A `[[source]]`: a feed of the press at `/name.xml`, trusted."""
    return {
        "id": name,
        "kind": "feed",
        "urls": [f"{press.url}{path or f'/{name}.xml'}"],
        "publisher": name,
        "announced_by": "Gobierno de España",
        "confidence": "A",
        "language": "es",
        "trusted": True,
        **more,
    }


def reading(*sources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The sections that read some sources: `made_config(folder, **reading(source(press)))`."""
    shared = {"must": ["ALIA", "aLIA"], "pause_s": 0, "request_timeout_s": 5, "deadline_s": 20}
    return {"sources": shared | more, "source": list(sources), "announcement": [], "costs": {"since": []}}


def still(**pages: Document) -> StillPress:
    """A press with a page `/name.xml` for each name."""
    return StillPress({f"/{name}.xml": page for name, page in pages.items()})

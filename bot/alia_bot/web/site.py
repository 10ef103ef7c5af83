"""What all pages share: the configuration, the present, the links, the templates, and the shelf of finished pages."""

import hashlib
from collections.abc import Hashable, Sequence
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alia_bot.links import links_of
from alia_bot.reckoner import Here, Reckoner
from alia_bot.web.shelf import Page, Shelf
from alia_watch.audience.links import Links
from alia_watch.clock import Clock
from alia_watch.config.sections import Config
from alia_watch.config.web import WebSection
from alia_watch.reports.blocks import Block
from alia_watch.reports.confirmation import topic_word
from alia_watch.reports.render import web_html
from alia_watch.reports.speech import Speech
from alia_watch.store.announcements import calendar_version
from alia_watch.store.database import open_store
from alia_watch.store.evidence import marks
from alia_watch.store.keys import LINKS, key
from alia_watch.store.reports import report_keys

HTML, CSS, PNG, ATOM, JSON = (
    "text/html; charset=utf-8",
    "text/css; charset=utf-8",
    "image/png",
    "application/atom+xml; charset=utf-8",
    "application/json",
)
#: What the languages are called by those who speak them.
NATIVE = {"es": "Español", "ca": "Català", "gl": "Galego", "eu": "Euskara", "en": "English"}


class Site:
    """One watch's pages.

    Args:
        at: the present; `charts`: draws pictures, in the place of a process for each.
        reckoner: works figures out; here, where none is given.
    """

    def __init__(
        self, config: Config, web: WebSection, *, at: Clock, charts: Any = None, reckoner: Reckoner | None = None
    ) -> None:
        self.config = config
        self.reckoner = reckoner or Here(config)
        self.web = web
        self.charts = charts
        self._at = at
        with open_store(config.watch.database) as store:
            self.links: Links = links_of(config, store)
            #: Signs when a form was given out.
            self.form_key = key(store, LINKS)
        self.shelf = Shelf(self.version)
        #: Pictures, which take long to draw: no page waits for them. Those of a report stay what they are.
        self.gallery = Shelf(lambda: None)

    def now(self) -> datetime:
        """The present, in whole seconds."""
        return self._at().replace(microsecond=0)

    def url(self, path: str = "/") -> str:
        """A public address."""
        return f"{self.web.public_url.rstrip('/')}{path}"

    def html(self, template: str, language: str, path: str = "", **words: Any) -> str:
        """A page.

        Args:
            path: after the language, for the links to the same page in others; empty where there is none.
        """
        speech = Speech(language)
        return (
            templates()
            .get_template(template)
            .render(
                get=speech.get,
                topic_word=lambda topic: topic_word(topic, speech),
                language=language,
                languages=NATIVE,
                watch=self.config.watch,
                web=self.web,
                contact_url=_link(self.config.watch.contact),
                path=path,
                home=self.url(),
                css=f"/static/{stylesheet()[0]}",
                **words,
            )
        )

    def blocks(self, blocks: Sequence[Block], images: str = "") -> str:
        """Blocks as a part of a page; it is HTML already."""
        return web_html(blocks, images)

    def version(self) -> Hashable:
        """What all pages rest on; while it stays, so do they."""
        now = self.now()
        with open_store(self.config.watch.database) as store:
            hour = now.replace(minute=0, second=0)
            return tuple(sorted(marks(store).items())), calendar_version(store), len(report_keys(store)), hour


def _link(contact: str) -> str:
    """Where one gets to by pressing on a mail or web address."""
    return contact if "://" in contact else f"mailto:{contact}"


@cache
def stylesheet() -> tuple[str, Page]:
    """The only style there is, under a name that changes with it."""
    body = resources.files("alia_bot.web").joinpath("static/style.css").read_bytes()
    return f"{hashlib.sha256(body).hexdigest()[:12]}.css", Page.of(body, CSS)


@cache
def templates() -> Environment:
    """The templates; what is not given to them is an error, and whatever is put into them is escaped."""
    return Environment(
        loader=PackageLoader("alia_bot.web"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

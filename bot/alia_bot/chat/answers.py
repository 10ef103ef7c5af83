"""Answers about figures, made once for everyone who asks the same while nothing new has come in."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar

import structlog

from alia_bot.reckoner import Here, Reckoner
from alia_watch.audience.message import Image
from alia_watch.config.sections import Config
from alia_watch.errors import ChartError
from alia_watch.pipeline.answer import Answer, Question, facts_of, worded
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.store.announcements import calendar_version
from alia_watch.store.database import Store
from alia_watch.store.evidence import marks
from alia_watch.store.reports import report_keys

T = TypeVar("T")
#: So many answers are kept, and so many pictures.
_ANSWERS, _PICTURES = 64, 24

_log = structlog.get_logger()


class Answers:
    """Made by several threads, one at a time: a crowd that asks the same waits for one reading of the evidence.

    Args:
        charts: draws pictures; a worker of its own for each otherwise, gone when it is drawn.
        reckoner: works the facts out; here, where none is given.
    """

    def __init__(self, config: Config, *, charts: Any = None, reckoner: Reckoner | None = None) -> None:
        self._reckoner = reckoner or Here(config)
        self._charts = charts
        self._making = threading.Lock()
        self._as_of: Hashable = None  # what all that is kept rests on
        self._facts: OrderedDict[Hashable, dict[str, Any]] = OrderedDict()
        self._images: OrderedDict[Hashable, Image | None] = OrderedDict()

    def answer(self, store: Store, question: Question, language: str, *, now: datetime) -> Answer:
        """The words, the choices, and the definition of the picture."""
        return self._answer(question, language, now, _as_of(store, now))

    def picture(self, store: Store, question: Question, language: str, *, now: datetime) -> tuple[Answer, Image | None]:
        """The same, with its picture drawn; None where there is none, or it cannot be drawn."""
        as_of = _as_of(store, now)
        found = self._answer(question, language, now, as_of)
        if found.chart is None:
            return found, None
        return found, self._kept(self._images, _PICTURES, (question, language), as_of, lambda: self._drawn(found))

    def drawing(self) -> Any:
        """What draws pictures, to be entered."""
        return _Kept(self._charts) if self._charts is not None else ChartWorker()

    def _answer(self, question: Question, language: str, now: datetime, as_of: Hashable) -> Answer:
        def make() -> dict[str, Any]:
            return self._reckoner(facts_of, (question,), now=now)[question]

        return worded(question.kind, self._kept(self._facts, _ANSWERS, question, as_of, make), language)

    def _kept(
        self, kept: OrderedDict[Hashable, T], most: int, key: Hashable, as_of: Hashable, make: Callable[[], T]
    ) -> T:
        with self._making:
            if as_of != self._as_of:  # nobody is told any of it again
                self._facts.clear()
                self._images.clear()
                self._as_of = as_of
            if key not in kept:
                kept[key] = make()
                if len(kept) > most:
                    kept.popitem(last=False)
            kept.move_to_end(key)
            return kept[key]

    def _drawn(self, found: Answer) -> Image | None:
        chart = found.chart
        if chart is None:
            return None
        try:
            with self.drawing() as charts:
                return Image(chart.name, chart.alt, charts.png(chart.definition))
        except ChartError as error:
            _log.warning("chat: a chart was not drawn", error=str(error))
            return None


def _as_of(store: Store, now: datetime) -> Hashable:
    """While none of this changes, an answer stays the same, but for how old it calls a reading."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return tuple(sorted(marks(store).items())), calendar_version(store), len(report_keys(store, "digest:")), hour


class _Kept:
    """A worker that stays its owner's to close."""

    def __init__(self, charts: Any) -> None:
        self._charts = charts

    def __enter__(self) -> Any:
        return self._charts

    def __exit__(self, *_: object) -> None:
        """Left open."""

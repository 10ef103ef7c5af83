"""From a question to its answer in a language: facts, words, picture and choices. Nothing is stored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alia_watch.config.sections import Config
from alia_watch.pipeline import ask, ask_days
from alia_watch.pipeline.reconstruct import Reconstruction
from alia_watch.reports.answers import AnswerKind, Choice, answer_blocks, choices
from alia_watch.reports.pictures import DAILY, Chart, charts_of
from alia_watch.reports.render import telegram_words
from alia_watch.reports.report import ReportKind
from alia_watch.reports.speech import Speech
from alia_watch.store.database import Store


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. Only a chart has a repo and days (None: all), only a cost a scenario and a denominator.

    Attributes:
        repo: an id, as `ask.repo_named` gives it; None: the flagship.
        scenario, denominator: ids or keys (`Choice.key`); None: the headline's.
    """

    kind: AnswerKind
    repo: str | None = None
    days: int | None = 90
    scenario: str | None = None
    denominator: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: `markup` is Telegram's HTML, `text` the same without it.

    Attributes:
        chart: to be drawn above the words; None where there is none, or no day is known.
        choices: what else can be asked, for buttons.
        document: the facts, JSON-ready: the words and the chart in any language follow from them.
    """

    markup: str
    text: str
    chart: Chart | None
    choices: tuple[Choice, ...]
    document: dict[str, Any]


def answer(store: Store, config: Config, question: Question, language: str, *, now: datetime) -> Answer:
    """The answer to a question as known at `now`, from one look at the evidence."""
    with store.reading():
        document = facts(store, config, question, now=now)
    return worded(question.kind, document, language)


def facts(
    store: Store, config: Config, question: Question, *, now: datetime, look: Reconstruction | None = None
) -> dict[str, Any]:
    """The facts of an answer, the same for every language; `look` is one that was taken at `now`."""
    if question.kind is AnswerKind.COST:
        chosen = {"scenario": question.scenario, "denominator": question.denominator}
        return ask.cost(store, config, now=now, look=look, **chosen)
    if question.kind is AnswerKind.CHART:
        return ask_days.chart(store, config, now=now, look=look, repo=question.repo, days=question.days)
    makers: dict[AnswerKind, Callable[..., dict[str, Any]]] = {
        AnswerKind.STATUS: ask.status,
        AnswerKind.SPIKES: ask_days.spikes,
        AnswerKind.ANNOUNCEMENTS: ask_days.announcements,
        AnswerKind.COMPARE: ask.compare,
    }
    return makers[question.kind](store, config, now=now, look=look)


def facts_of(
    store: Store, config: Config, questions: Sequence[Question], *, now: datetime
) -> dict[Question, dict[str, Any]]:
    """The facts of several answers, from one look."""
    look = Reconstruction(store, config, now=now)
    return {question: facts(store, config, question, now=now, look=look) for question in questions}


def worded(kind: AnswerKind, document: dict[str, Any], language: str) -> Answer:
    """An answer's facts in a language."""
    speech = Speech(language)
    markup, text = telegram_words(answer_blocks(kind, document, speech))
    chart = charts_of(ReportKind.DIGEST, document, speech).get(DAILY) if kind is AnswerKind.CHART else None
    chosen = tuple(choices(document, speech)) if kind is AnswerKind.COST else ()
    return Answer(markup, text, chart, chosen, document)

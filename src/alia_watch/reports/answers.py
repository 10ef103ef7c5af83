"""What is answered when a person asks: short enough for a phone, whatever names and titles come from outside."""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from alia_watch.reports.answers_days import announcements_blocks, chart_blocks, sendable, spikes_blocks
from alia_watch.reports.beside import cost_scope_words, cost_words, per_day
from alia_watch.reports.blocks import Block, Bullets, Heading, Paragraph, Table
from alia_watch.reports.cost_ratio import count_words, read_words, result_words, scope_words
from alia_watch.reports.cost_update import ratio_figure, sources, what_it_divides
from alia_watch.reports.fitting import fitting, length, not_shown
from alia_watch.reports.outside import outside
from alia_watch.reports.render import banner, caveat
from alia_watch.reports.speech import Speech

#: The most that an answer's words may have, in UTF-16 units of what is seen; and those beneath a picture.
WORDS, CAPTION = 3500, 1000
#: How many letters the button of a scenario may have, and that of a denominator.
_SCENARIO, _DENOMINATOR = 40, 30
#: What a name adds in brackets.
_ADDED = re.compile(r"\s*\([^()]*\)$")
#: How many repos a sentence names, and how many amounts; how many letters a name may have, and a reason.
_REPOS, _ITEMS, _NAME, _DETAIL = 3, 5, 60, 160


class AnswerKind(StrEnum):
    """What can be asked."""

    STATUS = "status"
    COST = "cost"
    CHART = "chart"
    SPIKES = "spikes"
    ANNOUNCEMENTS = "announcements"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something else that can be asked for: `group` is `scenario` or `denominator`, `key` short and lasting."""

    group: str
    key: str
    label: str
    chosen: bool


def answer_blocks(kind: AnswerKind, document: dict[str, Any], speech: Speech) -> list[Block]:
    """An answer in one language, from the document of its question (`pipeline.ask`, `pipeline.ask_days`).

    What is simulated says so first; the last line says what a download is. Beneath a picture there is less room. What
    has no room is left out, and counted.
    """
    makers = {
        AnswerKind.STATUS: _status,
        AnswerKind.COST: _cost,
        AnswerKind.CHART: chart_blocks,
        AnswerKind.SPIKES: spikes_blocks,
        AnswerKind.ANNOUNCEMENTS: announcements_blocks,
        AnswerKind.COMPARE: _compare,
    }
    before, after = banner(document, speech), caveat(document, speech)
    most = CAPTION if kind is AnswerKind.CHART and document["chart"] else WORDS
    shown = fitting(makers[kind](document, speech), most - length([*before, after]), speech)
    return [*before, *shown, after]


def choices(document: dict[str, Any], speech: Speech) -> list[Choice]:
    """What else can be chosen of a cost: first the scenarios, then the denominators."""
    found = [
        Choice("scenario", each["key"], _short(each["name"]) or each["id"][:_SCENARIO], each["chosen"])
        for each in document["scenarios"]
    ]
    for each in document["denominators"]:
        label = outside(scope_words(each, document["groups"], speech), _DENOMINATOR)
        found.append(Choice("denominator", each["key"], label, each["chosen"]))
    return found


def _short(name: str) -> str:
    """A scenario's name as a button bears it: without what it adds in brackets, where it is too long with it."""
    whole = outside(name)
    return whole if len(whole) <= _SCENARIO else outside(_ADDED.sub("", whole), _SCENARIO)


def _status(document: dict[str, Any], speech: Speech) -> list[Block]:
    get, mine = speech.get, document["flagship"]
    header = (get("Repo"), get("Last 30 days"), get("All time"), get("Likes"))
    rows = [(mine["repo_id"], *(_number(mine[name], speech) for name in ("rolling", "all_time", "likes")))]
    for each in document["family"]:
        if each["repos"]:
            name = outside(scope_words(each, document["groups"], speech), _NAME)
            about = [speech.get_plural("{count} repo", "{count} repos", len(each["repos"]))]
            if each["read_at"] and each["read_at"][:10] != (mine["read_at"] or "")[:10]:
                about.append(_read(each, speech))
            cells = (_number(each["count"], speech), _number(each["all_time"], speech))
            rows.append((f"{name} ({'; '.join(about)})", *cells, ""))
    said = get("Counters of Hugging Face, {read}.", read=_read(mine, speech))
    if any(each["repos"] and each["id"] != "family_without_gguf" for each in document["family"]):
        said += " " + get("GGUF repos are counted file by file, and never added to the others.")
    blocks: list[Block] = [
        Heading(get("{family}: downloads as last read", family=outside(document["family_name"], _NAME)), 1),
        Table(header, tuple(rows), frozenset({1, 2, 3})),
        Paragraph(said, small=True),
        *_days(document, speech),
        _figure(document["headline"], speech),
        *_whose(document["headline"], speech),
    ]
    if document["digest"] is None:
        return [*blocks, Paragraph(get("There is no digest yet."))]
    month = speech.month(dt.date.fromisoformat(f"{document['digest']}-01"))
    return [*blocks, Paragraph(get("The newest digest: {month}.", month=month))]


def _whose(ratio: dict[str, Any], speech: Speech) -> list[Block]:
    """Who says that it cost so much, and what the figure is worth; nothing where there is none."""
    if ratio["refused"] or not ratio["items"]:
        return []
    return [sources(_bounded(ratio), speech), what_it_divides(speech)]


def _days(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The last closed day, and how many of the last days have a count of their own."""
    get, last, known = speech.get, document["last_day"], document["known"]
    if last is None:
        return [Paragraph(get("No day of the flagship is known yet."))]
    said = get(
        "Downloads of the flagship on {day} (UTC), the last closed day: {count}.",
        day=_day(last["day"], speech),
        count=count_words(last["count"], last["low"], last["high"], speech),
    )
    days = speech.number(known["days"])
    if known["counted"] == known["days"]:
        return [Paragraph(f"{said} " + get("Of the {days} days up to then, each one is known.", days=days))]
    parts = {name: speech.number(known[name]) for name in ("counted", "summed", "missing")}
    return [
        Paragraph(
            f"{said} "
            + get(
                "Of the {days} days up to then: {counted} with a count of their own, {summed} known as a sum,"
                " {missing} not known.",
                days=days,
                **parts,
            )
        )
    ]


def _cost(document: dict[str, Any], speech: Speech) -> list[Block]:
    get, ratio = speech.get, _bounded(document["ratio"])
    scope = outside(scope_words(ratio["downloads"], document["groups"], speech), _NAME)
    blocks: list[Block] = [
        Heading(get("Cost per download"), 1),
        Paragraph(f"{ratio['scenario_name']} · {scope}"),
        _figure(ratio, speech),
    ]
    if ratio["refused"] and ratio["downloads"]["count"] is not None:
        count, read = speech.number(ratio["downloads"]["count"]), read_words(ratio, speech)
        blocks.append(
            Paragraph(
                get("Downloads in the last 30 days, {scope}: {count} ({read}).", scope=scope, count=count, read=read)
            )
        )
    if ratio["items"]:
        blocks += [sources(ratio, speech), *not_shown(len(document["ratio"]["items"]) - len(ratio["items"]), speech)]
    if ratio["refused"]:
        return blocks
    cells = [get("All time")], [_over(_bounded(document["all_time"]), speech)]
    if document["monthly"]:
        cells[0].append(get("One month's part (of {months})", months=str(document["monthly"]["months"])))
        cells[1].append(_over(_bounded(document["monthly"]), speech))
    table = Table((get("Downloads of"), *cells[0]), ((scope, *cells[1]),), frozenset({1, 2}))
    return [*blocks, table, what_it_divides(speech)]


def _over(ratio: dict[str, Any], speech: Speech) -> str:
    """A result, and how many downloads it is over."""
    result = result_words(ratio, speech)
    if ratio["refused"]:
        return result
    count = ratio["downloads"]["count"]
    return speech.get_plural("{ratio} ({count} download)", "{ratio} ({count} downloads)", count, ratio=result)


def _figure(ratio: dict[str, Any], speech: Speech) -> Block:
    """A ratio with its arithmetic, its repos named as far as a sentence bears."""
    repos = ratio["downloads"]["repos"]
    named = repos if len(repos) <= _REPOS else repos[: _REPOS - 1]
    more = len(repos) - len(named)
    words = [*named, speech.get("{count} more", count=speech.number(more))] if more else named
    return ratio_figure(_bounded(ratio), speech.listing(words), speech)


def _bounded(ratio: dict[str, Any]) -> dict[str, Any]:
    """A ratio's document whose words from outside are short, and few."""
    refused = ratio["refused"]
    return {
        **ratio,
        "scenario_name": outside(ratio["scenario_name"], _DETAIL),
        "items": [
            {**each, "covers": outside(each["covers"], _DETAIL), "source": sendable(each["source"])}
            for each in ratio["items"][:_ITEMS]
        ],
        "refused": refused and {**refused, "detail": outside(refused["detail"], _DETAIL)},
    }


def _compare(document: dict[str, Any], speech: Speech) -> list[Block]:
    get, read_at = speech.get, document["read_at"]
    ours, others = document["beside"], document["comparators"]
    heading = Heading(get("Beside other models"), 1)
    if not others:
        return [heading, Paragraph(get("None is watched."))]
    rows = sorted(
        others, key=lambda each: (-1 if each["rolling"] is None else each["rolling"], each["name"]), reverse=True
    )
    blocks: list[Block] = [
        heading,
        Paragraph(
            get(
                "Downloads in the last 30 days, as last read up to {moment}; in brackets, how many a day since the"
                " first of its repos was made. Models differ in size, licence and purpose.",
                moment=speech.moment(read_at or document["made_at"]),
            )
        ),
        Bullets(tuple(Paragraph(_model(each, speech)) for each in (ours, *rows))),
    ]
    costs = [each for each in rows if each["ratio"]]
    if costs:
        blocks.append(Paragraph(get("Public cost for each download since release:")))
        blocks.append(Bullets(tuple(Paragraph(_model_cost(each, speech)) for each in costs)))
    return [*blocks, Paragraph(cost_scope_words(speech), small=True)]


def _model(each: dict[str, Any], speech: Speech) -> str:
    said = f"{outside(each['name'], _NAME)}: {_number(each['rolling'], speech)}"
    daily = per_day(each)
    return said if daily is None else f"{said} ({speech.number(daily, 1)})"


def _model_cost(each: dict[str, Any], speech: Speech) -> str:
    ratio = speech.money(Decimal(each["ratio"]), each["currency"])
    return f"{outside(each['name'], _NAME)}: {ratio} ({cost_words(each, speech)})"


def _read(counters: dict[str, Any], speech: Speech) -> str:
    return read_words({"downloads": counters, "age_days": counters["age_days"]}, speech)


def _number(value: int | None, speech: Speech) -> str:
    return speech.get("not known") if value is None else speech.number(value)


def _day(text: str, speech: Speech) -> str:
    return speech.day(dt.date.fromisoformat(text))

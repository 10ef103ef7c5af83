"""The charts of a year: downloads month by month, the cost per download, and what announcements coincided with."""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt

from alia_watch.costs.ledger import Bound
from alia_watch.reports.chart_frame import (
    BLUE,
    FAINT,
    INK,
    PURPLE,
    RUST,
    SAND,
    TEAL,
    WIDTH,
    data,
    frame,
    labels,
    layer,
    lines_of,
    round_ticks,
    year_axis,
)
from alia_watch.reports.outside import outside
from alia_watch.reports.speech import Speech

#: The lines of costs: colour and dash, so that they differ without colour.
_LINES = ((BLUE, [1, 0]), (RUST, [6, 3]), (TEAL, [2, 2]), (PURPLE, [8, 3, 2, 3]), (SAND, [4, 4]), (INK, [1, 3]))
#: How far the band of an amount that is "at most" or "at least" reaches from its line, as a factor: which way, not how
#: far, is what it shows.
_BAND = 1.4
#: So many days without a reading break a line.
_BREAK = 3
#: Below this ratio a window is drawn at it: nothing has no place on a logarithmic axis.
_LEAST_RATIO = 0.1
_MARKS = (("programme", RUST, "circle"), ("release", TEAL, "square"), ("press", FAINT, "triangle-up"))
#: About how wide a letter of a label is, and how far two labels stand apart, in pixels.
_LETTER, _APART = 8, 14
_SEVERAL = ("several", PURPLE, "diamond")


def months_chart(document: Mapping[str, Any], speech: Speech) -> dict[str, Any]:
    """The flagship's downloads month by month; a month that is not known whole is a span between its bounds."""
    rows = [
        {
            "month": each["month"],
            "count": each["count"],
            "low": each["low"],
            "high": each["high"],
            "text": _month_words(each, speech),
            "top": each["high"] if each["count"] is None and each["high"] is not None else each["count"] or each["low"],
        }
        for each in document["months"]
    ]
    words = {each["month"]: speech.short_month(dt.date.fromisoformat(f"{each['month']}-01")) for each in rows}
    fit = max(2, WIDTH // (_LETTER * max(map(len, words.values()), default=1) + _APART))  # "març del 2025" is long
    shown = list(words)[:: -(-len(words) // fit)] if len(words) > fit else list(words)
    axis = alt.Axis(labelExpr=labels(words), labelAngle=0, values=shown, grid=False)
    x = alt.X("month:O", title=None, axis=axis, scale=alt.Scale(domain=list(words), paddingInner=0.25))
    ticks = round_ticks(max((each["top"] for each in rows), default=1))
    named = labels({str(tick): speech.number(tick) for tick in ticks})
    y_axis = alt.Axis(values=ticks, labelExpr=named)
    y = alt.Y("count:Q", title=speech.get("downloads"), axis=y_axis, scale=alt.Scale(domain=[0, ticks[-1]]))
    known = [each for each in rows if each["count"] is not None]
    open_ = [each for each in rows if each["count"] is None]
    at_least = alt.Chart(data(open_)).mark_bar(color=BLUE, opacity=0.35).encode(x=x, y=alt.Y("low:Q"))
    bounds = alt.Chart(data([each for each in open_ if each["high"] is not None])).mark_rule(color=BLUE, strokeWidth=3)
    text = alt.Chart(data(rows)).mark_text(color=INK, fontSize=13, dy=-8)
    drawn = layer(
        alt.Chart(data(known)).mark_bar(color=BLUE).encode(x=x, y=y),
        at_least if open_ else None,
        bounds.encode(x=x, y="low:Q", y2="high:Q") if open_ else None,
        text.encode(x=x, y="top:Q", text="text:N"),
    )
    notes = [speech.get("Pale: not every day is known, and the count is a lower bound.")] if open_ else []
    born = document.get("flagship_born")
    if born and not born.endswith("-01") and born[:7] in words:
        day = speech.short_day(dt.date.fromisoformat(born))
        notes.append(speech.get("Made on {day}: its first month is not a whole one.", day=day))
    title = speech.get("{repo}: downloads per month", repo=document["flagship"])
    return frame(drawn, document, speech, title=title, notes=notes)


def cost_chart(document: Mapping[str, Any], speech: Speech, *, height: int = 290) -> dict[str, Any]:
    """The cost of a download over the rolling 30 days, day by day, one line for each amount, on a logarithmic axis."""
    course = document["cost_course"]
    days = [(dt.date.fromisoformat(each["day"]), each["rolling"]) for each in course["days"] if each["rolling"]]
    first, last = days[0][0], days[-1][0]
    parts = _unbroken([day for day, _ in days])
    rows, bands = [], []
    for scenario in course["scenarios"]:
        amount, bound = float(scenario["amount"]), scenario["bound"]
        for day, count in days:
            value = amount / count
            row = {"at": (day - first).days, "value": value, "id": scenario["scenario"], "part": parts[day]}
            rows.append(row)
            if bound != Bound.EXACT:
                ends = (value / _BAND, value) if bound == Bound.AT_MOST else (value, value * _BAND)
                bands.append(row | {"low": ends[0], "high": ends[1]})
    names = {each["scenario"]: outside(each["name"], 150) for each in course["scenarios"]}
    lines = [_LINES[place % len(_LINES)] for place in range(len(names))]
    colour = alt.Color("id:N", scale=alt.Scale(domain=list(names), range=[line[0] for line in lines]), title=None)
    worded = {each: "\n".join(lines_of(name, 62)) for each, name in names.items()}
    legend = alt.Legend(
        columns=1,
        symbolOpacity=1,
        symbolType="stroke",
        symbolSize=400,
        symbolStrokeWidth=2.5,
        labelExpr=f"split({labels(worded, of='label')}, '\\n')",
    )
    dash = alt.StrokeDash("id:N", scale=alt.Scale(domain=list(names), range=[line[1] for line in lines]), title=None)
    x = alt.X("at:Q", title=None, axis=year_axis(first, last, speech), scale=alt.Scale(domain=[0, _span(first, last)]))
    currency = course["scenarios"][0]["currency"]
    spread = [each["value"] for each in rows] + [each[end] for each in bands for end in ("low", "high")]
    powers = _powers(min(spread), max(spread))
    named = labels({f"{power:.15g}": speech.money(Decimal(str(power)), currency) for power in powers})
    scale = alt.Scale(type="log", domain=[min(spread) / 1.1, max(spread) * 1.1], nice=False)
    y = alt.Y("value:Q", title=None, axis=alt.Axis(values=powers, labelExpr=named), scale=scale)
    area = alt.Chart(data(bands)).mark_area(fillOpacity=0.18).encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=colour)
    line = alt.Chart(data(rows)).mark_line(strokeWidth=2.5)
    drawn = layer(
        area.encode(detail="part:N") if bands else None,
        line.encode(x=x, y=y, color=colour.legend(legend), strokeDash=dash.legend(legend), detail="part:N"),
    )
    notes = [
        speech.get("Each amount over the downloads of the 30 days before; logarithmic."),
        *([speech.get("A band over or under a line: that amount is a lower or upper bound.")] if bands else ()),
    ]
    title = speech.get("Cost per download of {repo}", repo=course["repo_id"])
    return frame(drawn, document, speech, title=title, notes=notes, height=height)


def windows_chart(document: Mapping[str, Any], speech: Speech) -> dict[str, Any]:
    """A year of event windows: how many times the expected each brought, with its interval, by kind of announcement."""
    last = dt.date.fromisoformat(document["last"])
    first = last - dt.timedelta(days=364)
    kinds = {name: (colour, shape) for name, colour, shape in (*_MARKS, _SEVERAL)}
    names = {
        "programme": speech.get("acts and agreements"),
        "release": speech.get("model releases"),
        "press": speech.get("press and papers"),
        "several": speech.get("several kinds"),
    }
    told: list[dict[str, Any]] = []
    open_: list[dict[str, Any]] = []
    for each in document["study"]["year"]:
        row = {"at": (_start(each) - first).days, "kind": names[_category(each["kinds"])]}
        if each["ratio"] is None:
            open_.append(row | {"ratio": _LEAST_RATIO})
        else:
            ends = {end: max(each[end], _LEAST_RATIO) for end in ("ratio", "low", "high")}
            told.append(row | ends)
    most = max([2.0, *(each["high"] for each in told)])
    ticks = [tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if tick <= most * 1.1]
    named = labels({str(tick): speech.number(tick) for tick in ticks})
    scale = alt.Scale(type="log", domain=[_LEAST_RATIO * 0.9, most * 1.15], nice=False)
    title = speech.get("times the expected")
    y = alt.Y("ratio:Q", title=title, axis=alt.Axis(values=ticks, labelExpr=named), scale=scale)
    x = alt.X("at:Q", title=None, axis=year_axis(first, last, speech), scale=alt.Scale(domain=[0, 370]))
    domain = [names[name] for name in kinds]
    colour = alt.Color("kind:N", title=None, scale=alt.Scale(domain=domain, range=[c for c, _ in kinds.values()]))
    shape = alt.Shape("kind:N", title=None, scale=alt.Scale(domain=domain, range=[s for _, s in kinds.values()]))
    legend = alt.Legend(columns=2)
    base = alt.Chart(data(told)).encode(x=x, color=colour)
    drawn = layer(
        alt.Chart(data([{"ratio": 1}])).mark_rule(color=FAINT, strokeDash=[3, 3]).encode(y=y),
        base.mark_rule(strokeWidth=2).encode(y="low:Q", y2="high:Q"),
        base.mark_point(filled=True, size=110, opacity=1).encode(
            y=y, color=colour.legend(legend), shape=shape.legend(legend)
        ),
        alt.Chart(data(open_)).mark_point(shape="cross", color=FAINT, size=60).encode(x=x, y=y) if open_ else None,
    )
    notes = [speech.get("Downloads in each window over those to be expected, with the 95 % interval; 1: as expected.")]
    if open_:
        notes.append(speech.get("Crosses at the foot: nothing can be said."))
    if any(each["ratio"] is not None and each["low"] < _LEAST_RATIO for each in document["study"]["year"]):
        notes.append(speech.get("What lies below {least} is drawn there.", least=speech.number(_LEAST_RATIO)))
    title = speech.get("What announcements coincided with: {repo}", repo=document["flagship"])
    return frame(drawn, document, speech, title=title, notes=notes)


def _start(window: Mapping[str, Any]) -> dt.date:
    return dt.date.fromisoformat(window["window"].partition("/")[0])


def _category(kinds: Sequence[str]) -> str:
    """What a window's mark stands for."""
    found = {
        "press" if kind in ("media", "paper") else "release" if kind == "model_release" else "programme"
        for kind in kinds
    }
    return found.pop() if len(found) == 1 else "several"


def _unbroken(days: Iterable[dt.date]) -> dict[dt.date, int]:
    """By day, the number of the stretch without a long gap that it lies in."""
    found: dict[dt.date, int] = {}
    for before, day in itertools.pairwise([None, *days]):
        broken = before is not None and day is not None and (day - before).days > _BREAK
        if day is not None:
            found[day] = (found[before] if before is not None else 0) + broken
    return found


def _span(first: dt.date, last: dt.date) -> int:
    return max((last - first).days, 1)


def _powers(low: float, high: float) -> list[float]:
    """Round amounts of a logarithmic axis, down to cents: powers of ten, and their thirds where these are few."""
    tens = [10**n if n >= 0 else round(0.1**-n, 2) for n in range(-2, 16)]
    powers = [power for power in tens if low / 1.1 <= power <= high * 1.1]
    if len(powers) < 3:
        thirds = (round(size * power, 2) for power in tens for size in (1, 2, 5))
        powers = [value for value in thirds if low / 1.1 <= value <= high * 1.1]
    return powers


def _month_words(month: Mapping[str, Any], speech: Speech) -> str:
    """A month's count, or its bounds."""
    if month["count"] is not None:
        return speech.number(month["count"])
    if month["high"] is None and not month["low"]:
        return speech.get("not known")
    if month["high"] is None:
        return f"≥ {speech.number(month['low'])}"
    return f"{speech.number(month['low'])}–{speech.number(month['high'])}"

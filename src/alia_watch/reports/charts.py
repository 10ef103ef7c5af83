"""The chart of days: a Vega-Lite definition, as a plain dict, from a report's document. Drawn by `chart_worker.py`."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from alia_watch.reports.chart_frame import (
    BLUE,
    FAINT,
    GAP,
    HEIGHT,
    RUST,
    TEAL,
    data,
    frame,
    labels,
    layer,
    month_ticks,
    round_ticks,
)
from alia_watch.reports.pictures import drawn_finding
from alia_watch.reports.speech import Speech

#: Kinds of announcement by what they are drawn as: colour and dash of their line.
_PRESS, _RELEASE = frozenset({"media", "paper"}), frozenset({"model_release"})

#: Up to so many days an axis names every week; up to so many, the first and the middle of every month.
_WEEKS, _MONTHS = 40, 62


def daily_chart(document: Mapping[str, Any], speech: Speech, *, height: int = HEIGHT) -> dict[str, Any]:
    """A repo's day counts with announcements, spikes and the days on which the whole Hub moved marked.

    Known days are bars. Missed days are shaded, with the total of their interval written in them, and so are days that
    are not known: neither is drawn as a count. Announcements are lines with their numbers in the report's list.
    """
    chart = document["chart"]
    told = document["spikes"] if "spikes" in document else document.get("findings", ())
    spikes = [each for each in told if each["repo_id"] == chart["repo_id"] and "peak" in each["facts"]]
    drawn = layer(
        _spans(chart, speech, height),
        _bars(chart, speech),
        _announcements(document, speech),
        _peaks(chart, spikes, speech),
        _hub_wide(chart, speech),
        _revised(chart, speech),
    )
    notes = []
    if any(day["count"] is None for day in chart["days"]):
        notes.append(speech.get("Shaded: days that are not known."))
    if set(chart.get("hub_wide", ())) & {day["day"] for day in chart["days"]}:
        notes.append(speech.get("Diamonds: days on which the whole Hub moved."))
    if any(day["kind"] == "revised" for day in chart["days"]):
        notes.append(speech.get("Crosses: days on which the Hub took downloads off the counter."))
    title = speech.get("{repo}: downloads per UTC day", repo=chart["repo_id"])
    return frame(drawn, document, speech, title=title, notes=notes, height=height)


def line_of(kinds: Sequence[str]) -> tuple[str, list[int]]:
    """The colour and the dash of an announcement's line: the press, a release, or an act of the programme."""
    if all(kind in _PRESS for kind in kinds):
        return FAINT, [2, 2]
    if all(kind in _RELEASE for kind in kinds):
        return TEAL, [8, 3]
    return RUST, [5, 3]


def _x(speech: Speech, days: Sequence[Mapping[str, Any]]) -> alt.X:
    """The days' axis. Labels are written out here, so that the months are in the report's language."""
    shown = [dt.date.fromisoformat(each["day"]) for each in days]
    if len(shown) > _MONTHS:
        words = {f"{day:%Y-%m-%d}": word for day, word in month_ticks(shown, speech).items()}
    else:
        ticks = [day for day in shown if (day.day in (1, 15) if len(shown) > _WEEKS else day.day % 7 == 1)]
        words = {f"{day:%Y-%m-%d}": speech.tick(day) for day in ticks}
    return alt.X(
        "day:O",
        title=None,
        scale=alt.Scale(domain=[f"{day:%Y-%m-%d}" for day in shown], paddingInner=0.25),
        axis=alt.Axis(values=list(words), labelExpr=labels(words), labelAngle=0, grid=False),
    )


def _bars(chart: Mapping[str, Any], speech: Speech) -> alt.Chart:
    known = [{"day": each["day"], "count": each["count"]} for each in chart["days"] if each["count"] is not None]
    bars: alt.Chart = alt.Chart(data(known)).mark_bar(color=BLUE)
    most = max((each["count"] for each in known), default=1)
    ticks = round_ticks(most)
    words = {str(tick): speech.number(tick) for tick in ticks}
    axis = alt.Axis(values=ticks, labelExpr=labels(words))
    scale = alt.Scale(domain=[0, max(ticks[-1], most)])
    return bars.encode(
        x=_x(speech, chart["days"]), y=alt.Y("count:Q", title=speech.get("downloads"), axis=axis, scale=scale)
    )


def _spans(chart: Mapping[str, Any], speech: Speech, height: int) -> alt.LayerChart | None:
    """Days whose count is not known, shaded from bottom to top."""
    unknown = [{"day": each["day"]} for each in chart["days"] if each["count"] is None]
    if not unknown:
        return None
    x = _x(speech, chart["days"])
    shade = (
        alt.Chart(data(unknown))
        .mark_bar(color=GAP, height=height)
        .encode(x=x, y=alt.value(height / 2), yOffset=alt.value(0))
    )
    middles = [
        {
            "day": _middle(each["start"], each["end"]),
            "text": speech.get("{total} in {days} days", total=speech.number(each["total"]), days=str(_length(each))),
        }
        for each in chart["intervals"]
        if any(day["day"] == _middle(each["start"], each["end"]) for day in chart["days"])
    ]
    words = (
        alt.Chart(data(middles))
        .mark_text(color=FAINT, fontSize=13, angle=270, align="left")
        .encode(x=x, y=alt.value(height - 8), text="text:N")
    )
    return layer(shade, words)


def _announcements(document: Mapping[str, Any], speech: Speech) -> alt.LayerChart | None:
    days = {each["day"] for each in document["chart"]["days"]}
    marks: dict[str, list[tuple[str, str]]] = {}
    for number, each in enumerate(_listed(document), start=1):
        if each["precision"] != "month" and each["date"] in days:
            marks.setdefault(each["date"], []).append((str(number), each["kind"]))
    if not marks:
        return None
    layers = []
    for day, told in sorted(marks.items()):
        colour, dash = line_of([kind for _, kind in told])
        value = [{"day": day, "text": ", ".join(number for number, _ in told)}]
        base = alt.Chart(data(value)).encode(x=_x(speech, document["chart"]["days"]))
        words = base.mark_text(color=colour, fontSize=14, fontWeight="bold", dy=-7)
        layers.append(base.mark_rule(color=colour, strokeDash=dash, strokeWidth=1.5))
        layers.append(words.encode(y=alt.value(0), text="text:N"))
    return layer(*layers)


def _listed(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The announcements in the order in which the report numbers them; an alert numbers those of the spike it draws."""
    if "announcements" in document:
        return list(document["announcements"])
    found = drawn_finding(document)
    return list(found["announcements"]) if found else []


def _peaks(chart: Mapping[str, Any], spikes: Sequence[Mapping[str, Any]], speech: Speech) -> alt.LayerChart | None:
    """The highest day of each spike, with how many times the expected it was."""
    counts = {each["day"]: each["count"] for each in chart["days"] if each["count"] is not None}
    values = [
        {
            "day": each["facts"]["peak"],
            "count": counts[each["facts"]["peak"]],
            "text": f"× {speech.number(each['facts']['lift'], 1)}",
        }
        for each in spikes
        if each["facts"]["peak"] in counts
    ]
    if not values:
        return None
    base = alt.Chart(data(values)).encode(x=_x(speech, chart["days"]), y="count:Q")
    point = base.mark_point(shape="triangle-down", filled=True, color=RUST, size=110, dy=-8, opacity=1)
    about: dict[str, Any] = {"fontSize": 14, "fontWeight": "bold", "align": "right", "dx": -10, "dy": -4}
    halo = base.mark_text(stroke="#ffffff", strokeWidth=6, strokeJoin="round", **about).encode(text="text:N")
    words = base.mark_text(color=RUST, **about).encode(text="text:N")
    return layer(point.encode(yOffset=alt.value(-9)), halo, words)


def _revised(chart: Mapping[str, Any], speech: Speech) -> alt.Chart | None:
    """The days on which the counter went down."""
    values = [{"day": each["day"]} for each in chart["days"] if each["kind"] == "revised"]
    if not values:
        return None
    marks: alt.Chart = alt.Chart(data(values)).mark_point(shape="cross", color=RUST, size=80, strokeWidth=1.5)
    return marks.encode(x=_x(speech, chart["days"]), y=alt.value(24))


def _hub_wide(chart: Mapping[str, Any], speech: Speech) -> alt.Chart | None:
    """The days on which the whole Hub moved."""
    shown = {each["day"] for each in chart["days"]}
    values = [{"day": day} for day in chart.get("hub_wide", ()) if day in shown]
    if not values:
        return None
    marks: alt.Chart = alt.Chart(data(values)).mark_point(shape="diamond", color=FAINT, size=80, strokeWidth=1.5)
    return marks.encode(x=_x(speech, chart["days"]), y=alt.value(9))


def _middle(start: str, end: str) -> str:
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    return (first + (last - first) / 2).isoformat()


def _length(interval: Mapping[str, Any]) -> int:
    return (dt.date.fromisoformat(interval["end"]) - dt.date.fromisoformat(interval["start"])).days + 1

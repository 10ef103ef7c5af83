"""Charts: one Vega-Lite definition each, as a plain dict, from a report's document. Drawn by `chart_worker.py`."""

import datetime as dt
from typing import Any, cast

import altair as alt

from alia_watch.reports.speech import Speech

WIDTH, HEIGHT = 760, 300
_BAR, _GAP, _MARK, _INK, _FAINT = "#1f5f8b", "#e3dcc8", "#b3541e", "#222222", "#77736a"
#: A family that the renderer carries itself, so that no font of the system is needed.
FONT = "Noto Sans, DejaVu Sans, sans-serif"


def daily_chart(document: dict[str, Any], speech: Speech) -> dict[str, Any]:
    """The flagship's day counts with announcements marked.

    Known days are bars. Missed days are shaded, with the total of their interval written in them, and so are days that
    are not known: neither is drawn as a count. Announcements are dashed lines with their numbers in the report's list.
    """
    chart = document["chart"]
    layers = [
        layer
        for layer in (
            _spans(chart, speech),
            _bars(chart, speech),
            _announcements(document, speech),
        )
        if layer is not None
    ]
    title = speech.get("{repo}: downloads per UTC day", repo=chart["repo_id"])
    subtitle = [speech.get("Source: Hugging Face's counters, read by {watch}", watch=document["watch"])]
    if document["simulated"]:
        subtitle.insert(0, speech.get("SIMULATED DATA: no figure here is a reading"))
    drawn = (
        _layer(*layers)
        .properties(
            width=WIDTH,
            height=HEIGHT,
            title=alt.TitleParams(
                title,
                subtitle=subtitle,
                anchor="start",
                fontSize=16,
                subtitleFontSize=12,
                subtitleColor=_MARK if document["simulated"] else _FAINT,
                color=_INK,
                offset=12,
            ),
        )
        .configure(font=FONT, background="#ffffff", padding=18)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=_FAINT, titleColor=_FAINT, gridColor="#eeeae0", domainColor="#c9c4b5", labelFontSize=12
        )
    )
    return dict(drawn.to_dict())


def _x(speech: Speech, days: list[dict[str, Any]]) -> alt.X:
    """The days' axis. Labels are written out here, so that the months are in the report's language."""
    shown = [dt.date.fromisoformat(each["day"]) for each in days]
    ticks = [day for day in shown if day.day in (1, 8, 15, 22)]
    words = {f"{day:%Y-%m-%d}": speech.tick(day) for day in ticks}
    return alt.X(
        "day:O",
        title=None,
        scale=alt.Scale(domain=[f"{day:%Y-%m-%d}" for day in shown], paddingInner=0.25),
        axis=alt.Axis(values=list(words), labelExpr=f"({_expression(words)})[datum.value]", labelAngle=0, grid=False),
    )


def _bars(chart: dict[str, Any], speech: Speech) -> alt.Chart:
    known = [{"day": each["day"], "count": each["count"]} for each in chart["days"] if each["count"] is not None]
    bars: alt.Chart = alt.Chart(_data(known)).mark_bar(color=_BAR)
    count = alt.Y("count:Q", title=speech.get("downloads"), axis=alt.Axis(tickMinStep=1, tickCount=6))
    return bars.encode(x=_x(speech, chart["days"]), y=count)


def _spans(chart: dict[str, Any], speech: Speech) -> alt.LayerChart | None:
    """Days whose count is not known, shaded from bottom to top."""
    unknown = [{"day": each["day"]} for each in chart["days"] if each["count"] is None]
    if not unknown:
        return None
    x = _x(speech, chart["days"])
    shade = (
        alt.Chart(_data(unknown))
        .mark_bar(color=_GAP, height=HEIGHT)
        .encode(x=x, y=alt.value(HEIGHT / 2), yOffset=alt.value(0))
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
        alt.Chart(_data(middles))
        .mark_text(color=_FAINT, fontSize=11, angle=270, align="left")
        .encode(x=x, y=alt.value(HEIGHT - 8), text="text:N")
    )
    return _layer(shade, words)


def _announcements(document: dict[str, Any], speech: Speech) -> alt.LayerChart | None:
    days = {each["day"] for each in document["chart"]["days"]}
    marks: dict[str, list[str]] = {}
    for number, each in enumerate(document["announcements"], start=1):
        if each["precision"] != "month" and each["date"] in days:
            marks.setdefault(each["date"], []).append(str(number))
    if not marks:
        return None
    values = [{"day": day, "text": ", ".join(numbers)} for day, numbers in sorted(marks.items())]
    base = alt.Chart(_data(values)).encode(x=_x(speech, document["chart"]["days"]))
    line = base.mark_rule(color=_MARK, strokeDash=[4, 3])
    words = base.mark_text(color=_MARK, fontSize=12, fontWeight="bold", dy=-6).encode(y=alt.value(0), text="text:N")
    return _layer(line, words)


def _data(values: list[dict[str, Any]]) -> Any:
    return alt.Data(values=values)  # type: ignore[no-untyped-call]  # altair leaves it untyped


def _layer(*layers: alt.Chart | alt.LayerChart) -> alt.LayerChart:
    return cast("alt.LayerChart", alt.layer(*layers))


def _middle(start: str, end: str) -> str:
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    return (first + (last - first) / 2).isoformat()


def _length(interval: dict[str, Any]) -> int:
    return (dt.date.fromisoformat(interval["end"]) - dt.date.fromisoformat(interval["start"])).days + 1


def _expression(words: dict[str, str]) -> str:
    """A Vega expression: an object literal of the words."""
    pairs = ", ".join(f"'{key}': '{word}'" for key, word in words.items())
    return "{" + pairs + "}"

"""The chart of models beside one another, on equal footing: downloads a day, in the last 30 days and since release."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from alia_watch.reports.chart_frame import BLUE, FAINT, INK, RUST, WIDTH, data, frame, labels, layer
from alia_watch.reports.outside import outside
from alia_watch.reports.speech import Speech

_ROW = 34
#: What a name may take of a row.
_NAME = 60
_TICKS = tuple(round(10.0**power, 2) for power in range(-2, 16))


def beside_chart(document: Mapping[str, Any], speech: Speech) -> dict[str, Any]:
    """One row for each model, the most downloaded first; what is not known has no mark, and says so."""
    ours = document["beside"]["name"]
    rows = []
    for each in (document["beside"], *document["comparators"]):
        recent = None if each["rolling"] is None else each["rolling"] / 30
        since = each["all_time"] / each["days"] if each["all_time"] is not None and each["days"] else None
        name = outside(each["name"], _NAME)
        rows.append({"name": name, "recent": recent, "since": since, "ours": each["name"] == ours})
    rows.sort(key=lambda row: (-(row["recent"] or 0), row["name"]))
    known = [value for row in rows for value in (row["recent"], row["since"]) if value]
    low, high = min(known, default=1.0), max(known, default=10.0)
    ticks = [tick for tick in _TICKS if low / 10 <= tick <= high * 10] or [_TICKS[0]]
    scale = alt.Scale(type="log", domain=[ticks[0] if ticks[0] <= low else low / 2, high * 2])
    axis = alt.Axis(values=ticks, labelExpr=labels({f"{tick:.15g}": speech.number(tick) for tick in ticks}))
    names = [row["name"] for row in rows]
    y = alt.Y(
        "name:N",
        title=None,
        sort=names,
        scale=alt.Scale(domain=names),
        axis=alt.Axis(labelLimit=WIDTH // 2, grid=True, labelExpr="split(datum.value, '/')[1] || datum.value"),
    )
    x = alt.X("value:Q", title=speech.get("downloads a day"), axis=axis, scale=scale)
    marks = (("recent", speech.get("last 30 days"), "circle"), ("since", speech.get("since release"), "diamond"))
    values = [
        {"name": row["name"], "value": row[key], "what": word, "who": "ours" if row["ours"] else "others"}
        for row in rows
        for key, word, _ in marks
        if row[key]
    ]
    nothing = [
        {"name": row["name"], "text": speech.get("not known") if row["recent"] is None else speech.number(0)}
        for row in rows
        if not row["recent"]
    ]
    shape = alt.Shape(
        "what:N",
        title=None,
        scale=alt.Scale(domain=[word for _, word, _ in marks], range=[form for _, _, form in marks]),
    )
    colour = alt.Color("who:N", legend=None, scale=alt.Scale(domain=["ours", "others"], range=[RUST, BLUE]))
    words = alt.Chart(data(nothing)).mark_text(color=FAINT, align="left", dx=4, fontSize=13)
    drawn = layer(
        alt.Chart(data(values))
        .mark_point(filled=True, size=120, opacity=1, stroke=INK, strokeWidth=0.5)
        .encode(x=x, y=y, shape=shape, color=colour),
        words.encode(y=y, x=alt.value(0), text="text:N") if nothing else None,
    )
    notes = [speech.get("Same day, same windows. Logarithmic axis. A repo's downloads are requests, not people.")]
    title = speech.get("Downloads a day, beside other models")
    return frame(drawn, document, speech, title=title, notes=notes, height=_ROW * len(rows))

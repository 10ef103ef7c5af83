"""What all charts share: their size, colours that a colour-blind reader and a grey printer can tell apart, and their
frame, which names the source, the day of the last reading, and that data are simulated where they are."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import altair as alt

from alia_watch.reports.speech import Speech

#: The plot's size. With its margins it is as wide as a mail, and its words can be read when it is half as wide.
WIDTH, HEIGHT = 520, 290
INK, FAINT, GAP = "#222222", "#6b675e", "#e3dcc8"
#: From Okabe and Ito's palette (2008), from dark to light, so that they differ in grey too.
BLUE, RUST, TEAL, PURPLE, SAND = "#0b4f7d", "#b3480f", "#2a8f7b", "#9c5c8f", "#c9a227"
#: A family that the renderer carries itself, so that no font of the system is needed.
FONT = "Noto Sans, DejaVu Sans, sans-serif"
_LABEL, _TITLE = 14, 17
#: About so many letters of a title fit into one line.
_TITLE_LETTERS = 56
_DAYS_OF_FEW_MONTHS = 100
#: What would end a string of the expression language, or a line of it.
_QUOTED = frozenset("\\'\"\n\r\u2028\u2029")


def frame(
    drawn: alt.Chart | alt.LayerChart,
    document: Mapping[str, Any],
    speech: Speech,
    *,
    title: str,
    notes: Sequence[str] = (),
    height: int | None = HEIGHT,
) -> dict[str, Any]:
    """A chart as it is printed.

    Args:
        document: the report's, for who watches, the day of the last reading, and whether it is simulated.
        notes: what marks mean, under the title.
    """
    said = [speech.get("Source: Hugging Face's counters, read by {watch}", watch=document["watch"])]
    until = document.get("closed_until") or document["made_at"][:10]
    said[0] += f" · {speech.short_day(dt.date.fromisoformat(until))}"
    said = [*notes, *said]
    if document["simulated"]:
        said.insert(0, speech.get("SIMULATED DATA: no figure here is a reading"))
    size = {"width": WIDTH} if height is None else {"width": WIDTH, "height": height}
    framed = (
        drawn.properties(
            **size,
            title=alt.TitleParams(
                lines_of(title),
                subtitle=[line for each in said for line in lines_of(each, 72)],
                anchor="start",
                frame="group",
                fontSize=_TITLE,
                subtitleFontSize=_LABEL - 1,
                subtitleColor=RUST if document["simulated"] else FAINT,
                color=INK,
                offset=14,
            ),
        )
        .configure(font=FONT, background="#ffffff", padding=14)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=INK,
            titleColor=FAINT,
            gridColor="#e9e5da",
            domainColor="#c9c4b5",
            labelFontSize=_LABEL,
            titleFontSize=_LABEL,
            titleFontWeight="normal",
        )
        .configure_legend(labelFontSize=_LABEL, labelColor=INK, labelLimit=WIDTH, symbolSize=90, orient="bottom")
    )
    # Checking a thousand rows costs more than drawing them.
    return dict(_with_rows(framed.to_dict(validate=False)))


def layer(*layers: alt.Chart | alt.LayerChart | None) -> alt.LayerChart:
    """Layers, the first at the bottom; those that are None are left out."""
    return cast("alt.LayerChart", alt.layer(*(each for each in layers if each is not None)))


def data(values: Sequence[Mapping[str, Any]]) -> Any:
    """Rows, inside the definition.

    As text until the frame is round them: altair copies every dict and list each time it takes up a chart.
    """
    text = json.dumps([dict(each) for each in values])
    return alt.Data(values=text)  # type: ignore[no-untyped-call]  # altair leaves it untyped


def _with_rows(definition: Any) -> Any:
    if isinstance(definition, list):
        return [_with_rows(each) for each in definition]
    if isinstance(definition, dict):
        if isinstance(rows := definition.get("values"), str):
            return definition | {"values": json.loads(rows)}
        return {key: _with_rows(value) for key, value in definition.items()}
    return definition


def labels(words: Mapping[str, str], of: str = "value") -> str:
    """A Vega expression that writes out the labels of an axis or a legend, by what stands there."""
    pairs = ", ".join(f"{_quoted(key)}: {_quoted(word)}" for key, word in words.items())
    return "({" + pairs + "})[datum." + of + "]"


def round_ticks(most: int) -> list[int]:
    """Up to seven round numbers, from 0 to the first that is no less than the greatest count."""
    step = next(size * 10**power for power in range(16) for size in (1, 2, 5) if size * 10**power * 6 >= most)
    return [step * n for n in range(max(-(-most // step), 1) + 1)]


def year_axis(first: dt.date, last: dt.date, speech: Speech) -> alt.Axis:
    """The axis of days counted from `first`, with its months named; of few months, with the middle of each too."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    words = {str((day - first).days): word for day, word in month_ticks(days, speech).items()}
    return alt.Axis(values=[int(day) for day in words], labelExpr=labels(words), grid=False, labelOverlap=False)


def month_ticks(days: Sequence[dt.date], speech: Speech) -> dict[dt.date, str]:
    """At most five days to name on an axis of many: firsts of months, and of few months their middle too."""
    short = len(days) <= _DAYS_OF_FEW_MONTHS
    ticks = [day for day in days if day.day in ((1, 15) if short else (1,))]
    step = -(-len(ticks) // 5) or 1
    return {day: (speech.tick if short else speech.short_month)(day) for day in ticks[::-1][::step]}


def _quoted(text: str) -> str:
    """A string of the Vega expression language."""
    return "'" + "".join(f"\\u{ord(c):04x}" if c in _QUOTED else c for c in text) + "'"


def lines_of(text: str, letters: int = _TITLE_LETTERS) -> list[str]:
    """A text in lines that fit, broken between words."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > letters:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines

"""How each chart is drawn, by its name. Imports altair: for the process that draws, not for one that stays."""

from collections.abc import Mapping
from typing import Any

from alia_watch.reports.chart_beside import beside_chart
from alia_watch.reports.charts import daily_chart
from alia_watch.reports.charts_over_time import cost_chart, months_chart, windows_chart
from alia_watch.reports.pictures import COST, DAILY, MONTHS, WINDOWS
from alia_watch.reports.speech import Speech


def drawn(name: str, document: Mapping[str, Any], speech: Speech, height: int | None) -> dict[str, Any]:
    """The Vega-Lite definition of a chart of a report.

    Args:
        height: of the plot, where it is not the usual one and the chart can be lower.
    """
    lower: dict[str, int] = {} if height is None else {"height": height}
    if name == DAILY:
        return daily_chart(document, speech, **lower)
    if name == COST:
        return cost_chart(document, speech, **lower)
    plain = {MONTHS: months_chart, WINDOWS: windows_chart}
    return plain.get(name, beside_chart)(document, speech)

"""The chart: drawn by the real renderer in its own process, and what happens when that process dies."""

import os
import re
import signal
import struct
import zlib

import pytest

from alia_watch.errors import ChartError
from alia_watch.pipeline.enqueue import drawn
from alia_watch.reports.chart_frame import WIDTH
from alia_watch.reports.chart_worker import SCALE, ChartWorker, smaller
from alia_watch.reports.charts import daily_chart
from alia_watch.reports.charts_over_time import cost_chart
from alia_watch.reports.pictures import BESIDE, COST, DAILY, MONTHS, WINDOWS, charts_of
from alia_watch.reports.speech import LANGUAGES, Speech
from tests.pictures import png
from tests.reports import sample


def size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, after its chunks were checked."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    place = 8
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        body = png[place + 4 : place + 8 + length]
        assert zlib.crc32(body) == struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0]
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[4:12])
        place += 12 + length
    return width, height


def test_every_chart_is_drawn_the_same_every_time() -> None:
    """Not blank, and the same for the same document."""
    report = sample("digest_whole")
    with ChartWorker() as worker:
        for chart in charts_of(report.kind, report.document, Speech("es")).values():
            definition = chart.definition()
            drawn_once = worker.png(definition)
            assert drawn_once == worker.png(definition)
            blank = worker.png({**definition, "layer": [{"mark": "point", "data": {"values": []}}]})
            assert len(drawn_once) > len(blank)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_fits_a_mail_in_every_language(language: str) -> None:
    """As wide as a mail with its words, and no word of them cut."""
    report = sample("digest_whole")
    charts = charts_of(report.kind, report.document, Speech(language))
    assert list(charts) == [DAILY, MONTHS, COST, WINDOWS, BESIDE]
    with ChartWorker() as worker:
        for chart in charts.values():
            drawing = worker.svg(chart.definition())
            found = re.search(r'<svg[^>]* width="([\d.]+)" height="([\d.]+)"', drawing)
            assert found
            assert WIDTH < float(found[1]) < 800, (chart.name, found[1])
            assert float(found[2]) > 200
            assert "…" not in drawing


def test_short_messages_have_a_small_chart() -> None:
    """An alert shows the days of its repo, a cost update the course of the headline."""
    for name, expected in (("alert_spike", DAILY), ("cost_update", COST)):
        report = sample(name)
        [chart] = charts_of(report.kind, report.document, Speech("es")).values()
        assert chart.name == expected
        with ChartWorker() as worker:
            assert size(worker.png(chart.definition()))[1] < 460 * SCALE
        assert report.document["simulated"]
        assert "DATOS SIMULADOS" in str(chart.definition()["title"])


def test_what_has_nothing_to_draw_has_no_chart() -> None:
    """No day known, no month but one, no cost, no window, nothing beside it."""
    empty = sample(
        "digest_with_gaps",
        chart={"repo_id": "a/b", "days": [], "intervals": [], "hub_wide": []},
        comparators=[],
    )
    assert charts_of(empty.kind, empty.document, Speech("es")) == {}


def test_spikes_and_hub_wide_days_are_marked() -> None:
    """A spike's highest day with its lift, a day of the whole Hub with its own sign, each said under the title."""
    definition = daily_chart(sample("digest_whole").document, Speech("es"))
    assert "× 12,3" in str(definition)
    assert "Rombos" in str(definition["title"])
    marked = [row["day"] for row in _rows(definition) if set(row) == {"day"}]
    assert "2026-01-10" in marked


def test_a_band_says_which_way_an_amount_is_bounded() -> None:
    """Of "at most" it lies under the line, of "at least" over it; an exact amount has none."""
    definition = cost_chart(sample("digest_whole").document, Speech("en"))
    bands = [row for row in _rows(definition) if "low" in row]
    bounds = {each["scenario"]: each["bound"] for each in sample("digest_whole").document["cost_course"]["scenarios"]}
    assert {row["id"] for row in bands} == {name for name, bound in bounds.items() if bound != "exact"}
    for row in bands:
        at_most = bounds[str(row["id"])] == "at_most"
        assert (row["high"] == row["value"]) is at_most
        assert (row["low"] == row["value"]) is not at_most
    parts = {row["part"] for row in _rows(definition) if "part" in row}
    assert parts == {0, 1}  # nine days without a reading break the line


def test_a_picture_is_packed_again_without_a_change() -> None:
    """The pixels stay; what is no PNG is left alone."""
    made = png()
    packed = smaller(made)
    assert size(packed) == size(made)
    assert zlib.decompress(_idat(packed)) == zlib.decompress(_idat(made))
    assert smaller(b"no picture") == b"no picture"
    assert smaller(made[:-5]) == made[:-5]


def test_gaps_and_announcements_are_drawn_apart_from_counts() -> None:
    """Days that are not known are no bars; the announcements of one day share a mark."""
    gaps = daily_chart(sample("digest_with_gaps").document, Speech("es"))
    text = str(gaps)
    document = sample("digest_with_gaps").document["chart"]
    unknown = {day["day"] for day in document["days"] if day["count"] is None}
    assert unknown
    drawn_as_bars = {row["day"] for row in _rows(gaps) if "count" in row}
    assert not unknown & drawn_as_bars
    assert "en 2 días" in text


def test_a_simulated_chart_says_so_in_the_picture() -> None:
    """The label is part of the picture, since pictures travel alone."""
    simulated = sample("digest_whole").document
    real = sample("digest_whole", simulated=False).document
    words = "DATOS SIMULADOS"
    assert words in str(daily_chart(simulated, Speech("es"))["title"])
    assert words not in str(daily_chart(real, Speech("es")))


def test_a_chart_that_cannot_be_drawn_is_an_error_and_the_next_is_drawn() -> None:
    """A definition that is none is refused with the renderer's reason."""
    with ChartWorker() as charts:
        with pytest.raises(ChartError, match="could not be drawn"):
            charts.png({"mark": {"type": "no such mark"}, "encoding": 3})
        assert charts.png(daily_chart(sample("digest_whole").document, Speech("en")))


def test_the_renderer_may_be_killed() -> None:
    """Its death is a ChartError; the next picture gets a new process."""
    definition = daily_chart(sample("digest_whole").document, Speech("en"))
    with ChartWorker() as charts:
        first = charts.png(definition)
        assert charts.pid is not None
        os.kill(charts.pid, signal.SIGKILL)
        with pytest.raises(ChartError, match="died"):
            charts.png(definition)
        assert charts.png(definition) == first


def test_a_renderer_that_hangs_is_ended() -> None:
    """A picture that takes too long is given up, and its process with it."""
    with ChartWorker() as charts:
        charts.png({"mark": "point", "data": {"values": []}})
        assert charts.pid is not None
        os.kill(charts.pid, signal.SIGSTOP)
        charts._within_s = 0.2
        with pytest.raises(ChartError, match="within"):
            charts.png({"mark": "point", "data": {"values": []}})
        assert charts.pid is None


def test_words_go_out_without_a_picture_when_it_cannot_be_drawn() -> None:
    """A broken renderer loses the chart, not the digest."""

    class Broken(ChartWorker):
        def png(self, definition: dict[str, object]) -> bytes:
            raise ChartError("no renderer")

    assert drawn(sample("digest_whole"), "es", Broken()) == ()


def _rows(definition: object) -> list[dict[str, object]]:
    if isinstance(definition, dict):
        rows = definition.get("values")
        own = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return own + [row for value in definition.values() for row in _rows(value)]
    if isinstance(definition, list):
        return [row for value in definition for row in _rows(value)]
    return []


def _idat(picture: bytes) -> bytes:
    place, found = 8, b""
    while place < len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        found += picture[place + 8 : place + 8 + length] if kind == b"IDAT" else b""
        place += 12 + length
    return found

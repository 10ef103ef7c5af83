"""What announcements coincided with, in words: beside chance, and never as a cause."""

import datetime as dt
from typing import Any

from alia_watch.reports.blocks import Block, Bullets, Paragraph, Table
from alia_watch.reports.speech import Speech

#: The rate of false ones among what is said to stand out.
_FALSE_RATE = 0.05


def study_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The digest's part: the windows of the month, then all announcements to date."""
    study = document["study"]
    told = [each for each in study["windows"] if each["p"] is not None]
    blocks: list[Block] = []
    if told:
        blocks += [_windows(told, speech), Paragraph(_reading(speech), small=True)]
        blocks.append(Paragraph(_how_many(told, speech)))
    return [*blocks, *study_unanswered(document, speech), *_to_date(document, speech)]


def study_in_words(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The windows of the month alone, without tables; nothing where none can be judged."""
    told = [each for each in document["study"]["windows"] if each["p"] is not None]
    return [Bullets(tuple(Paragraph(_in_words(each, speech)) for each in told))] if told else []


def study_unanswered(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The windows that cannot be judged, each with the reason; nothing where all can."""
    open_ = [each for each in document["study"]["windows"] if each["p"] is None]
    return [Bullets(tuple(Paragraph(_no_answer(each, speech)) for each in open_))] if open_ else []


def _beyond_chance(each: dict[str, Any]) -> bool:
    """Both by the model, after allowing for all that was looked at, and by the series' own other windows."""
    return bool(each["q"] < _FALSE_RATE and (each["p_placebo"] is None or each["p_placebo"] <= _FALSE_RATE))


def _how_many(told: list[dict[str, Any]], speech: Speech) -> str:
    count = sum(_beyond_chance(each) for each in told)
    said = speech.get(
        "More than chance explains, after allowing for all windows and repos looked at: {count} of {windows}.",
        count=speech.number(count),
        windows=speech.number(len(told)),
    )
    if count:
        said += " " + speech.get(
            "Among those so called, at most about one in twenty is chance after all; where the flagship's other windows"
            " can be counted, no more than one in twenty of them brings as many."
        )
    return said


def _windows(told: list[dict[str, Any]], speech: Speech) -> Table:
    get = speech.get
    header = (
        get("Announced on"),
        get("Downloads in the window"),
        get("Expected"),
        get("Times as many (95 %)"),
        get("As many or more by chance, of 100"),
        get("As many or more, of its other windows"),
    )
    rows = tuple(
        (
            _dates(each, speech),
            speech.number(each["observed"]),
            speech.number(each["expected"], 1),
            _times(each, speech),
            _of_hundred(each["p"], speech),
            _of_windows(each, speech),
        )
        for each in told
    )
    return Table(header, rows, frozenset({1, 2, 3, 4, 5}))


def _reading(speech: Speech) -> str:
    return speech.get(
        "Downloads of the flagship. A window is the first UTC day that an announcement touches (the day of its hour,"
        " where that is known; else the first that its day in Madrid touches) and the six after it; where windows"
        " overlap they are one, and longer. What was to be expected comes from the weeks around it, outside all"
        " windows. Only rises are tested: a week with fewer downloads than expected counts as chance. Other windows are"
        " all spans of the same length outside those of announcements; they overlap. That they coincide does not mean"
        " that one thing led to the other."
    )


def _in_words(each: dict[str, Any], speech: Speech) -> str:
    return speech.get(
        "{dates}: {observed} downloads of the flagship in the window, where {expected} were to be expected: {times}"
        " times as many. By chance, as many or more in {chance} of 100 such windows.",
        dates=_dates(each, speech),
        observed=speech.number(each["observed"]),
        expected=speech.number(each["expected"], 1),
        times=_times(each, speech),
        chance=_of_hundred(each["p"], speech),
    )


def _no_answer(each: dict[str, Any], speech: Speech) -> str:
    get, needed = speech.get, each["days_needed"]
    why = {
        "nothing_before": get("the repo was hardly measured before it"),
        "few_days": get("too few days around it are measured so far"),
        "not_over": get("its window is not over"),
        "not_measured": get("too few of its days were measured"),
    }[each["too_little"]]
    said = get("{dates}: nothing can be said, for {why}.", dates=_dates(each, speech), why=why)
    if needed is None:
        return said
    return said + " " + speech.get_plural("{count} more day is needed.", "{count} more days are needed.", needed)


def _to_date(document: dict[str, Any], speech: Speech) -> list[Block]:
    get, study = speech.get, document["study"]
    until = speech.day(dt.date.fromisoformat(study["until"]))
    blocks: list[Block] = [Paragraph(_spikes_in_words(study["flagship"]["coincidence"], until, speech))]
    share = study["flagship"]["organic_share"]
    if share["share"] is not None:
        said = get(
            "{share} of the flagship's downloads on measured days up to then fell outside the windows of announcements"
            " (95 % interval: {low} to {high}); had the windows brought what was to be expected of them, it would be"
            " {expected}.",
            share=speech.percent(share["share"]),
            low=speech.percent(share["low"]),
            high=speech.percent(share["high"]),
            expected=speech.percent(share["expected"]),
        )
        if share["not_judged"]:
            said += " " + speech.get_plural(
                "In {count} window nothing can be said of what was to be expected, as in a launch; its downloads are"
                " in neither part.",
                "In {count} windows nothing can be said of what was to be expected, as in a launch; their downloads"
                " are in neither part.",
                share["not_judged"],
            )
        blocks.append(Paragraph(said))
    return [*blocks, _summary_table(document, speech)]


def _spikes_in_words(found: dict[str, Any], until: str, speech: Speech) -> str:
    get = speech.get
    if not found["spikes"]:
        return get("Up to {until} no spike of the flagship was found, so none can coincide with anything.", until=until)
    said = speech.get_plural(
        "Up to {until} the flagship had {count} spike, {inside} of them in the window of an announcement; were the"
        " windows elsewhere in the calendar, {expected} would coincide on average.",
        "Up to {until} the flagship had {count} spikes, {inside} of them in the window of an announcement; were the"
        " windows elsewhere in the calendar, {expected} would coincide on average.",
        found["spikes"],
        until=until,
        inside=speech.number(found["in_windows"]),
        expected=speech.number(found["expected"], 1),
    )
    if found["p"] is None:
        return said + " " + get("Too few days are known to tell that from chance.")
    return (
        said
        + " "
        + get("As many or more coincide in {chance} of 100 such calendars.", chance=_of_hundred(found["p"], speech))
    )


def _summary_table(document: dict[str, Any], speech: Speech) -> Table:
    get, study = speech.get, document["study"]
    header = (
        get("Up to {until}", until=speech.short_day(dt.date.fromisoformat(study["until"]))),
        get("Spikes in windows"),
        get("By chance"),
        get("Downloads outside windows"),
        get("Were windows as expected"),
        get("Trend a month, outside windows"),
    )
    rows = tuple(
        (name, *_summary_cells(summary, speech))
        for name, summary in (
            (document["flagship"], study["flagship"]),
            (get("{family}, without GGUF repos", family=document["family_name"]), study["family"]),
        )
    )
    return Table(header, rows, frozenset({1, 2, 3, 4, 5}))


def _summary_cells(summary: dict[str, Any], speech: Speech) -> tuple[str, ...]:
    get, spikes = speech.get, summary["coincidence"]
    share, trend = summary["organic_share"], summary["trend"]
    nothing = share["share"] is None
    growth = get("cannot be told")
    if trend["days_needed"]:
        growth = get("too little data; {days} more days", days=speech.number(trend["days_needed"]))
    if trend["percent_per_month"] is not None:
        growth = _with_interval(trend["percent_per_month"], trend["low"], trend["high"], speech)
    return (
        get("{inside} of {spikes}", inside=speech.number(spikes["in_windows"]), spikes=speech.number(spikes["spikes"])),
        speech.number(spikes["expected"], 1),
        "" if nothing else speech.percent(share["share"]),
        "" if nothing else speech.percent(share["expected"]),
        growth,
    )


def _with_interval(value: float, low: float, high: float, speech: Speech) -> str:
    shown = [("+" if each > 0 else "") + speech.percent(each / 100) for each in (value, low, high)]
    return speech.get("{value} ({low} to {high})", value=shown[0], low=shown[1], high=shown[2])


def _dates(each: dict[str, Any], speech: Speech) -> str:
    dates = speech.listing([speech.short_day(dt.date.fromisoformat(day)) for day in each["dates"]])
    first, last = map(dt.date.fromisoformat, each["window"].split("/"))
    days = (last - first).days + 1
    if each["days"] in (0, days):
        return dates
    return speech.get(
        "{dates} ({measured} of {days} days)",
        dates=dates,
        measured=speech.number(each["days"]),
        days=speech.number(days),
    )


def _times(each: dict[str, Any], speech: Speech) -> str:
    value, low, high = (speech.number(each[name], 1) for name in ("ratio", "low", "high"))
    return speech.get("{value} ({low} to {high})", value=value, low=low, high=high)


def _of_windows(each: dict[str, Any], speech: Speech) -> str:
    """How many of the series' own other windows brought as many."""
    if each["p_placebo"] is None:
        return speech.get("too few to count")
    others = round(each["p_placebo"] * (1 + each["placebos"])) - 1
    return speech.get("{inside} of {spikes}", inside=speech.number(others), spikes=speech.number(each["placebos"]))


def _of_hundred(p: float, speech: Speech) -> str:
    """How many of a hundred such cases chance brings."""
    return speech.get("fewer than 1") if p < 0.01 else speech.number(100 * p, 0)

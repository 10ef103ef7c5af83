"""How a digest begins: the month's downloads of the flagship, and how they compare."""

import datetime as dt
from decimal import Decimal
from typing import Any

from alia_watch.reports.blocks import Block, Paragraph
from alia_watch.reports.cost_ratio import count_words
from alia_watch.reports.speech import Speech


def lead_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """What a month's downloads of the flagship were, as far as they are known, and beside what came before."""
    get = speech.get
    total = document["flagship_total"]
    blocks: list[Block] = []
    if document["closed_until"] is None or document["closed_until"] < document["last"]:
        until = document["closed_until"]
        closed = (
            get("no day of it is closed")
            if until is None
            else get("it is closed up to {day}", day=speech.day(dt.date.fromisoformat(until)))
        )
        blocks.append(Paragraph(get("This month is not whole: {closed}. What is missing is left open.", closed=closed)))
    count = count_words(total["count"], total["low"], total["high"], speech)
    blocks.append(
        Paragraph(
            get(
                "Downloads of the flagship, {repo}, from {first} to {last} (UTC days): {count}. {known} of {days}"
                " days are known.",
                repo=document["flagship"],
                first=speech.day(dt.date.fromisoformat(document["first"])),
                last=speech.day(dt.date.fromisoformat(document["last"])),
                count=count,
                known=speech.number(total["known_days"]),
                days=speech.number(total["days"]),
            )
        )
    )
    if said := _compared(document, speech):
        blocks.append(Paragraph(" ".join(said)))
    return blocks


def _compared(document: dict[str, Any], speech: Speech) -> list[str]:
    """The flagship's month by day, and beside the month before and that of a year before, where they are known.

    A month that the repo was born in is beside others, but no change is said: it has fewer days than it seems.
    """
    get = speech.get
    first = dt.date.fromisoformat(document["first"])
    earlier, a_year_before = (first - dt.timedelta(days=1)).replace(day=1), first.replace(year=first.year - 1)
    month, before = document["flagship_total"], document["flagship_before"]
    year = document.get("flagship_year_before")  # not in a digest that was kept before this was said
    born = document.get("flagship_born")
    birth = dt.date.fromisoformat(born) if born else dt.date.min
    after = month["count"] if birth <= first else None
    said = []
    if after is not None:
        mean = speech.number(Decimal(after) / month["days"], 1)
        said.append(get("That is {count} a day on average.", count=mean))
    if before and before["count"] is not None and _lived(birth, earlier):
        count = speech.number(before["count"])
        change = share_words(before["count"], after, speech) if birth <= earlier else None
        if birth > earlier:
            said.append(
                get(
                    "In the month before there were {count}, since the repo was made on {day}.",
                    count=count,
                    day=speech.day(birth),
                )
            )
        elif change is None:
            said.append(get("In the month before there were {count}.", count=count))
        else:
            said.append(
                get("In the month before there were {count}, a change of {change} since.", count=count, change=change)
            )
    if year and year["count"] is not None and birth <= a_year_before:
        name, count = speech.month(a_year_before), speech.number(year["count"])
        change = share_words(year["count"], after, speech)
        if change is None:
            said.append(get("A year before ({month}) there were {count}.", month=name, count=count))
        else:
            said.append(
                get(
                    "A year before ({month}) there were {count}, a change of {change} since.",
                    month=name,
                    count=count,
                    change=change,
                )
            )
    return said


def change_words(document: dict[str, Any], speech: Speech) -> str | None:
    """By how much the flagship's month is another than the month before; None where that cannot be said."""
    first = dt.date.fromisoformat(document["first"])
    born = document["flagship_born"] if document.get("flagship_born") else None
    if born is not None and dt.date.fromisoformat(born) > (first - dt.timedelta(days=1)).replace(day=1):
        return None
    before = document["flagship_before"]
    count = before["count"] if before else None
    return None if count is None else share_words(count, document["flagship_total"]["count"], speech)


def _lived(birth: dt.date, month: dt.date) -> bool:
    """Whether a repo was there on some day of a month."""
    return (birth.year, birth.month) <= (month.year, month.month)


def share_words(before: int, after: int | None, speech: Speech) -> str | None:
    """By how much one count is another, with its sign; None where that cannot be said."""
    if after is None or before == 0:
        return None
    share = after / before - 1
    words = speech.percent(abs(share))
    if words == speech.percent(0):
        return words
    return ("+" if share > 0 else "−") + words

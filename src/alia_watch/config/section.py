"""What every section shares: frozen, strict about keys; and the forms of its values."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from alia_watch.clock import YEARS

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
RepoId = Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$", max_length=96)]
RepoPattern = Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.*?\[\]-]+$", max_length=96)]
Language = Literal["es", "ca", "gl", "eu", "en"]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s@/?#]+([/?#]\S*)?$")]


def first_day(text: str) -> dt.date:
    """The day `2026-01-26`, or the first day of the month `2026-01`."""
    return dt.date.fromisoformat(text if len(text) == len("2026-01-26") else f"{text}-01")


def _in_calendar(text: str) -> str:
    try:
        day = first_day(text)
    except ValueError as error:
        raise ValueError(f"{text} is not in the calendar: write a day that exists") from error
    if day.year not in YEARS:
        raise ValueError(f"{text} lies outside {YEARS[0]} to {YEARS[-1]}: mend the year")
    return text


def _in_years(day: dt.date) -> dt.date:
    _in_calendar(day.isoformat())
    return day


Day = Annotated[dt.date, AfterValidator(_in_years)]
DayOrMonth = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$"), AfterValidator(_in_calendar)]


def _one_line(text: str) -> str:
    if not all(letter.isprintable() for letter in text):
        raise ValueError("this has a control character, or one that hides or turns text: write it anew, in one line")
    return text


#: Words that people will read, in a message or on a terminal.
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_one_line)]
#: What somebody said, to be printed whole.
Statement = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_one_line)]


class Section(BaseModel):
    """A frozen section; an unknown key is a fault."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        regex_engine="python-re",
        hide_input_in_errors=True,  # it may be a secret in the wrong place, and an error may end in a log
    )

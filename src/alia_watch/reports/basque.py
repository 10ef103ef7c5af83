"""What CLDR leaves open in Basque: endings that hang on how a figure is spoken, and the sign of a percentage.

CLDR writes `2026(e)ko urtarrilaren 26(a)` and lets the reader choose; a newspaper writes `2026ko urtarrilaren 26a`.
"""

import re

_YEAR = re.compile(r"(?P<year>\d+)\(e\)ko")
_DAY = re.compile(r"(?P<day>\d+)\(a\)")
_SIGN = re.compile(r"^(?P<sign>[-\u2212])%\s?")


def basque(text: str) -> str:
    """A date or a percentage as CLDR writes it, with its endings chosen."""
    text = _YEAR.sub(lambda match: match["year"] + _of_year(int(match["year"])), text)
    text = _DAY.sub(lambda match: match["day"] + _the_day(int(match["day"])), text)
    return _SIGN.sub("%\xa0\\g<sign>", text)


def _of_year(year: int) -> str:
    """-eko after a consonant: numbers are counted by twenties, and bat, bost, hamar and hamabost end in one."""
    return "eko" if year % 20 in (1, 5, 10, 15) else "ko"


def _the_day(day: int) -> str:
    """The article, save after hamaika, which ends in one of its own."""
    return "" if day in (11, 31) else "a"

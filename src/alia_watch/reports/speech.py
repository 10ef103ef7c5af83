"""One language: its texts (gettext), and its numbers, money and dates (CLDR, through Babel).

The message ids are English sentences, so English needs no catalogue. In Spanish, numbers of four digits are not grouped
and those of five are (1124,50 € but 12.345,67 €), as CLDR has it and Babel does not: decision 0009.
"""

import datetime as dt
import importlib.resources
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

from alia_watch.clock import wall_clock
from alia_watch.reports.basque import basque

#: CLDR's minimumGroupingDigits, where it is not 1.
_GROUPED_FROM = {"es": 10_000}
#: The languages that reports are written in.
LANGUAGES = ("es", "ca", "gl", "eu", "en")


class Speech:
    """How one language says things. `get` is `gettext`, `get_plural` is `ngettext`."""

    def __init__(self, language: str) -> None:
        """Raises KeyError where there is no catalogue for the language."""
        self.language = language
        self._locale = Locale.parse(language)
        self._catalogue = _catalogue(language)

    def get(self, text: str, **words: str) -> str:
        """A text in this language, with `{placeholders}` filled in."""
        return _unparted(self._translated(text, None, 1)).format(**words)

    def get_plural(self, one: str, many: str, count: int, **words: str) -> str:
        """A text for one or for many; `{count}` is the number as it is written."""
        return _unparted(self._translated(one, many, count)).format(count=self.number(count), **words)

    def number(self, value: Decimal | float, decimals: int | None = None) -> str:
        """A number; with `decimals`, so many digits after the decimal mark."""
        form = "#,##0.###" if decimals is None else "#,##0" + "." * (decimals > 0) + "0" * decimals
        return format_decimal(value, format=form, locale=self._locale, group_separator=self._grouped(value))

    def money(self, amount: Decimal, currency: str = "EUR") -> str:
        """An amount, with cents unless it is whole."""
        whole = amount == amount.to_integral_value()
        before = self._locale.currency_formats["standard"].pattern.startswith("\xa4")
        digits = "#,##0" if whole else "#,##0.00"
        return format_currency(
            amount,
            currency,
            format=f"\xa4{digits}" if before else f"{digits}\xa0\xa4",
            locale=self._locale,
            currency_digits=False,
            group_separator=self._grouped(amount),
        )

    def percent(self, share: float) -> str:
        """A share as a percentage, without decimals from ten up."""
        form = self._locale.percent_formats[None].pattern
        if abs(share) < 0.1:
            form = form.replace("0", "0.#", 1) if "#,##0" not in form else form.replace("#,##0", "#,##0.#")
        return self._mended(format_percent(share, format=form, locale=self._locale))

    def day(self, day: dt.date) -> str:
        """A day in full: 26 de enero de 2026."""
        return self._mended(format_date(day, "long", locale=self._locale))

    def short_day(self, day: dt.date) -> str:
        """A day in a table: 26 ene 2026."""
        return self._mended(format_date(day, "medium", locale=self._locale))

    def tick(self, day: dt.date) -> str:
        """A day on an axis: 8 ene."""
        return self._mended(format_skeleton("MMMd", day, locale=self._locale))

    def month(self, month: dt.date) -> str:
        """A month: enero de 2026."""
        return self._mended(format_skeleton("yMMMM", month, locale=self._locale))

    def short_month(self, month: dt.date) -> str:
        """A month on an axis: ene 2026."""
        return self._mended(format_skeleton("yMMM", month, locale=self._locale))

    def instant(self, instant: dt.datetime) -> str:
        """An instant, in UTC and saying so."""
        utc = instant.astimezone(dt.UTC)
        return f"{self.day(utc.date())}, {format_time(utc.time(), 'HH:mm', locale=self._locale)} UTC"

    def wall_clock(self, instant: dt.datetime, zone: str) -> str:
        """An instant as a clock of a zone shows it, and which."""
        day, at = wall_clock(instant, zone)
        return f"{self.day(day)}, {format_time(at, 'HH:mm', locale=self._locale)} ({zone})"

    def moment(self, text: str) -> str:
        """An instant or a bare day, from ISO text."""
        if len(text) == 10:
            return self.day(dt.date.fromisoformat(text))
        return self.instant(dt.datetime.fromisoformat(text))

    def listing(self, words: Sequence[str]) -> str:
        """a, b and c."""
        return format_list(list(words), locale=self._locale)

    def _mended(self, text: str) -> str:
        return basque(text) if self.language == "eu" else text

    def _grouped(self, value: Decimal | float) -> bool:
        return abs(int(value)) >= _GROUPED_FROM.get(self.language, 0)

    def _translated(self, one: str, many: str | None, count: int) -> str:
        if self._catalogue is None:
            return one if many is None or count == 1 else many
        message = self._catalogue.get(one)
        if message is None or not message.string:
            raise KeyError(f"{self.language} lacks: {one}")
        forms = message.string
        return forms if isinstance(forms, str) else forms[0 if count == 1 else -1]


@cache
def _catalogue(language: str) -> Catalog | None:
    if language == "en":
        return None
    folder = importlib.resources.files("alia_watch.reports") / "locale"
    compiled, source = (folder / language / "LC_MESSAGES" / f"alia_watch.{ending}" for ending in ("mo", "po"))
    if compiled.is_file():  # of an installed wheel, which has no other
        with compiled.open("rb") as file:
            return read_mo(file)
    if not source.is_file():
        raise KeyError(language)
    with source.open("rb") as file:
        return read_po(file, locale=language)


def _unparted(text: str) -> str:
    """A text whose percent signs stay with their numbers at the end of a line, on whichever side they stand."""
    return re.sub(r"% (?=\d)", "%\xa0", text.replace(" %", "\xa0%"))

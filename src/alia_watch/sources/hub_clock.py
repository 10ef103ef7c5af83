"""By whose clock a reading is dated: this machine's, unless the Hub's own, which every answer carries, is far from it.

A reading with a wrong date is worse than none: its counters would stand on days that they are not of, and look like
revisions beside the true ones.
"""

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from alia_watch.clock import Clock

#: What two clocks may differ by, a slow answer included.
TOLERANCE = timedelta(minutes=15)


class HubClock:
    """This machine's clock, put right by what the Hub says the time is. `ahead` is what this machine's differs by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return self._clock() - self.ahead

    def heard(self, date: str | None, age: str | None = None) -> None:
        """Take in the `Date` of an answer, and its `Age` in seconds where a cache gave it (RFC 9111).

        One that is lacking or no date changes nothing.
        """
        if date is None:
            return
        try:
            ahead = self._clock() - parsedate_to_datetime(date) - timedelta(seconds=int(age or 0))
        except (ValueError, TypeError, OverflowError):  # TypeError: without a zone
            return
        self.ahead = timedelta(seconds=round(ahead.total_seconds())) if abs(ahead) > TOLERANCE else timedelta()

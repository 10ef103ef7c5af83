"""When a printed figure is wrong: what was said cannot be what is known now. A gap that was filled corrects nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class FigureName(StrEnum):
    """The figures of a report that a reader may have printed."""

    MONTH = "month"  # downloads of a repo in a month
    HEADLINE = "headline"  # the headline cost per download
    SPIKES = "spikes"  # runs of unusual days of the flagship up to a month's end
    IN_WINDOWS = "in_windows"  # those of them in the window of an announcement
    DAY = "day"  # downloads on the day that an alert told of


class Cause(StrEnum):
    """What has changed since the report was made that may be why: each that has."""

    IMPORT = "import"  # readings or day counts came in later
    CALENDAR = "calendar"  # an announcement was confirmed, dated anew or withdrawn
    CONFIGURATION = "configuration"  # the family, the costs or the scenarios
    PROGRAM = "program"  # another version of this program


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as printed: between `low` and `high`, equal where it was exact; `high` None where it has no bound.

    Attributes:
        of: the repo, and the month or day where it has one.
        currency: of a cost; None of a count.
    """

    name: FigureName
    of: str
    low: Decimal
    high: Decimal | None
    currency: str | None = None

    @property
    def key(self) -> str:
        """What the figure is, for comparing it with itself."""
        return f"{self.name}:{self.of}"


def contradicts(said: Printed, known: Printed) -> bool:
    """Whether what is known leaves no room for what was said.

    One that was exact is wrong as soon as another value is known exactly; one that had bounds, where the known ones
    lie wholly outside. A cost is wrong as soon as it may lie outside what was said: its bounds are those of its source,
    and no gap in our readings.
    """
    if said.name is FigureName.HEADLINE:
        higher = said.high is not None and (known.high is None or known.high > said.high)
        return higher or known.low < said.low or said.currency != known.currency
    below = known.high is not None and known.high < said.low
    above = said.high is not None and known.low > said.high
    return below or above or said.currency != known.currency


def wrong(said: Mapping[str, Printed], known: Mapping[str, Printed]) -> list[tuple[Printed, Printed]]:
    """Each figure that was said and is contradicted, with what is right; one that is not known any more is none."""
    return [(each, known[key]) for key, each in said.items() if key in known and contradicts(each, known[key])]

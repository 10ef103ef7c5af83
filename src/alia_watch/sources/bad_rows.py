"""What is said of a file whose rows cannot all be taken."""

from collections.abc import Sequence

from alia_watch.errors import ImportRefused

#: So many bad rows are listed; of the others their number is told.
LISTED = 100
MEND = "Mend them and try again."


def shown(bad: Sequence[object], count: int) -> list[str]:
    """The first hundred bad rows, and a last line that says how many more there are.

    Args:
        bad: the rows that were kept, or all of them; `count`: how many there were.
    """
    lines = [str(row) for row in bad[:LISTED]]
    if count > len(lines):
        lines.append(f"and {count - len(lines)} more bad rows, not listed")
    return lines


def refused(name: str, bad: Sequence[object], count: int, *, so: str = "", hint: str = MEND) -> ImportRefused:
    """The error for a file with bad rows. `so`: what follows from it, after the count."""
    rows = "one bad row" if count == 1 else f"{count} bad rows"
    return ImportRefused(f"{name} has {rows}{so}.", faults=shown(bad, count), hint=hint)

"""What a benchmark gives where a row of figures is not enough: a whole table, in Markdown."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption, which says how it was made. The first column is words, the others are figures."""

    title: str
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table as a section of a page."""
        lines = [self.header, ["---"] + ["---:"] * (len(self.header) - 1), *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"## {self.title}\n\n{self.caption}\n\n{table}\n"


def progress(done: str) -> None:
    """Tell whoever waits what is being worked on; the page itself goes to stdout."""
    print(done, file=sys.stderr, flush=True)

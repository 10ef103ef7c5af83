"""Run the benchmarks and print them as Markdown: `make bench`, or `python -m benchmarks hub series` for some.

A module gives rows (`run()`), whole tables (`tables()`), or both. A row is a figure, its value and unit, and a note
that says what was done. Times depend on the machine, which is named on top; where a ratio says more than a time, the
row is a ratio.
"""

import importlib
import os
import pkgutil
import platform
import sqlite3
import sys
from collections.abc import Iterator

import benchmarks
from alia_watch import __version__, clock
from benchmarks._table import Table


def names() -> list[str]:
    """Every module of this package that is a benchmark."""
    return sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))


def rows(chosen: list[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """The rows of the chosen modules, as they are made."""
    for name in chosen:
        module = importlib.import_module(f"benchmarks.{name}")
        for row in module.run() if hasattr(module, "run") else ():
            yield name, row


def tables(chosen: list[str]) -> Iterator[Table]:
    """The tables of the chosen modules, as they are made."""
    for name in chosen:
        module = importlib.import_module(f"benchmarks.{name}")
        yield from module.tables() if hasattr(module, "tables") else ()


def main(arguments: list[str]) -> int:
    """Print the page. Exit 2 where a name is not a benchmark."""
    known = names()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    versions = f"ALIA Watch {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    print(f"# Figures\n\nMade by `make bench > docs/figures.md` on {clock.now():%Y-%m-%d}: {versions}, {machine}.\n")
    chosen = arguments or known
    for number, (name, row) in enumerate(rows(chosen)):
        if number == 0:
            print("| benchmark | figure | value | unit | how |\n|---|---|---:|---|---|")
        print(f"| {name} | {row['figure']} | {row['value']} | {row['unit']} | {row['note']} |", flush=True)
    for table in tables(chosen):
        print(f"\n{table.markdown()}", end="", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Python as it is where the watch is installed, for what is said of memory and time."""

import sys


def installed(statement: str) -> tuple[str, ...]:
    """A command that does a statement without pandas: sqlite-utils loads it where it finds it, and the benchmarks bring
    it; an installed watch has none."""
    return sys.executable, "-c", f"import sys; sys.modules['pandas'] = None; {statement}"

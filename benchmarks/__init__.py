"""The figures that docs/figures.md quotes. `make bench` runs them all, in about nine minutes on one core.

Each module gives rows by `run()`, tables by `tables()`, or both; one whose name begins with `_` is no benchmark.
"""

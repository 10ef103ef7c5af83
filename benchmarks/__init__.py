"""The figures that docs/figures.md quotes. `make bench` runs them all; each module offers `run()`, which gives rows."""

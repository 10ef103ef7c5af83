"""Serve the public pages of a watch in a process of its own: prints the port, and ends when its input does."""

import datetime as dt
import sys
import tempfile
import tomllib
from decimal import Decimal
from pathlib import Path

from alia_bot.logs import configure
from alia_bot.web.house import House
from alia_watch.config.loader import build, example_text
from alia_watch.config.web import WebSection
from alia_watch.pipeline import compose
from alia_watch.pipeline.import_readings import import_file
from alia_watch.store.database import open_store
from alia_watch.store.reports import save_report
from benchmarks.digest import readings


def main() -> None:
    """A family of five repos over five years, and its digest."""
    configure()
    now = dt.datetime(2026, 2, 1, 10, tzinfo=dt.UTC)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        web = WebSection(public_url="http://127.0.0.1:1", listen="127.0.0.1:0", controller="A benchmark")
        config = build(tomllib.loads(example_text(), parse_float=Decimal), folder).model_copy(update={"web": web})
        readings(folder / "readings.csv", 5)
        with open_store(config.watch.database, create=True) as store:
            import_file(store, folder / "readings.csv", now=now)
            report = compose.digest(store, config, "2026-01", now=now)
            save_report(store, report.key, str(report.kind), report.document, now=now, evidence=report.evidence)
        house = House(config, at=lambda: now)
        sys.stdout.write(f"{house.pages.port}\n")
        sys.stdout.flush()
        sys.stdin.read()
        house.close()


if __name__ == "__main__":
    main()

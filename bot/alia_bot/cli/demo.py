"""`alia-watch demo`: the whole watch over a simulated winter."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import print_table

if TYPE_CHECKING:
    from alia_bot.demo.play import Progress


@app.command(epilog="Example: alia-watch demo --folder demo")
def demo(
    folder: Annotated[Path, typer.Option(help="Made anew; it keeps the configuration, database and messages.")] = Path(
        "demo"
    ),
) -> None:
    """Play a simulated winter of downloads through the whole watch. No network beyond loopback, no account."""
    from alia_bot.demo import summary
    from alia_bot.demo.play import play
    from alia_watch.store.database import open_store

    typer.echo("SIMULATED DATA: names, announcements and costs are real, every download count is made up.\n", err=True)
    began = time.monotonic()
    with _bar() as progress:
        played = play(folder, progress=progress)
    with open_store(played.config.watch.database) as store:
        happened = summary.happenings(store, played)
        places = summary.places(store, played, program=sys.argv[0])
    print_table(happened, tuple(happened[0]), title="What happened, and what the watch said (simulated data)")
    typer.echo()
    print_table(places, ("what", "look"), title="Where to look")
    seconds = time.monotonic() - began
    typer.echo(
        f"\nPlayed 121 days in {seconds:.0f} s: {played.runs} runs, {played.requests} requests to the simulated"
        f" Hub and {played.source_requests} to the simulated sources of announcements."
    )


@contextmanager
def _bar() -> "Iterator[Progress]":
    """A progress bar on a terminal, nothing elsewhere."""
    from alia_bot.demo.winter import FIRST_DAY, LAST_DAY
    from alia_watch.clock import UtcDay, day_start

    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Playing the winter", total=(LAST_DAY - FIRST_DAY).days)
        yield lambda now: bar.update(task, completed=(now - day_start(UtcDay(FIRST_DAY))).days)

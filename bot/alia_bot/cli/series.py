"""`alia-watch series REPO`: the daily series with bounds, gaps and revisions."""

from typing import Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_csv, print_json, print_table
from alia_bot.cli.session import Session

_COLUMNS = ("day", "count", "low", "high", "kind")


@app.command(epilog="Example: alia-watch series BSC-LT/ALIA-40b-instruct-2512 --format json")
def series(
    context: typer.Context,
    repo: Annotated[str, typer.Argument(help="The repo's id, organisation/name.")],
    format: Annotated[Format, typer.Option(help="How the series is printed; csv gives the days.")] = Format.TABLE,
) -> None:
    """Print a repo's downloads day by day: what is known, within which bounds, and how."""
    from alia_watch.pipeline.reconstruct import daily_series
    from alia_watch.series.document import series_json
    from alia_watch.store.readings import require_repo

    session: Session = context.obj
    with session.store() as store:
        repo_id = require_repo(store, repo)
        document = series_json(daily_series(store, session.config, [repo_id], now=session.now)[repo_id])
    if format is Format.JSON:
        print_json(document)
    elif format is Format.CSV:
        print_csv(document["days"], _COLUMNS)
    else:
        simulated = " · simulated data" if session.config.watch.simulated else ""
        print_table(document["days"], _COLUMNS, title=f"{repo_id}: downloads per UTC day{simulated}")
        for name, columns in (
            ("intervals", ("start", "end", "total")),
            ("revisions", ("day", "size")),
            ("disagreements", ("day", "all_time", "rolling")),
        ):
            if document[name]:
                print_table(document[name], columns, title=f"\n{name.capitalize()}")
        if document["level"]:
            columns = ("observed_at", "downloads_30d", "downloads_all_time")
            print_table(document["level"][-5:], columns, title=f"\nThe last of {len(document['level'])} readings")

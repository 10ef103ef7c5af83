"""`alia-watch cost`: every scenario over every denominator, with its arithmetic."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_csv, print_json, print_table
from alia_bot.cli.session import Session

if TYPE_CHECKING:
    from alia_watch.costs.per_download import CostRatio

_COLUMNS = (
    "scenario",
    "denominator",
    "window",
    "numerator",
    "downloads",
    "ratio",
    "low",
    "high",
    "repos",
    "read_at",
    "arithmetic",
    "refused",
    "amortised",
    "currency",
    "bound",
    "age_days",
)
_NEEDED = ("scenario", "1000", "100", "10", "1")


@app.command(epilog="Example: alia-watch --as-of 2026-01-23 cost --format json")
def cost(
    context: typer.Context,
    scenario: Annotated[str | None, typer.Option(help="Only this cost scenario.")] = None,
    lang: Annotated[
        str | None, typer.Option(help="Print what a cost update of now would say, in es, ca, gl, eu or en.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How the ratios are printed.")] = Format.TABLE,
) -> None:
    """Print the cost per download: every scenario over every denominator and window, or why there is none."""
    from alia_watch.errors import UsageError
    from alia_watch.pipeline.downloads import cost_ratios

    session: Session = context.obj
    known = [section.id for section in session.config.scenario]
    if scenario is not None and scenario not in known:
        raise UsageError(f"There is no cost scenario {scenario}.", hint=f"There are: {', '.join(known)}.")
    if lang is not None:
        if scenario is not None or format is not Format.TABLE:
            raise UsageError("--lang prints words alone.", hint="Leave out --scenario and --format, or --lang.")
        _words(session, lang)
        return
    with session.store() as store:
        ratios = cost_ratios(store, session.config, now=session.now)
    rows = [_row(ratio) for ratio in ratios if scenario in (None, ratio.scenario.id)]
    if format is Format.JSON:
        print_json(rows)
    elif format is Format.CSV:
        print_csv([{**row, "repos": " ".join(row["repos"])} for row in rows], _COLUMNS)
    else:
        _table(rows, simulated=session.config.watch.simulated)
        needed = {
            row["scenario"]: row["downloads_for"] for row in rows if row["downloads_for"] and not row["amortised"]
        }
        shown = [{"scenario": each, **amounts} for each, amounts in needed.items()]
        print_table(shown, _NEEDED, title="\nDownloads it would take for a cost per download of")


def _words(session: Session, language: str) -> None:
    from alia_watch.errors import UsageError
    from alia_watch.pipeline import compose
    from alia_watch.reports.render import render_text
    from alia_watch.reports.speech import LANGUAGES

    if language not in LANGUAGES:
        raise UsageError(f"No cost update is written in {language}.", hint=f"There are: {', '.join(LANGUAGES)}.")
    with session.store() as store:
        report = compose.cost_update(store, session.config, now=session.now)
    typer.echo(render_text(report, language).rstrip())


def _row(ratio: "CostRatio") -> dict[str, Any]:
    from alia_watch.clock import moment_text
    from alia_watch.costs.per_download import TARGETS, downloads_needed
    from alia_watch.reports.cost_ratio import arithmetic, refusal

    downloads = ratio.downloads
    return {
        "scenario": ratio.scenario.id,
        "denominator": downloads.id,
        "window": f"{downloads.window}:amortised" if ratio.amortised else downloads.window,
        "numerator": None if ratio.amount is None else f"{ratio.amount:.2f}",
        "downloads": downloads.count,
        "ratio": None if ratio.ratio is None else str(ratio.ratio),
        "low": None if ratio.low is None else str(ratio.low),
        "high": None if ratio.high is None else str(ratio.high),
        "repos": list(downloads.repos),
        "read_at": None if downloads.read_at is None else moment_text(downloads.read_at),
        "arithmetic": None if ratio.ratio is None else arithmetic(ratio),
        "refused": None if ratio.refused is None else refusal(ratio.refused, "en"),
        "amortised": ratio.amortised,
        "currency": ratio.numerator.currency if ratio.numerator else None,
        "bound": str(ratio.numerator.bound) if ratio.numerator else None,
        "age_days": ratio.age_days,
        "downloads_for": None
        if ratio.amount is None
        else {str(price): downloads_needed(ratio.amount, price) for price in TARGETS},
    }


def _table(rows: list[dict[str, Any]], *, simulated: bool) -> None:
    from alia_watch.costs.per_download import FRESH_DAYS

    shown = []
    for row in rows:
        age = row["age_days"]
        old = f" (reading {age} days old)" if age is not None and age >= FRESH_DAYS else ""
        bounds = None if row["low"] == row["high"] else f"{row['low'] or '0'} to {row['high'] or 'no bound'}"
        shown.append(
            {
                "scenario": row["scenario"],
                "denominator": row["denominator"],
                "window": row["window"],
                "cost per download": (row["arithmetic"] or f"refused: {row['refused']}") + old,
                "bounds": bounds,
                "read at": row["read_at"],
            }
        )
    title = "Cost per download" + (" · simulated data" if simulated else "")
    print_table(shown, ("scenario", "denominator", "window", "cost per download", "bounds", "read at"), title=title)

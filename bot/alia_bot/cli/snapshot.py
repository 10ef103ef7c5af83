"""`alia-watch snapshot`: read the Hub now."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_csv, print_json, print_table
from alia_bot.cli.session import Session
from alia_watch.errors import UsageError

if TYPE_CHECKING:
    from alia_watch.pipeline.collect import Collected
    from alia_watch.series.snapshot import RepoSnapshot

_COLUMNS = ("repo_id", "state", "downloads_30d", "downloads_all_time", "likes", "observed_at", "detail")


@app.command(epilog="Example: alia-watch snapshot --format csv")
def snapshot(
    context: typer.Context,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Read again only what today's last snapshot could not read.")
    ] = False,
    format: Annotated[Format, typer.Option(help="How the result is printed.")] = Format.TABLE,
) -> None:
    """Read the Hub now and keep what it says. Exit 1 where something could not be read; the rest is kept."""
    from alia_watch.pipeline.collect import collect, failed_today, open_hub, watch_list
    from alia_watch.store.snapshots import snapshot_repos

    session: Session = context.obj
    if session.as_of is not None:
        raise UsageError("A snapshot is read now: the past cannot be asked for.", hint="Leave --as-of out.")
    config = session.config
    with session.store() as store, open_hub(config) as hub:
        wanted = watch_list(store, config, now=session.now)
        if only_failed:
            again = failed_today(store, config, now=session.now)
            if again is None:
                typer.echo("Nothing of today's last snapshot is left to read.", err=True)
                return
            wanted = again
        typer.echo(str(hub.estimate(wanted.organisations, wanted.repo_ids)), err=True)
        done = collect(store, config, hub, now=session.now, only_failed=only_failed)
        repos = snapshot_repos(store, done.snapshot_id)
    if format is Format.JSON:
        print_json(_document(done, repos))
    elif format is Format.CSV:
        print_csv([_row(repo) for repo in repos], _COLUMNS)
    else:
        typer.echo(done.note)
        failed = [_row(repo) for repo in repos if repo.repo_id in done.failed]
        if failed:
            print_table(failed, ("repo_id", "detail"))
        for finding in done.findings:
            typer.echo(f"{finding.kind}: {finding.repo_id}")
    if done.failed:
        raise typer.Exit(1)


def _document(done: "Collected", repos: "tuple[RepoSnapshot, ...]") -> dict[str, Any]:
    return {
        "snapshot": done.snapshot_id,
        "requests": done.requests,
        "seconds": done.seconds,
        "read": done.read,
        "failed": list(done.failed),
        "findings": [{"key": finding.key, "kind": str(finding.kind)} for finding in done.findings],
        "repos": [_row(repo) for repo in repos],
    }


def _row(repo: "RepoSnapshot") -> dict[str, Any]:
    from alia_watch.clock import format_instant

    return {
        "repo_id": repo.repo_id,
        "state": str(repo.state),
        "downloads_30d": repo.downloads_30d,
        "downloads_all_time": repo.downloads_all_time,
        "likes": repo.likes,
        "observed_at": format_instant(repo.observed_at),
        "detail": repo.detail,
    }

"""`alia-watch check`: every part tried in earnest, each on its own line. No secret is shown."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session
from alia_watch import clock
from alia_watch.errors import AliaWatchError

if TYPE_CHECKING:
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.config.sections import Config
    from alia_watch.series.snapshot import RepoSnapshot

#: How long the Hub may take to answer a check, in seconds, whatever a snapshot is allowed.
PATIENCE_S = 120.0


class Verdict(StrEnum):
    """What a check found."""

    OK = "ok"
    FAULT = "fault"
    OFF = "off"  # not switched on, or not filled in: nothing is tried and nothing is wrong


@dataclass(frozen=True, slots=True)
class Line:
    """One part, what was found, and in words."""

    verdict: Verdict
    part: str
    detail: str


@app.command(epilog="Example: alia-watch check")
def check(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    charts: Annotated[bool, typer.Option(help="Draw a picture too, which takes some seconds.")] = True,
) -> None:
    """Try all that a day will need: machine, database, Hub, channels, sources. Exit 1 where one has a fault."""
    session: Session = context.obj
    lines = []
    for line in examine(session, charts=charts):
        lines.append(line)
        if form is Format.TABLE:
            typer.echo(f"{line.verdict:<6} {line.part:<14} {line.detail}")
    if form is not Format.TABLE:
        print_rows([asdict(line) for line in lines], ("verdict", "part", "detail"), form)
    if any(line.verdict is Verdict.FAULT for line in lines):
        raise typer.Exit(1)


def examine(session: Session, *, charts: bool = True) -> Iterator[Line]:
    """Every part in turn; each line is given as soon as it is known. A faulty configuration ends it (ConfigError)."""
    try:
        config = session.config
    except AliaWatchError as error:
        yield Line(Verdict.FAULT, "configuration", str(error))
        raise
    yield Line(Verdict.OK, "configuration", f"{session.config_path}: {_extent(config)}")
    yield _contact(config)
    yield _database(session)
    yield from _machine(config, charts=charts)
    yield from _hub(config)
    for kind in _kinds():
        yield _channel(config, kind)
    yield from _public(config)
    yield from _sources(session, config)


def _machine(config: "Config", *, charts: bool) -> Iterator[Line]:
    """What the machine is good for, without the Hub and the channels."""
    from alia_bot.cli import check_machine
    from alia_watch.store.lock import holder

    now, daemon = clock.now(), holder(config.watch.database) is not None
    yield _line("disk", check_machine.disk(config))
    yield _line("backups", check_machine.backups(config))
    yield _line("backup copy", check_machine.backup_copy(config))
    yield _line("clock", check_machine.machine_clock(check_machine.hub_date(config), now))
    yield _line("zones", check_machine.zones(config, now))
    yield _line("languages", check_machine.texts())
    if charts:
        yield _line("charts", check_machine.charts())
    places = {"web.listen": config.web.place, "web.metrics_listen": config.web.metrics_place} if config.web else {}
    for part, name in (("listen", "web.listen"), ("metrics", "web.metrics_listen")):
        yield _line(part, check_machine.listens(name, places.get(name), daemon=daemon))
    yield _line("heartbeat", check_machine.heartbeat(config))


def _line(part: str, found: tuple[bool | None, str]) -> Line:
    right, detail = found
    return Line(Verdict.OFF if right is None else Verdict.OK if right else Verdict.FAULT, part, detail)


def _extent(config: "Config") -> str:
    counts = (
        (len(config.basket.repos), "control repos"),
        (len(config.comparator), "comparators"),
        (len(config.cost), "cost items"),
        (len(config.scenario), "scenarios"),
        (len(config.announcement), "announcements"),
        (sum(section.on for section in config.source), "sources"),
        (len(config.subscriber), "subscribers"),
    )
    return ", ".join(f"{count} {what}" for count, what in counts)


def _contact(config: "Config") -> Line:
    left = [
        f"watch.{key}"
        for key, value in (("contact", config.watch.contact), ("method_url", config.watch.method_url))
        if "example.org" in value
    ]
    if left:
        return Line(Verdict.OFF, "contact", f"{' and '.join(left)} still the example's: give your own")
    return Line(Verdict.OK, "contact", config.watch.contact)


def _database(session: Session) -> Line:
    from alia_watch.clock import format_instant
    from alia_watch.store.snapshots import last_snapshot

    try:
        with session.store() as store:
            with store.writing():
                pass  # taking the write lock shows that it can be written
            last = last_snapshot(store, until=session.now)
    except AliaWatchError as error:
        return Line(Verdict.FAULT, "database", _sentence(error))
    read = f"last reading of the Hub {format_instant(last[0])}" if last else "no reading of the Hub yet"
    return Line(Verdict.OK, "database", f"{session.config.watch.database}: {read}")


def _hub(config: "Config") -> Iterator[Line]:
    """The Hub itself, its token, then the repos that are named: those that do not answer, by their role."""
    from alia_watch.pipeline.collect import open_hub
    from alia_watch.series.snapshot import State

    flagships = [flagship.repo for flagship in config.family.flagship]
    named = {
        "flagship": flagships,
        "basket": list(config.basket.repos),
        "comparators": [repo for comparator in config.comparator for repo in comparator.repos],
    }
    patient = config.hub.model_copy(update={"deadline_s": min(PATIENCE_S, config.hub.deadline_s)})
    try:
        token = config.hub.token.read() if config.hub.token else None
        hub = open_hub(config.model_copy(update={"hub": patient}))
    except AliaWatchError as error:
        yield Line(Verdict.FAULT, "Hub token", _sentence(error))
        return
    where = f"from {config.hub.token}" if token else "none: the anonymous quota is enough"
    yield Line(Verdict.OK if token else Verdict.OFF, "Hub token", where)
    try:
        silent = {
            repo.repo_id: repo for repo in hub.probe(sorted({repo for repos in named.values() for repo in repos}))
        }
    except AliaWatchError as error:
        yield Line(Verdict.FAULT, "Hub", _sentence(error))
        return
    finally:
        hub.close()
    unreadable = [repo for repo in silent.values() if repo.state is State.UNREADABLE]
    asked = sum(len(set(repos)) for repos in named.values())
    if len(unreadable) == asked:
        yield Line(Verdict.FAULT, "Hub", f"{config.hub.endpoint}: {unreadable[0].detail or 'no answer'}")
        return
    yield Line(Verdict.OK, "Hub", f"{config.hub.endpoint} answers")
    for part, repos in named.items():
        yield _repos(part, repos, silent, verified=config.basket.verified if part == "basket" else None)


def _repos(part: str, repos: list[str], silent: "dict[str, RepoSnapshot]", *, verified: bool | None) -> Line:
    wrong = [_said(silent[repo]) for repo in repos if repo in silent]
    if wrong:
        return Line(Verdict.FAULT, part, f"{len(wrong)} of {len(repos)} do not answer as named: {', '.join(wrong)}")
    hint = "; set basket.verified = true" if verified is False else ""
    return Line(Verdict.OK, part, f"all {len(repos)} answer{hint}" if len(repos) > 1 else f"{repos[0]} answers")


def _said(repo: "RepoSnapshot") -> str:
    from alia_watch.series.snapshot import State

    words = {
        State.RENAMED: f"renamed to {repo.answered_id}",
        State.GONE: "gone or private",
        State.DISABLED: "disabled",
    }
    return f"{repo.repo_id} ({words.get(repo.state) or repo.detail or 'unreadable'})"


def _sources(session: Session, config: "Config") -> Iterator[Line]:
    """Each source of announcements read once, as it would be today; and how it did before. Nothing is taken in."""
    from alia_watch.clock import civil_day, format_second
    from alia_watch.config.sections import SourceKind
    from alia_watch.pipeline.gather import Job, gather
    from alia_watch.pipeline.open_sources import adapter, sources_on
    from alia_watch.sources.source import Span
    from alia_watch.store.sources import source_states

    zone = config.timetable.zone
    today = civil_day(session.now, zone)
    for off in (section for section in config.source if not section.on):
        yield Line(Verdict.OFF, f"source {off.id}", "it is switched off")
    on = sources_on(config)
    if not on:
        yield Line(Verdict.OFF, "sources", "none is on: announcements come from the configuration and by hand")
    try:
        with session.store() as store:
            states = source_states(store)
    except AliaWatchError:
        states = {}  # the database has a line of its own
    asked = [section for section in on if section.kind is not SourceKind.HUB]
    readings = gather(
        [
            Job(
                adapter(each, zone),
                each.addresses(),
                each.phrases(config.sources),
                Span(today, today),
                pause_s=each.pause(),
            )
            for each in asked
        ],
        contact=config.watch.contact,
        deadline_s=min(PATIENCE_S, config.sources.deadline_s),
        request_timeout_s=config.sources.request_timeout_s,
        pause_s=config.sources.pause_s,
        clock=clock.now,
    )
    said = {reading.source: reading for reading in readings}
    for section in on:
        state, reading = states.get(section.id), said.get(section.id)
        answered = state.answered_at if state else None
        had = state.entry_at if state else None
        past = (
            f"{f'last answered {format_second(answered)}' if answered else 'never read before'},"
            f" {f'last had something {format_second(had)}' if had else 'never had anything'}"
        )
        if reading is None:
            yield Line(Verdict.OK, f"source {section.id}", f"told by the snapshots of the Hub; {past}")
        elif reading.error is not None:
            yield Line(Verdict.FAULT, f"source {section.id}", f"{_sentence(reading.error)} ({past})")
        else:
            found = f"answers: {reading.entries} entries, {len(reading.found)} about what is watched"
            yield Line(Verdict.OK, f"source {section.id}", f"{found}; {past}")


def _kinds() -> "tuple[ChannelKind, ...]":
    from alia_watch.audience.subscriber import ChannelKind

    return tuple(ChannelKind)


def _channel(config: "Config", kind: "ChannelKind") -> Line:
    """One channel tried by itself, so that a fault of one says nothing of another."""
    section = getattr(config.channels, kind)
    if section is None:
        return Line(Verdict.OFF, kind, f"there is no [channels.{kind}]")
    from alia_bot.channels.channel import open_channels

    receivers = sum(subscriber.channel is kind for subscriber in config.subscriber)
    alone = config.channels.model_copy(update={other: None for other in _kinds() if other is not kind})
    try:
        channel = open_channels(config.model_copy(update={"channels": alone}))[kind]
        try:
            said = channel.probe()
        finally:
            channel.close()
    except AliaWatchError as error:
        return Line(Verdict.FAULT, kind, _sentence(error))
    people = "no subscriber yet" if not receivers else "1 subscriber" if receivers == 1 else f"{receivers} subscribers"
    return Line(Verdict.OK, kind, f"{said}; {people}")


def _public(config: "Config") -> Iterator[Line]:
    """What people see of us from outside."""
    from alia_bot.cli import check_public

    yield _line("mail sender", check_public.sender(config))
    yield _line("public pages", check_public.public_pages(config))


def _sentence(error: AliaWatchError) -> str:
    return f"{error} {error.hint}".strip()

"""`alia-watch alert-test`: a test message down the real path, to one subscriber or all."""

import html
from typing import TYPE_CHECKING, Annotated

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session
from alia_watch.errors import UsageError

if TYPE_CHECKING:
    from alia_watch.audience.message import Message
    from alia_watch.audience.subscriber import Subscriber
    from alia_watch.config.sections import Config

_COLUMNS = ("subscriber", "channel", "state", "why", "remote_id", "delivery")


@app.command("alert-test", epilog="Example: alia-watch alert-test telegram:-1001234567890")
def alert_test(
    context: typer.Context,
    subscriber: Annotated[list[str] | None, typer.Argument(help="Subscriber ids; nobody named means all.")] = None,
    format: Annotated[Format, typer.Option(help="How the outcomes are printed.")] = Format.TABLE,
) -> None:
    """Send a message that says it is a test, the way alerts go. Exit 1 where it did not arrive."""
    session: Session = context.obj
    from alia_bot import logs
    from alia_bot.channels import open_channels
    from alia_bot.dispatch import drain
    from alia_watch import clock
    from alia_watch.store import outbox, subscribers
    from alia_watch.store.outbox import State

    config, now = session.config, session.now
    logs.configure(session.log_format, verbose=session.verbose, secrets=logs.secrets_of(config))
    with session.store() as store:
        subscribers.sync(store, config.receivers(), now=now)
        chosen = _chosen(subscribers.subscribers(store), subscriber or [])
        key = f"test:{session.started:%Y%m%dT%H%M%S%f}"  # of its own, whatever `--as-of` says
        forms = sorted({(one.language, one.channel) for one in chosen})
        messages = [_message(config, key, language, form) for language, form in forms]
        outbox.put_test(store, messages, now=now, only=[one.id for one in chosen])
        channels = open_channels(config)
        try:
            drain(store, channels, now=now, clock=None if session.as_of else clock.now, report_key=key)
        finally:
            for channel in channels.values():
                channel.close()
        found = sorted(outbox.deliveries(store, report_key=key), key=lambda delivery: delivery.id)
    rows = [
        {
            "subscriber": delivery.subscriber_id,
            "channel": delivery.channel.value,
            "state": delivery.state.value,
            "why": delivery.why,
            "remote_id": delivery.remote_id,
            "delivery": delivery.id,
        }
        for delivery in found
    ]
    print_rows(rows, _COLUMNS, format)
    if any(delivery.state is not State.SENT for delivery in found):
        raise typer.Exit(1)


def _chosen(everyone: "list[Subscriber]", ids: list[str]) -> "list[Subscriber]":
    """Those named, or everyone who is not stopped."""
    known = {one.id: one for one in everyone}
    for name in ids:
        if name not in known:
            raise UsageError(f"There is no subscriber {name}.", hint="`alia-watch subscribers` lists them.")
        if known[name].stopped:
            raise UsageError(
                f"{name} is stopped: {known[name].stopped}.", hint=f"First: alia-watch subscribers --resume {name}"
            )
    chosen = [known[name] for name in dict.fromkeys(ids)] if ids else [one for one in everyone if not one.stopped]
    if not chosen:
        raise UsageError("Nobody would receive it.", hint="Add a [[subscriber]] to the configuration.")
    return chosen


def _message(config: "Config", key: str, language: str, form: str) -> "Message":
    """A test that nobody can take for an alert, in two languages: who sets up a channel may not be who reads it."""
    from alia_watch.audience.message import Message
    from alia_watch.audience.subscriber import ChannelKind

    name = config.watch.name
    lines = [
        f"PRUEBA · TEST: {name}",
        "Esto es un mensaje de prueba. Si lo lee, los avisos le llegarán por aquí. No contiene ningún dato.",
        "This is a test message. If you can read it, alerts will reach you here. It carries no figures.",
    ]
    if config.watch.simulated:
        lines.append("DATOS SIMULADOS · SIMULATED DATA")
    title, *rest = [html.escape(line) for line in lines]
    kind = ChannelKind(form)
    if kind is ChannelKind.TELEGRAM:
        markup = "\n\n".join([f"<b>{title}</b>", *rest])
    else:
        body = "".join(f"<p>{line}</p>" for line in rest)
        markup = f'<!doctype html><html><meta charset="utf-8"><body><h1>{title}</h1>{body}</body></html>'
    return Message(key, language, kind, 0, lines[0], "\n\n".join(lines) + "\n", markup)

"""`alia-watch bounces FILE|-`: mail that came back, from a file or from the mail server's pipe."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from alia_bot.cli import app
from alia_bot.cli.output import Format, print_rows
from alia_bot.cli.session import Session
from alia_watch.errors import AliaWatchError, UsageError

if TYPE_CHECKING:
    from alia_watch.pipeline.returned_mail import Taken

_COLUMNS = ("done", "subscriber", "kind", "status", "why")
#: What a mail server's pipe understands as "try again later" (sysexits.h: EX_TEMPFAIL).
TRY_AGAIN = 75
#: How a letter of an mbox file begins: who sent it, then the day.
_BEGINS = re.compile(rb"From \S+ +\w{3} \w{3} ")


@app.command(epilog="Example: alia-watch bounces /var/mail/bounces")
def bounces(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="One letter or an mbox file; - for one letter from standard input.")],
    to: Annotated[str, typer.Option(help="The address that the letter came to, where it does not say.")] = "",
    format: Annotated[Format, typer.Option(help="How the result is printed.")] = Format.TABLE,
) -> None:
    """Read delivery reports: who cannot be reached is stopped, letters that came back softly are counted.

    Nothing is believed without a token that only this watch can make; other mail is left alone. The same report twice
    changes nothing. From standard input exit 0 means done, or nothing to do; 75 that the mail server should try again
    later, whatever the trouble is.
    """
    session: Session = context.obj
    if file != "-":
        _print(_read(session, _letters(_opened(Path(file))), to), format)
        return
    try:
        taken = _read(session, iter([_whole(sys.stdin.buffer)]), to)
    except (AliaWatchError, OSError) as error:
        typer.echo(f"alia-watch: {error}", err=True)
        raise typer.Exit(TRY_AGAIN) from error
    _print(taken, format)


def _read(session: Session, letters: Iterator[bytes], to: str) -> "list[Taken]":
    from alia_bot.links import links_of
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.pipeline.returned_mail import take
    from alia_watch.store import signups, subscribers

    with session.store() as store:
        links = links_of(session.config, store)
        known = {each.id: each for each in subscribers.subscribers(store) if each.channel is ChannelKind.EMAIL}
        return [
            take(
                store,
                letter,
                whose=lambda token: links.read_verp(token, known),
                leave=lambda who: signups.leave(store, known[who], "they left by mail", now=session.now),
                now=session.now,
                came_to=to,
            )
            for letter in letters
        ]


def _print(taken: "list[Taken]", form: Format) -> None:
    rows = [
        {
            "done": each.done.value,
            "subscriber": each.subscriber,
            "kind": each.kind.value if each.kind else None,
            "status": each.status or None,
            "why": each.why,
        }
        for each in taken
    ]
    print_rows(rows, _COLUMNS, form)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", hint="Give a letter or an mbox file.") from error


def _whole(stream: BinaryIO) -> bytes:
    """As much of a letter as is looked at; the rest is read and let go, so that who writes it is not cut off."""
    from alia_watch.audience.bounce import MOST_BYTES

    letter = stream.read(MOST_BYTES)
    while stream.read(1 << 16):
        pass
    return letter


def _letters(stream: BinaryIO) -> Iterator[bytes]:
    """The letters of a file, one at a time: of an mbox file each begins with a line "From ", after an empty one."""
    from alia_watch.audience.bounce import MOST_BYTES

    with stream:
        letter: list[bytes] = []
        size, empty = 0, True
        for line in iter(lambda: stream.readline(MOST_BYTES), b""):
            if empty and _BEGINS.match(line):
                if size:
                    yield b"".join(letter)
                letter, size = [], 0
            elif size < MOST_BYTES:
                letter.append(line)
                size += len(line)
            empty = not line.strip(b"\r\n")
        if size:
            yield b"".join(letter)

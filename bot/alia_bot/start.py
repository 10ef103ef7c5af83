"""Where `alia-watch` begins."""

import signal


def main() -> None:
    """The console script: load the command line, then do what it says.

    Until all is loaded, Ctrl-C ends the process at once: what a library makes of a KeyboardInterrupt in the middle of
    its import is its own affair, and some swallow it.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from alia_bot.cli import main, verbs  # noqa: F401, PLC0415  loaded here, and so that every verb is

    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()

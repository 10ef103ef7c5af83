"""Tells the service manager how the daemon does, in the way of systemd (sd_notify(3)): up, alive, reloading,
stopping."""

import os
import socket
import time
from collections.abc import Mapping

import structlog

_log = structlog.get_logger()


class Service:
    """Who started us and wants to know. Without `NOTIFY_SOCKET` nobody does, and nothing is sent.

    Args:
        environment: of the process.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        place = environment.get("NOTIFY_SOCKET", "")
        #: A name that begins with @ is one of Linux's own, in no folder.
        self._place = "\0" + place[1:] if place.startswith("@") else place

    def ready(self, words: str) -> None:
        """The daemon is at work; `words` say what comes next, in one line."""
        self._send(f"READY=1\nSTATUS={words}")

    def alive(self) -> None:
        """All threads are there; to be said more often than `WatchdogSec`."""
        self._send("WATCHDOG=1")

    def reloading(self) -> None:
        """The configuration is being read anew; `ready` follows."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """The daemon ends."""
        self._send("STOPPING=1")

    def _send(self, state: str) -> None:
        if not self._place:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.sendto(state.encode(), self._place)
        except OSError as error:
            _log.warning(
                "service: the service manager cannot be told",
                error=error.strerror,
                state=state.split("=", maxsplit=1)[0],
            )

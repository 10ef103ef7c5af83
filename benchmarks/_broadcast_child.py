"""Empty an outbox over a Bot API in a process of its own, so that its memory is its own: prints one JSON line."""

import json
import sys
import threading
import time
from pathlib import Path

from pydantic import SecretStr

from alia_bot.channels.telegram import TelegramChannel
from alia_bot.channels.telegram_line import Line
from alia_bot.daemon import SENDING_EVERY_S
from alia_bot.dispatch import drain
from alia_bot.logs import configure
from alia_watch import clock
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.store.database import open_store
from alia_watch.store.deliveries import State, counts
from benchmarks._memory import resident

#: How often the memory is looked at, in seconds.
_EVERY_S = 1.0


def _broadcast(database: str, api: str, token: str) -> dict[str, float]:
    """Seconds, and the resident memory once a tenth is sent and at the most after that, in MB."""
    sizes: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_EVERY_S):
            sizes.append(resident())

    looking = threading.Thread(target=look)
    channel = TelegramChannel(Line(SecretStr(token), api=api, timeout_s=10))
    with open_store(Path(database)) as store:
        channel.probe()
        looking.start()
        began = time.monotonic()
        sent = 0
        while counts(store).get(State.DUE, 0):
            sent += drain(store, {ChannelKind.TELEGRAM: channel}, now=clock.now(), clock=clock.now).sent
            seconds = time.monotonic() - began
            time.sleep(SENDING_EVERY_S)  # as the daemon does where a channel rests
    ended.set()
    looking.join()
    channel.close()
    settled = len(sizes) // 10
    return {"sent": sent, "seconds": seconds, "early_mb": sizes[settled], "most_mb": max(sizes[settled:])}


if __name__ == "__main__":
    configure(secrets=sys.argv[3:])
    sys.stdout.write(json.dumps(_broadcast(*sys.argv[1:])) + "\n")

"""A process that empties an outbox, for tests that kill it: `sender_process.py DATABASE NOW CHANNEL WHERE [DIES]`.

With DIES the process ends itself by SIGKILL after so many messages were handed over, before anything is written down.
"""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from alia_bot.channels import Channel
from alia_bot.channels.outcome import Outcome
from alia_bot.dispatch import drain
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.store.database import open_store


class Doomed:
    """A channel whose process dies after its n-th message was taken by the other side."""

    def __init__(self, channel: Channel, after: int) -> None:
        self.kind = channel.kind
        self._channel = channel
        self._left = after

    def send(self, subscriber: Subscriber, message: Message, *, message_id: str, now: datetime) -> Outcome:
        """Hand over for real, then die."""
        outcome = self._channel.send(subscriber, message, message_id=message_id, now=now)
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    def probe(self) -> str:
        """As the channel does."""
        return self._channel.probe()

    def close(self) -> None:
        """As the channel does."""
        self._channel.close()


def main() -> None:
    """Drain once."""
    database, now, kind, where, *dies = sys.argv[1:]
    channel: Channel
    if kind == "email":
        from alia_bot.channels.email import EmailChannel
        from alia_watch.config.channels import EmailSection

        section = EmailSection(
            host="localhost", port=int(where), security="none", sender="alia-watch@example.org", pace_per_s=1000
        )
        channel = EmailChannel(section, None, name="ALIA Watch")
    else:
        from alia_bot.demo.telegram import TOKEN
        from tests.telegram import channel as telegram_channel

        channel = telegram_channel(TOKEN, where, 5)
    if dies:
        channel = Doomed(channel, int(dies[0]))
    print("ready", flush=True)  # noqa: T201  the parent waits for this line
    with open_store(Path(database)) as store:
        drain(store, {ChannelKind(kind): channel}, now=datetime.fromisoformat(now))
    channel.close()


if __name__ == "__main__":
    main()

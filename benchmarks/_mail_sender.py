"""A process that empties an outbox over mail once; its arguments are the database, the instant and the port."""

import sys
from datetime import datetime
from pathlib import Path

from alia_bot.channels.email import EmailChannel
from alia_bot.dispatch import drain
from alia_bot.logs import configure
from alia_watch.audience.subscriber import ChannelKind
from alia_watch.config.channels import EmailSection
from alia_watch.store.database import open_store


def main() -> None:
    """Drain once, as fast as it goes."""
    database, now, port = sys.argv[1:]
    configure()
    section = EmailSection(
        host="127.0.0.1", port=int(port), security="none", sender="alia-watch@example.org", pace_per_s=1000
    )
    channel = EmailChannel(section, None, name="ALIA Watch")
    with open_store(Path(database)) as store:
        drain(store, {ChannelKind.EMAIL: channel}, now=datetime.fromisoformat(now))
    channel.close()

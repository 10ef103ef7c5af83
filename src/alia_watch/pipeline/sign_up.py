"""Take a sign-up, and ask by letter whether it is meant. What comes of it shows nobody who is subscribed."""

import hashlib
import hmac
from datetime import datetime, timedelta

from alia_watch.audience.links import Links
from alia_watch.audience.signup import Signup, Wish, may_write
from alia_watch.config.sections import Config
from alia_watch.pipeline.compose import imprint
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.reports.confirmation import wording
from alia_watch.reports.report import Report, ReportKind
from alia_watch.reports.speech import Speech
from alia_watch.store import signups
from alia_watch.store.database import Store
from alia_watch.store.keys import CLIENTS, key

_LATELY = timedelta(hours=1)


def sign_up(
    store: Store,
    config: Config,
    links: Links,
    wish: Wish,
    *,
    network: str,
    an_hour: int,
    now: datetime,
) -> bool:
    """Queue the letter to confirm; gives whether there is one.

    Args:
        network: the client's, such as `192.0.2.0/24`; only a keyed hash of it is kept, and that for a week at most.
        an_hour: how many letters one network may ask for in an hour.
    """
    client = hmac.new(key(store, CLIENTS), network.encode(), hashlib.sha256).hexdigest()[:32]
    since = now - _LATELY
    with store.writing():
        to_address = signups.asked_to(store, wish.address, since=since)
        by_client = signups.asked_by(store, client, since=since)
        if not may_write(to_address, by_client, an_hour=an_hour, now=now):
            return False
        words = wording(config.watch.name, wish.topics, Speech(wish.language))
        signup = Signup(signups.new_id(), wish.address, wish.language, wish.topics, words, client, now)
        pending = signups.save_signup(store, signup)
        report_key = f"{signups.CONFIRMATION}{signup.id}"
        document = {
            "topics": sorted(wish.topics),
            "site": links.site,
            "link": links.confirm(signup.id, now),
        }
        report = Report(report_key, ReportKind.CONFIRMATION, document | imprint(config, report_key, now))
        enqueue(store, report, now=now, charts=None, only=[pending.id], besides=[pending.id])
    return True

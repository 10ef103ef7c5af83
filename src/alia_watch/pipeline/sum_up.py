"""Sum up what waited for a subscriber of Telegram, in one message in the place of many."""

import hashlib
from datetime import datetime

from alia_watch.audience.preferences import rests_until
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.audience.summing import is_summed_up
from alia_watch.clock import format_second
from alia_watch.config.sections import Config
from alia_watch.pipeline.compose import imprint
from alia_watch.pipeline.enqueue import enqueue
from alia_watch.reports.report import Report, ReportKind
from alia_watch.reports.summary import NAMED
from alia_watch.store.database import Store
from alia_watch.store.subscribers import subscriber_named
from alia_watch.store.waiting import Waiting, waiting, who_waits, withdraw


def sum_up(store: Store, config: Config, *, now: datetime) -> int:
    """Put summaries into the outbox, in the place of what they sum up; gives how many."""
    made = 0
    for name in who_waits(store, ChannelKind.TELEGRAM, now=now):
        with store.writing():
            subscriber = subscriber_named(store, name)
            if subscriber is None or subscriber.stopped or rests_until(subscriber.preferences, now) > now:
                continue
            found = waiting(store, name, now=now)
            if is_summed_up([each.held for each in found]):
                made += _put(store, config, subscriber, found, now=now)
    return made


def _put(store: Store, config: Config, subscriber: Subscriber, found: list[Waiting], *, now: datetime) -> int:
    """In as many summaries as it takes to name each report; one that is left over comes as it is."""
    groups = [group for at in range(0, len(found), NAMED) if len(group := found[at : at + NAMED]) > 1]
    for group in groups:
        _put_one(store, config, subscriber, group, now=now)
    return len(groups)


def _put_one(store: Store, config: Config, subscriber: Subscriber, found: list[Waiting], *, now: datetime) -> None:
    mark = hashlib.sha256(subscriber.id.encode()).hexdigest()[:12]
    key = f"{ReportKind.SUMMARY}:{mark}:{format_second(now)}:{found[0].message_id}"
    reports = [
        {
            "title": each.title,
            "made_at": format_second(each.made_at),
            "key": each.report_key,
            "message_id": each.message_id,
        }
        for each in found
    ]
    report = Report(key, ReportKind.SUMMARY, {"reports": reports} | imprint(config, key, now))
    enqueue(store, report, now=now, charts=None, only=[subscriber.id])
    withdraw(store, [each for one in found for each in one.deliveries], key, now=now)

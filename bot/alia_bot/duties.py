"""What each duty does: it joins steps of the pipeline, and computes nothing itself.

Libraries are imported inside the duties, so that a daemon at rest carries neither numpy nor a Hub client.
"""

import contextlib
import dataclasses
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from alia_bot.attempt import DutyFunction, Ended
from alia_bot.clock_trust import CLOCK_AHEAD
from alia_bot.timetable import Due, Duty, is_weekly, month_of
from alia_watch import clock
from alia_watch.config.sections import Config
from alia_watch.store import runs
from alia_watch.store.database import Store
from alia_watch.store.runs import RunOutcome

if TYPE_CHECKING:
    from alia_bot.channels.channel import Channel
    from alia_watch.audience.subscriber import ChannelKind
    from alia_watch.findings.notice import Notice
    from alia_watch.reports.report import Report
    from alia_watch.sources.hub import Hub
    from alia_watch.sources.hub_dataset import HubDataset
    from alia_watch.sources.patience import Sleep

#: How far back the last told headline is looked for.
_TOLD_WITHIN = timedelta(days=90)


class Workshop:
    """The duties of one watch, and what they work with: the Hub, the channels, the charts. Each is opened when needed.

    `at` and `sleep` are what the reading of the Hub and of sources measures instants and waits by.
    """

    def __init__(
        self,
        config: Config,
        *,
        hub: "Hub | None" = None,
        channels: "Mapping[ChannelKind, Channel] | None" = None,
        charts: Any = None,
        at: clock.Clock = clock.now,
        sleep: "Sleep | None" = None,
    ) -> None:
        self._config = config
        self._hub = hub
        self._channels = channels
        self._charts = charts
        self._clock = at
        self._sleep = sleep
        self._stopping = threading.Event()
        self._dataset: HubDataset | None = None
        self._opened: list[Any] = []
        self._prepared = False

    def duties(self) -> dict[Duty, DutyFunction]:
        """Every duty and its function."""
        return {
            Duty.ANNOUNCEMENTS: self.announcements,
            Duty.SNAPSHOT: self.snapshot,
            Duty.DETECT: self.detect,
            Duty.COST_UPDATE: self.cost_update,
            Duty.DIGEST: self.digest,
            Duty.BACKUP: self.backup,
        }

    def prepare(self, store: Store, now: datetime) -> None:
        """Once per process: the receivers and the announcements of the configuration into their tables."""
        if self._prepared:
            return
        from alia_watch.pipeline.announce import take_in
        from alia_watch.store import subscribers

        take_in(store, self._config, now=now)
        subscribers.sync(store, self._config.receivers(), now=now)
        self._prepared = True

    def announcements(self, store: Store, _due: Due, now: datetime) -> Ended:
        """Read the sources and take in what is new; tell the maintainers of a source in trouble, once.

        A source that fails is no failure of the duty: it is read again tomorrow, and told of when it goes on failing.
        """
        from alia_watch.pipeline.candidates import not_asked
        from alia_watch.pipeline.compose import source_troubles
        from alia_watch.pipeline.enqueue import enqueue
        from alia_watch.pipeline.fetch_announcements import fetch, sources_in_trouble

        done = fetch(
            store,
            self._config,
            now=now,
            hub=self.hub() if self._config.reads_hub_files() else None,
            at=self._clock,
            sleep=self._sleep,
            stopping=self._stopping,
        )
        troubles = sources_in_trouble(store, self._config, now=now)
        reports = [
            *source_troubles(store, self._config, troubles, now=now),
            *not_asked(store, self._config, now=now),
        ]
        told = [enqueue(store, report, now=now, charts=None) for report in reports]
        detail = {
            "sources": len(done),
            "entries": sum(each.entries for each in done),
            "new": [name for each in done for name in each.admitted.new],
            "renewed": [name for each in done for name in each.admitted.renewed],
            "confirmed": sum(len(each.admitted.confirmed) for each in done),
            "left_out": sum(each.admitted.older + each.admitted.undated for each in done),
            "failed": {each.source: str(each.error) for each in done if each.error is not None},
            "troubles": len(troubles),
            "queued": sum(told),
        }
        return Ended(RunOutcome.DONE, detail)

    def snapshot(self, store: Store, due: Due, now: datetime) -> Ended:
        """Read the Hub; after an incomplete try, what is still lacking.

        While a digest may wait for it, the run remembers which UTC day this reading closed.
        """
        from alia_watch.pipeline.collect import collect, look_around
        from alia_watch.pipeline.reconstruct import learnt_hub

        collected = collect(store, self._config, self.hub(), now=now, only_failed=due.before is RunOutcome.INCOMPLETE)
        detail: dict[str, Any] = {
            "repos": collected.read,
            "failed": len(collected.failed),
            "findings": len(collected.findings),
            "requests": collected.requests,
        }
        if collected.clock_ahead:  # not what a slot of this clock is done with: it is read again once that is right
            off = {CLOCK_AHEAD: int(collected.clock_ahead.total_seconds())}
            return Ended(RunOutcome.INCOMPLETE, {**detail, **off, "note": collected.note})
        timetable = self._config.timetable
        if clock.civil_day(now, timetable.zone).day <= timetable.digest_latest_day:  # learning reads every reading
            detail["closes"] = learnt_hub(store, self._config, now=now).hub_day.closes(now).isoformat()
        if not collected.failed:
            look_around(store, self._config, self.hub(), now=now)
            return Ended(RunOutcome.DONE, detail)
        return Ended(RunOutcome.INCOMPLETE, {**detail, "not_read": list(collected.failed[:10]), "note": collected.note})

    def detect(self, store: Store, _due: Due, now: datetime) -> Ended:
        """Find and decide; tell what was decided since the last detection that ended well; correct what was wrong."""
        from alia_bot.upkeep import after_detection
        from alia_watch.pipeline import compose
        from alia_watch.pipeline.detect import detect

        detected = detect(store, self._config, now=now)
        told = self._untold(store, now)
        alert = compose.alert(store, self._config, told, now=now) if told else None
        detail = {
            "findings": len(detected.findings),
            "told": len(told),
            "held": sum(not notice.tell for notice in detected.notices),
        }
        if detected.first_run:
            detail["first_run"] = True
        ended = self._queued(store, alert, detail, now) if alert else Ended(RunOutcome.DONE, detail)
        last = runs.last_done(store, Duty.DETECT, until=now)
        _, looked = after_detection(store, self._config, detected.basket, last.detail if last else {}, now=now)
        return dataclasses.replace(ended, detail={**ended.detail, **looked})

    def cost_update(self, store: Store, due: Due, now: datetime) -> Ended:
        """The weekly update; on the other days only where the headline moved since it was last told."""
        from alia_watch.pipeline import compose
        from alia_watch.pipeline.downloads import headline

        ratio = headline(store, self._config, now=now).ratio
        detail = {"headline": None if ratio is None else str(ratio)}
        weekly = is_weekly(due.slot)
        if not weekly and not _moved(self._last_told(store, now), ratio, self._config.costs.update_on_move):
            return Ended(RunOutcome.DONE, detail)
        # Told late, a week's update is still that week's; and a move is told beside it.
        report = dataclasses.replace(compose.cost_update(store, self._config, now=now), key=due.slot)
        return self._queued(store, report, {**detail, "told": True}, now)

    def digest(self, store: Store, due: Due, now: datetime) -> Ended:
        """The digest of the slot's month."""
        from alia_watch.pipeline import compose

        return self._queued(store, compose.digest(store, self._config, month_of(due.slot), now=now), {}, now)

    def backup(self, store: Store, _due: Due, now: datetime) -> Ended:
        """A dated, proven copy of the database, without those who never confirmed; then old raw answers are packed."""
        from alia_watch.audience.links import CONFIRM_WITHIN
        from alia_watch.pipeline.back_up import back_up
        from alia_watch.pipeline.retain import retain
        from alia_watch.store.signups import erase_unconfirmed

        erase_unconfirmed(store, before=now - CONFIRM_WITHIN)
        detail = back_up(store, self._config, now=now, dataset=self._copies).document()
        if packed := retain(store, self._config, now=now).answers:
            detail["packed"] = packed
        return Ended(RunOutcome.DONE, detail)

    def send(self, store: Store, at: clock.Clock, stopping: threading.Event) -> dict[str, int]:
        """Send what is due; how many deliveries ended how."""
        from alia_bot.dispatch import drain
        from alia_watch.audience.subscriber import ChannelKind
        from alia_watch.pipeline.sum_up import sum_up

        if ChannelKind.TELEGRAM in self.channels():
            sum_up(store, self._config, now=at())
        return dataclasses.asdict(drain(store, self.channels(), now=at(), clock=at, stopping=stopping))

    def open(self) -> None:
        """Open the Hub's reader and the channels now, so that what is lacking is known at the start.

        Raises:
            ConfigError: a secret is not set.
        """
        self.hub()
        self.channels()

    def hub(self) -> "Hub":
        """The Hub's reader."""
        if self._hub is None:
            from alia_watch.pipeline.collect import open_hub

            self._hub = open_hub(self._config, at=self._clock, sleep=self._sleep)
            self._opened.append(self._hub)
        return self._hub

    def channels(self) -> "Mapping[ChannelKind, Channel]":
        """The channels that are switched on."""
        if self._channels is None:
            from alia_bot.channels.channel import open_channels

            self._channels = open_channels(self._config)
            self._opened.extend(self._channels.values())
        return self._channels

    def _copies(self) -> "HubDataset | None":
        """The repo that backups are copied to."""
        from alia_watch.pipeline.back_up import open_dataset

        self._dataset = open_dataset(self._config, at=self._clock, sleep=self._sleep)
        if self._dataset is not None and self._stopping.is_set():
            self._dataset.stop()
        return self._dataset

    def abort(self) -> None:
        """Let a reading of the Hub or of the sources, or a copy to the Hub, end soon with what it has."""
        self._stopping.set()
        if self._dataset is not None:
            self._dataset.stop()
        if self._hub is not None:
            self._hub.stop()

    def close(self) -> None:
        """Close what was opened here."""
        while self._opened:
            self._opened.pop().close()

    def _queued(self, store: Store, report: "Report", detail: dict[str, Any], now: datetime) -> Ended:
        from alia_watch.pipeline.enqueue import enqueue
        from alia_watch.reports.chart_worker import ChartWorker

        worker = ChartWorker() if self._charts is None else contextlib.nullcontext(self._charts)
        with worker as charts:  # a process of its own, gone when the charts are drawn
            queued = enqueue(store, report, now=now, charts=charts)
        return Ended(RunOutcome.DONE, {**detail, "report": report.key, "queued": queued})

    def _untold(self, store: Store, now: datetime) -> "tuple[Notice, ...]":
        """What is to be told, was decided since the last detection that ended well, and stands in no alert yet.

        Not only what this detection decided: a crash between deciding and queueing would lose an alert.
        """
        from alia_watch.pipeline.remake import finding_name, told_in_alerts
        from alia_watch.store.findings import notices

        last = runs.last_done(store, Duty.DETECT, until=now)
        since = last.started_at if last else None
        told = told_in_alerts(store, since=since)
        found = (notice for notice in notices(store, since=since, until=now) if notice.tell)
        return tuple(notice for notice in found if finding_name(notice.finding) not in told)

    def _last_told(self, store: Store, now: datetime) -> Decimal | None:
        told = runs.runs(store, since=now - _TOLD_WITHIN, until=now, duty=Duty.COST_UPDATE)
        headlines = [run.detail["headline"] for run in told if run.outcome is RunOutcome.DONE and "told" in run.detail]
        return Decimal(headlines[-1]) if headlines and headlines[-1] is not None else None


def _moved(before: Decimal | None, after: Decimal | None, share: Decimal) -> bool:
    """Whether the headline moved by at least a share of what was last told; unknown figures do not move."""
    return before is not None and after is not None and before != 0 and abs(after - before) / before >= share

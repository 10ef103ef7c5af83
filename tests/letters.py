"""Letters as they leave: every kind of report in every language, with its charts, its foot and its ways to leave."""

from datetime import datetime

from alia_bot.channels.mail import Leaving, Letterhead, letter
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Source
from alia_watch.pipeline.enqueue import drawn
from alia_watch.reports.chart_worker import ChartWorker
from alia_watch.reports.letter_foot import Foot, foot
from alia_watch.reports.render import render
from alia_watch.reports.report import Report, ReportKind
from tests.reports import sample

HEAD = Letterhead("ALIA Watch", "ALIA Watch <alia-watch@example.org>", "contact@example.org")
LEAVE = "https://watch.example.org/leave/ZW1haWw6OHg3Q2pQc1QyMjE.q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6"
CHOOSE = "https://watch.example.org/preferences/ZW1haWw6OHg3Q2pQc1QyMjE.q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6"
LEAVING = Leaving(LEAVE, "leave@example.org", "leave abcdefgh234567")


#: Besides the samples: the letter that asks whether somebody wants mail, which is of no list.
CONFIRMATION = "confirmation"


def _report(name: str) -> Report:
    if name != CONFIRMATION:
        return sample(name, simulated=False)
    document = {
        "watch": HEAD.name,
        "simulated": False,
        "topics": ["digest", "alerts"],
        "site": "watch.example.org",
        "link": LEAVE.replace("/leave/", "/confirm/"),
    }
    return Report(f"{CONFIRMATION}:0a1b2c", ReportKind.CONFIRMATION, document)


def mail(name: str, language: str, charts: ChartWorker | None = None) -> Message:
    """A sample report as one mail."""
    report = _report(name)
    [message] = render(report, language, ChannelKind.EMAIL, drawn(report, language, charts))
    return message


def foot_of(language: str) -> Foot:
    """The foot of a letter to somebody who signed up."""
    return foot(language, watch=HEAD.name, source=list(Source)[-1], preferences=CHOOSE, leave=LEAVE)


def letter_of(name: str, language: str, now: datetime, charts: ChartWorker | None = None) -> bytes:
    """The whole letter as it leaves."""
    return letter(
        HEAD,
        "ana@example.net",
        mail(name, language, charts),
        message_id=f"{name.replace('_', '-')}.7.ab12cd34ef56",
        now=now,
        leaving=None if name == CONFIRMATION else LEAVING,
        foot=None if name == CONFIRMATION else foot_of(language),
    )

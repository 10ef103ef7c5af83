"""What is said in the golden conversations of groups, channels and those who run the watch."""

import datetime as dt
from datetime import timedelta

from alia_watch.announcements.announcement import Announcement, AnnouncementState, Kind, Precision
from alia_watch.audience.subscriber import About, ChannelKind, Topic
from alia_watch.store import outbox
from alia_watch.store.announcements import save_announcements
from alia_watch.store.database import open_store
from alia_watch.store.deliveries import State
from tests.golden.conversation_scene import Scene
from tests.golden.conversation_scripts import Script
from tests.outbox import message, stored_report
from tests.small_watch import NOW

_FOUND = ("ALIA en las aulas", "Convenio para usar ALIA en la Administración", "Concierto de Alia en Cádiz")


def group(scene: Scene) -> None:
    """A member may ask and not settle; an administrator settles; chatter and other bots' commands stay unanswered."""
    bea = scene.somebody(102, "Bea")
    there = scene.talk.api.group(-1001, "Vecindario", administrators=[scene.ana], members=[bea])
    scene.says("/cost", "/subscribe", by=bea, at=there)
    scene.says("/subscribe", at=there)
    scene.presses("Alerts", by=bea, at=there)
    scene.presses("Alerts", at=there)
    scene.says("¿Quién baja a la plaza?", "/status@otro_bot", "/nonsense", "/statu@alia_watch_bot", by=bea, at=there)
    there.types_anonymously("/settings")
    scene.settle()
    scene.says("/mute 1d", "/privacy", at=there)


def forum(scene: Scene) -> None:
    """What is asked in a topic is answered there, and what is subscribed to there comes there."""
    there = scene.talk.api.group(-1002, "Foro", administrators=[scene.ana], topics={7: "Cifras", 8: "Anuncios"})
    scene.says("/status", "/subscribe", at=there, thread=7)
    scene.says("/settings", at=there, thread=8)
    scene.presses("Send to this topic", at=there)
    scene.says("/help", at=there)


def channel(scene: Scene) -> None:
    """The bot is brought into a channel: its settings come privately, and are changed there."""
    there = scene.talk.api.channel(-1003, "Cifras públicas", administrators=[scene.ana])
    there.adds_bot(scene.ana)
    scene.settle()
    scene.presses("Monthly digest")
    scene.presses("Quiet hours: {value}", value="")
    scene.presses_as_it_reads("23:00–08:00")
    there.posts("/status")
    scene.settle()
    there.kicks_bot(scene.ana)
    scene.settle()


def house(scene: Scene) -> None:
    """How the watch does, to who runs it; somebody else is not told that such commands exist."""
    marta = scene.maintainer()
    scene.says("/deliveries", by=marta)
    scene.says("/subscribe")
    _failed(scene)
    scene.says("/health", "/deliveries", "/subscribers", "/snapshot", by=marta)
    scene.says("/health", "/deliveries", "/subscribers", "/candidates", "/broadcast hola", "/snapshot")


def candidates(scene: Scene) -> None:
    """Announcements to decide on: one is confirmed, one gets another date, one is rejected."""
    marta = scene.maintainer()
    with open_store(scene.talk.config.watch.database) as store:
        save_announcements(store, map(candidate, range(3), _FOUND), now=NOW)
    scene.says("/candidates", by=marta)
    scene.presses("Confirm", by=marta)
    scene.says("/candidates", by=marta)
    scene.presses("Edit the date", by=marta)
    scene.says("ayer", "2026-01-26..2026-01-28", by=marta)
    scene.presses("Confirm", by=marta)
    scene.says("/candidates", by=marta)
    scene.presses("Reject", by=marta)
    scene.says("/candidates", by=marta)


def broadcast(scene: Scene) -> None:
    """Words to everyone: shown first, asked twice; and thought better of."""
    marta, bea = scene.maintainer(), scene.somebody(102, "Bea", language="eu")
    scene.says("/subscribe")
    scene.says("/subscribe", by=bea)
    scene.says("/broadcast", f"/broadcast {scene.language} <b>Aviso</b> & gracias", by=marta)
    scene.presses("Send", by=marta)
    scene.presses("Cancel", by=marta)
    scene.says("/broadcast Mañana no hay lectura.", by=marta)
    scene.presses("Send", by=marta)
    scene.presses_as_it_reads(
        scene.speech.get_plural("Yes, to {count} chat now", "Yes, to {count} chats now", 2), by=marta
    )


def candidate(number: int, title: str) -> Announcement:
    return Announcement(
        id=f"candidate-{number}",
        date=dt.date(2026, 1, 30 - number),
        precision=Precision.DAY,
        kind=Kind.OFFICIAL,
        title=title,
        publisher="La Moncloa",
        url=f"https://www.lamoncloa.gob.es/{number}.aspx",
        confidence="A",
        source="moncloa",
        state=AnnouncementState.CANDIDATE,
        language="es",
    )


def _failed(scene: Scene) -> None:
    """A message to Ana that was given up."""
    with open_store(scene.talk.config.watch.database) as store:
        stored_report(store, "alert:2026-01-27")
        sent = message(ChannelKind.TELEGRAM, key="alert:2026-01-27", language=scene.language)
        outbox.put(store, [sent], About(frozenset({Topic.ALERTS})), now=NOW)
        taken = outbox.claim(store, channel=ChannelKind.TELEGRAM, now=NOW, lease=timedelta(minutes=5))
        assert taken is not None
        gone = outbox.Settlement(State.DEAD, "Bad Request: chat not found")
        outbox.record(store, taken.delivery_id, gone, attempt=taken.attempts, now=NOW)


SCRIPTS: dict[str, Script] = {
    "group": group,
    "forum": forum,
    "channel": channel,
    "maintainers-house": house,
    "maintainers-candidates": candidates,
    "maintainers-broadcast": broadcast,
}

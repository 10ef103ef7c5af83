"""What is said in each golden conversation: the questions and choices of somebody who uses the bot."""

from collections.abc import Callable

from tests.golden.conversation_scene import Scene
from tests.small_watch import DIGEST

Script = Callable[[Scene], None]


def start(scene: Scene) -> None:
    """Three people begin, each with another button; a fourth comes by a link, with a program in another language."""
    buttons = ("Alerts", "Monthly digest", "Both")
    for number, (name, button) in enumerate(zip(("Berta", "Carlos", "Diego"), buttons, strict=True), start=1):
        person = scene.somebody(number, name)
        scene.says("/start", by=person)
        scene.presses(button, by=person)
        scene.says("/start", by=person)
    guest = scene.somebody(9, "Inês", language="es" if scene.language == "en" else "pt-br")
    scene.says(f"/start {scene.language}_flagship", by=guest)
    scene.presses("Both", by=guest)
    scene.says("/help", by=guest)


def status(scene: Scene) -> None:
    """Today's figures."""
    scene.says("/status")


def cost(scene: Scene) -> None:
    """The headline; then every other scenario and denominator, all in one message."""
    scene.says("/cost")
    scene.presses_place(1, 2, 3, 4, 5, 0)
    scene.presses_place(7, 8, 9, 6)


def chart(scene: Scene) -> None:
    """A chart as it comes, of other lengths, of another repo, and of one whose name is misspelt."""
    scene.says("/chart")
    scene.presses("30 days")
    scene.says("/chart 30d", "/chart 1y", "/chart all", "/chart BSC-LT/ALIA-40b 30d", "/chart alia-40b-instrukt")
    scene.presses_place(0)
    scene.says("/chart salchichón", "/chart 7d")


def spikes(scene: Scene) -> None:
    """Unusual days."""
    scene.says("/spikes")


def announcements(scene: Scene) -> None:
    """What was announced."""
    scene.says("/announcements")


def compare(scene: Scene) -> None:
    """Beside other models."""
    scene.says("/compare")


def digest(scene: Scene) -> None:
    """The newest, a month that has one, one that has none and a button instead, and no month at all."""
    scene.says("/digest", f"/digest {DIGEST}", "/digest 2019-07")
    scene.presses_place(0)
    scene.says("/digest enero")


def subscribe(scene: Scene) -> None:
    """Taken on with what most want; asked again, the settings stay."""
    scene.says("/subscribe", "/subscribe", "/start")


def settings(scene: Scene) -> None:
    """Each page, each kind of choice, and back."""
    scene.says("/settings")
    scene.presses("Alerts", "Cost updates", "Monthly digest", "All corrections", "New repos only", "Monthly digest")
    _page(scene, "Time zone: {value}", "Atlantic/Canary")
    _page(scene, "Quiet hours: {value}", "22:00–08:00")
    scene.presses("Quiet hours: {value}", value="")
    scene.presses("none")
    scene.presses("How often: {value}", value="")
    scene.presses("once a week")
    _page(scene, "Spikes from: {value}", "× 5")
    scene.presses("Sound: on", "Sound: off")
    scene.presses("Quiet hours: {value}", value="")
    scene.presses("‹ Back")


def settings_language(scene: Scene) -> None:
    """Another language, and back to the first."""
    other, own = ("English", "Español") if scene.language == "es" else ("Español", "English")
    scene.says("/subscribe")
    _page(scene, "Language: {value}", other)
    scene.says("/help")
    scene.presses_as_it_reads(f": {other}", own)


def settings_typed(scene: Scene) -> None:
    """Values no button has; and some that cannot be."""
    scene.says(
        "/subscribe",
        "/settings zone Asia/Tokyo",
        "/settings zone madrid",
        "/settings zone Marte/Olimpo",
        "/settings quiet 22:30-7",
    )
    scene.says(
        "/settings quiet siesta", "/settings lift 2,5", "/settings lift -3", "/settings quiet off", "/settings ?"
    )


def mute(scene: Scene) -> None:
    """Silence by a button and by words, its end, and a length that is none."""
    scene.says("/subscribe", "/mute")
    scene.presses_days(7)
    scene.presses("End the silence")
    scene.says("/mute 7d", "/settings", "/mute", "/mute off", "/mute siempre", "/mute 12h", "/mute 2 días")


def stop(scene: Scene) -> None:
    """Nothing to stop; then something; then back as it was."""
    scene.says("/stop", "/subscribe", "/stop", "/stop", "/settings", "/subscribe")


def privacy(scene: Scene) -> None:
    """Nothing is kept; then something, which is given out and erased."""
    scene.says("/privacy", "/subscribe", "/privacy")
    scene.presses("Export", "Erase at once")
    scene.says("/privacy")


def help_(scene: Scene) -> None:
    """The commands."""
    scene.says("/help")


def unknown(scene: Scene) -> None:
    """Words, a command that is misspelt, one that is none, and a button that no longer holds."""
    scene.says("¿Cuántas descargas tiene ALIA?", "/costs", "/statu", "/weather", "/start")
    scene.ana.forges("cost:1:2:forged")
    scene.settle()


def _page(scene: Scene, opener: str, label: str) -> None:
    """Open a page of choices by its button, and choose what reads the same in every language."""
    scene.presses(opener, value="")
    scene.presses_as_it_reads(label)


SCRIPTS: dict[str, Script] = {
    "start": start,
    "status": status,
    "cost": cost,
    "chart": chart,
    "spikes": spikes,
    "announcements": announcements,
    "compare": compare,
    "digest": digest,
    "subscribe": subscribe,
    "settings": settings,
    "settings-language": settings_language,
    "settings-typed": settings_typed,
    "mute": mute,
    "stop": stop,
    "privacy": privacy,
    "help": help_,
    "unknown": unknown,
}

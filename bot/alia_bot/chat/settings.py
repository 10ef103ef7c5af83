"""Subscribing, and what a subscriber can choose: topics, language, zone, quiet hours, how often, how large, how loud.

A button says what it sets, not that it turns something over: pressed twice, or done again after a crash, it does the
same. Those about a channel end with its chat id.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import time

from alia_bot.chat.asking import Asking, in_language, with_subscriber
from alia_bot.chat.choices import frequency_words, quiet_words, topic_words, topics_listed
from alia_bot.chat.incoming import Room
from alia_bot.chat.reply import CHOSEN, Buttons, Reply, rows, say
from alia_watch.audience.message import Button
from alia_watch.audience.preferences import Frequency
from alia_watch.audience.subscriber import CHOICES, FOR_ALL, Subscriber, Topic
from alia_watch.clock import zone_named
from alia_watch.reports.blocks import Block, Heading, Paragraph
from alia_watch.reports.outside import outside, quotable
from alia_watch.reports.speech import LANGUAGES
from alia_watch.store import subscribers

#: What the languages are called by those who speak them.
NATIVE = {"es": "Español", "ca": "Català", "gl": "Galego", "eu": "Euskara", "en": "English"}
#: Offered as buttons; any other can be typed.
ZONES = (
    "Europe/Madrid",
    "Atlantic/Canary",
    "Europe/London",
    "UTC",
    "America/Mexico_City",
    "America/Bogota",
    "America/Argentina/Buenos_Aires",
    "America/New_York",
)
QUIET = ("22:00-08:00", "23:00-08:00", "00:00-09:00", "20:00-10:00")
THRESHOLDS = (2, 3, 5, 10)
_QUIET = re.compile(r"(\d{1,2}(?::\d{2})?)\s*[-–a]\s*(\d{1,2}(?::\d{2})?)")

Chosen = Callable[[Asking, str], Subscriber | None]


def subscribe(asked: Asking, topics: Sequence[Topic]) -> Asking:
    """Take a chat on, or back: with these topics beside those it had; in the forum topic it is asked in."""
    had = asked.standing
    taken = replace(had, topics=had.topics | frozenset(topics), stopped=None, address=asked.here)
    return keep(asked, taken)


def keep(asked: Asking, subscriber: Subscriber) -> Asking:
    """Keep what was chosen."""
    subscribers.choose(asked.store, subscriber, now=asked.now)
    return with_subscriber(asked, subscriber)


def subscribe_command(asked: Asking) -> list[Reply]:
    """`/subscribe`: taken on, if they were not, and what that brings."""
    if not receives(asked.standing):
        asked = subscribe(asked, () if asked.standing.topics else FOR_ALL)
    return [screen(asked)]


def settings_command(asked: Asking) -> list[Reply]:
    """`/settings`, and what can be typed after it: `zone Asia/Tokyo`, `quiet 22:00-07:30`, `language gl`; the name of
    a channel brings up its settings."""
    if asked.target != asked.incoming.chat:
        return [screen(asked)]
    name, _, value = asked.incoming.words.partition(" ")
    typed = {"zone": "z", "quiet": "q", "lift": "x", "language": "l", "idioma": "l"}.get(name.lower())
    if name.startswith(("@", "-")):
        return [say([Paragraph(asked.speech.get("I am in no chat of that name."))])]
    if typed is None:
        return [screen(asked)]
    return press(asked, f"{typed}:{value.strip()}", edits=False)


def press(asked: Asking, action: str, *, edits: bool = True) -> list[Reply]:
    """A settings button: a page of choices, or a choice."""
    name, _, value = action.partition(":")
    if not value:
        return [screen(asked, name, edits=edits)]
    chosen = _CHOICES[name](asked, value) if name in _CHOICES else None
    if chosen is None:
        words = asked.speech.get("“{value}” cannot be set.", value=quotable(outside(value, 60), asked.speech.language))
        offered = _PAGES[name](asked) if name in _PAGES else ()
        return [Reply(toast=words) if edits else say([Paragraph(words)], offered)]
    asked = keep(asked, chosen)
    if name == "l" and asked.target == asked.incoming.chat:
        asked = in_language(asked, chosen.language)
    return [replace(screen(asked, edits=edits), toast=asked.speech.get("Noted."))]


def receives(subscriber: Subscriber) -> bool:
    """Whether anything is sent to them."""
    return subscriber.stopped is None and bool(subscriber.topics)


def screen(asked: Asking, page: str = "", *, edits: bool = False) -> Reply:
    """The settings, or one page of choices."""
    make = _PAGES.get(page)
    buttons = make(asked) if make else _main(asked)
    return say(_words(asked), buttons, edits=edits)


def _words(asked: Asking) -> list[Block]:
    """What is chosen, in words."""
    get, speech, who = asked.speech.get, asked.speech, asked.standing
    preferences = who.preferences
    title = get("Settings of {chat}", chat=outside(asked.incoming.title)) if asked.incoming.title else get("Settings")
    if asked.target != asked.incoming.chat:
        title = get("Settings of your channel")
    blocks: list[Block] = [Heading(title, 1)]
    if receives(who):
        chosen = [each for each in (*CHOICES, Topic.MAINTENANCE) if each in who.topics]
        blocks.append(Paragraph(get("You get: {topics}.", topics=topics_listed(chosen, speech))))
    else:
        blocks.append(Paragraph(get("You get nothing now. Choose what you would like to get.")))
    if preferences.muted_until is not None and preferences.muted_until > asked.now:
        blocks.append(
            Paragraph(
                get("Muted until {instant}.", instant=speech.wall_clock(preferences.muted_until, preferences.zone))
            )
        )
    return blocks


def _button(asked: Asking, label: str, action: str) -> Button:
    suffix = f"@{asked.target}" if asked.target != asked.incoming.chat else ""
    return Button(label, f"set:{action}{suffix}")


def _main(asked: Asking) -> Buttons:
    get, speech, who = asked.speech.get, asked.speech, asked.standing
    preferences = who.preferences
    active = who.topics if who.stopped is None else frozenset()
    topics = [
        _button(
            asked,
            f"{'✅' if each in active else '⬜'} {topic_words(each, speech)}",
            f"t:{each}={int(each not in active)}",
        )
        for each in CHOICES
    ]
    quiet = get("none") if preferences.quiet is None else quiet_words(preferences)
    lift = get("any") if preferences.threshold is None else f"× {speech.number(preferences.threshold)}"
    others = [
        _button(asked, get("Language: {value}", value=NATIVE[who.language]), "l"),
        _button(asked, get("Time zone: {value}", value=preferences.zone), "z"),
        _button(asked, get("Quiet hours: {value}", value=quiet), "q"),
        _button(asked, get("How often: {value}", value=frequency_words(preferences.frequency, speech)), "f"),
        _button(asked, get("Spikes from: {value}", value=lift), "x"),
        _button(
            asked, get("Sound: off") if preferences.silent else get("Sound: on"), f"s:{int(not preferences.silent)}"
        ),
    ]
    here: list[Button] = []
    if asked.incoming.room is Room.GROUP and who.address != asked.here:
        here = [_button(asked, get("Send to this topic"), f"h:{asked.incoming.forum_topic or 0}")]
    # One in a row: a phone cuts what is wider than half its screen, such as the topics in Spanish.
    return (*rows(topics, 1), *rows(others, 1), *rows(here, 1))


def _page(asked: Asking, name: str, values: Sequence[tuple[str, str, bool]], wide: int = 2) -> Buttons:
    choices = [
        _button(asked, f"{CHOSEN}{label}" if chosen else label, f"{name}:{value}") for label, value, chosen in values
    ]
    return (*rows(choices, wide), (_button(asked, asked.speech.get("‹ Back"), "m"),))


def _languages(asked: Asking) -> Buttons:
    return _page(asked, "l", [(NATIVE[each], each, each == asked.standing.language) for each in LANGUAGES])


def _zones(asked: Asking) -> Buttons:
    zone = asked.standing.preferences.zone
    names = ZONES if zone in ZONES else (*ZONES, zone)
    return _page(asked, "z", [(each, each, each == zone) for each in names], 1)


def _quiet_hours(asked: Asking) -> Buttons:
    preferences = asked.standing.preferences
    standing = f"{preferences.quiet[0]:%H:%M}-{preferences.quiet[1]:%H:%M}" if preferences.quiet else ""
    values = [(each.replace("-", "–"), each, each == standing) for each in QUIET]
    return _page(asked, "q", [*values, (asked.speech.get("none"), "none", not standing)])


def _frequencies(asked: Asking) -> Buttons:
    standing = asked.standing.preferences.frequency
    return _page(asked, "f", [(frequency_words(each, asked.speech), each, each is standing) for each in Frequency], 1)


def _thresholds(asked: Asking) -> Buttons:
    standing = asked.standing.preferences.threshold
    values = [(f"× {each}", str(each), standing == each) for each in THRESHOLDS]
    return _page(asked, "x", [*values, (asked.speech.get("any"), "none", standing is None)])


_PAGES: dict[str, Callable[[Asking], Buttons]] = {
    "l": _languages,
    "z": _zones,
    "q": _quiet_hours,
    "f": _frequencies,
    "x": _thresholds,
}


def _preferred(asked: Asking, **changes: object) -> Subscriber:
    who = asked.standing
    return replace(who, preferences=replace(who.preferences, **changes))  # type: ignore[arg-type]  # named as the fields are


def _topic(asked: Asking, value: str) -> Subscriber | None:
    name, _, on = value.partition("=")
    if name not in CHOICES:
        return None
    who = asked.standing
    had = who.topics if who.stopped is None else frozenset()
    topics = had | {Topic(name)} if on == "1" else had - {Topic(name)}
    return replace(who, topics=topics, stopped=None)


def _language(asked: Asking, value: str) -> Subscriber | None:
    named = {name.casefold(): code for code, name in NATIVE.items()} | {code: code for code in LANGUAGES}
    code = named.get(value.casefold())
    return replace(asked.standing, language=code) if code else None


def _zone(asked: Asking, value: str) -> Subscriber | None:
    zone = zone_named(value)
    return _preferred(asked, zone=zone) if zone else None


def _quiet(asked: Asking, value: str) -> Subscriber | None:
    if value in ("none", "off"):
        return _preferred(asked, quiet=None)
    found = _QUIET.fullmatch(value)
    try:
        hours = [time.fromisoformat(_hour(each)) for each in found.groups()] if found else []
    except ValueError:
        return None
    return _preferred(asked, quiet=tuple(hours)) if hours and hours[0] != hours[1] else None


def _hour(text: str) -> str:
    hour, _, minute = text.partition(":")
    return f"{int(hour):02}:{minute or '00'}"


def _frequency(asked: Asking, value: str) -> Subscriber | None:
    return _preferred(asked, frequency=Frequency(value)) if value in set(Frequency) else None


def _threshold(asked: Asking, value: str) -> Subscriber | None:
    if value in ("none", "off"):
        return _preferred(asked, threshold=None)
    try:
        lift = float(value.replace(",", ".").lstrip("x× "))
    except ValueError:
        return None
    return _preferred(asked, threshold=lift) if 1 < lift <= 1000 else None


def _silent(asked: Asking, value: str) -> Subscriber:
    return _preferred(asked, silent=value == "1")


def _here(asked: Asking, value: str) -> Subscriber | None:
    if not re.fullmatch(r"\d{1,18}", value, re.ASCII):
        return None
    return replace(asked.standing, address=f"{asked.target}/{value}" if value != "0" else str(asked.target))


_CHOICES: dict[str, Chosen] = {
    "t": _topic,
    "l": _language,
    "z": _zone,
    "q": _quiet,
    "f": _frequency,
    "x": _threshold,
    "s": _silent,
    "h": _here,
}

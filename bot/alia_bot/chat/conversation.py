"""From what came in to what is answered: which rule answers it, and who may ask."""

import re
from collections.abc import Callable

from alia_bot.chat import broadcast, candidates, maintainers, membership, privacy, questions, settings, start
from alia_bot.chat.asking import Asking
from alia_bot.chat.incoming import Incoming, Kind, Room
from alia_bot.chat.reply import Reply

Answer = Callable[[Asking], list[Reply]]
PressAnswer = Callable[[Asking, str], list[Reply]]

_COMMANDS: dict[str, Answer] = {
    "start": start.start,
    "status": questions.status,
    "cost": questions.cost,
    "chart": questions.chart,
    "spikes": questions.spikes,
    "announcements": questions.announcements,
    "compare": questions.compare,
    "digest": questions.digest,
    "subscribe": settings.subscribe_command,
    "settings": settings.settings_command,
    "mute": privacy.mute,
    "stop": privacy.stop,
    "privacy": privacy.privacy,
    "help": start.help_command,
}
_MAINTAINERS: dict[str, Answer] = {
    "health": maintainers.health,
    "deliveries": maintainers.deliveries,
    "subscribers": maintainers.subscribers,
    "candidates": candidates.candidates,
    "broadcast": broadcast.broadcast,
    "snapshot": maintainers.snapshot,
}
#: By the first word of the action.
_PRESSES: dict[str, PressAnswer] = {
    "sub": start.offered,
    "set": settings.press,
    "mute": privacy.muted,
    "me": lambda asked, action: {"export": privacy.export, "erase": privacy.erase}.get(action, start.unknown)(asked),
    "cost": questions.cost_choice,
    "chart": questions.chart_choice,
    "digest": questions.digest_choice,
    "show": questions.show,
}
_MAINTAINERS_PRESSES: dict[str, PressAnswer] = {
    "ann": candidates.decide,
    "cast": broadcast.broadcast_press,
}
#: What changes what a chat receives, or shows what is kept of it: in a group, only its administrators may.
_SETTLING = {"subscribe", "settings", "mute", "stop", "privacy", "sub", "set", "me"}


def concerns(incoming: Incoming) -> bool:
    """Whether anything could be answered to it: in a group, a command that this bot does not have is another bot's."""
    if incoming.kind is not Kind.COMMAND or incoming.addressed:
        return True
    return incoming.command in _COMMANDS or incoming.command in _MAINTAINERS


def needs_rights(incoming: Incoming, action: str | None) -> bool:
    """Whether one must be allowed to settle things in a chat, to get an answer to this there."""
    if incoming.kind is Kind.COMMAND:
        return incoming.command in _SETTLING
    return action is not None and action.partition(":")[0] in _SETTLING


def place_named(incoming: Incoming) -> str | None:
    """The channel or group whose settings somebody asks for in private: `/settings @name`, or its id."""
    asks = incoming.kind is Kind.COMMAND and incoming.command == "settings" and incoming.room is Room.PRIVATE
    return incoming.words if asks and re.fullmatch(r"@\w{4,32}|-\d{5,15}", incoming.words, re.ASCII) else None


def target_of(action: str | None) -> tuple[str | None, int | None]:
    """An action without the chat it is about, and that chat, where it is another than where it was pressed."""
    if action is None:
        return None, None
    rest, at, chat = action.rpartition("@")
    if not at or not action.startswith("set:"):
        return action, None
    return rest, int(chat)


def answer(asked: Asking, action: str | None = None) -> list[Reply]:
    """What is answered; nothing where nothing was asked of this bot.

    Args:
        action: of a press, as it was signed; None where it was not.
    """
    incoming = asked.incoming
    match incoming.kind:
        case Kind.MEMBERSHIP:
            return membership.membership(asked)
        case Kind.MOVED:
            return membership.moved(asked)
        case Kind.PRESS:
            return _pressed(asked, action)
        case Kind.TEXT:
            prompted = candidates.prompted(asked) if asked.maintainer else None
            if prompted is not None:
                return prompted
            return start.unknown(asked) if incoming.room is Room.PRIVATE else []
    return _commanded(asked)


def _commanded(asked: Asking) -> list[Reply]:
    name = asked.incoming.command
    known = _COMMANDS.get(name) or (_MAINTAINERS.get(name) if asked.maintainer else None)
    if name in _MAINTAINERS and not asked.maintainer:
        maintainers.turned_away(name)
    if known is None:
        return start.unknown(asked) if asked.incoming.addressed else []
    if name in _SETTLING and not asked.rights:
        return start.no_rights(asked)
    return known(asked)


def _pressed(asked: Asking, action: str | None) -> list[Reply]:
    name, _, rest = (action or "").partition(":")
    known = _PRESSES.get(name) or (_MAINTAINERS_PRESSES.get(name) if asked.maintainer else None)
    if name in _MAINTAINERS_PRESSES and not asked.maintainer:
        maintainers.turned_away(name)
    if known is None:
        return [Reply(toast=asked.speech.get("This button is too old. Ask again, please."))]
    if name in _SETTLING and not asked.rights:
        return start.no_rights(asked)
    return known(asked, rest)

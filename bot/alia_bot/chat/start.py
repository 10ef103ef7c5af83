"""The first screen, what there is to ask, and the hint for who says something else."""

import difflib
from dataclasses import replace

from alia_bot.chat.asking import Asking, with_subscriber
from alia_bot.chat.choices import topics_listed
from alia_bot.chat.commands import FOR_ALL as COMMANDS
from alia_bot.chat.commands import description
from alia_bot.chat.reply import Buttons, Reply, rows, say
from alia_bot.chat.settings import receives, screen, subscribe
from alia_watch.audience.message import Button
from alia_watch.audience.subscriber import CHOICES, Topic
from alia_watch.reports.blocks import Banner, Block, Bullets, Heading, Link, Paragraph
from alia_watch.reports.speech import LANGUAGES

#: What the three buttons of the first screen bring, by their action.
OFFERS = {"a": (Topic.ALERTS,), "d": (Topic.DIGEST,), "ad": (Topic.ALERTS, Topic.DIGEST)}


def start(asked: Asking) -> list[Reply]:
    """`/start`: what this is, in one screen; a link `?start=es_flagship` says in which language, and shows the
    flagship's figures next."""
    language, _, subject = asked.incoming.words.partition("_")
    named = language if language in LANGUAGES and asked.subscriber is None else ""
    if named:
        from alia_bot.chat.asking import in_language  # noqa: PLC0415

        asked = in_language(asked, named)
    offers = _offers(asked, named)
    replies = [say(_welcome(asked), offers)]
    if subject == "flagship":
        from alia_bot.chat.questions import status  # noqa: PLC0415

        replies += status(asked)
    return replies


def offered(asked: Asking, action: str) -> list[Reply]:
    """One of the three buttons: subscribed, and told so in the same message."""
    offer, _, language = action.partition(":")
    if offer not in OFFERS:
        return []
    if language in LANGUAGES and asked.subscriber is None:
        from alia_bot.chat.asking import in_language  # noqa: PLC0415

        asked = in_language(asked, language)
    had = asked.standing
    if had.stopped is not None:  # who begins anew gets what the button says, and nothing of what was before
        asked = with_subscriber(asked, replace(had, topics=frozenset()))
    asked = subscribe(asked, OFFERS[offer])
    get, speech = asked.speech.get, asked.speech
    topics = topics_listed([each for each in CHOICES if each in asked.standing.topics], speech)
    blocks: list[Block] = [
        Heading(get("Done. From now on you get: {topics}.", topics=topics)),
        Paragraph(get("Ask whenever you like: /status, /cost, /chart. To choose what comes, and when: /settings.")),
    ]
    return [say(blocks, (_settings_row(asked),), edits=True)]


def help_command(asked: Asking) -> list[Reply]:
    """`/help`: the commands, one line each."""
    items = tuple(Paragraph(f"/{name} · {description(name, asked.speech)}") for name in COMMANDS)
    method = Link(asked.speech.get("How it is counted"), asked.config.watch.method_url)
    blocks: list[Block] = [
        Heading(asked.speech.get("What you can ask"), 1),
        Bullets(items),
        Paragraph(_contact(asked), (method,), small=True),
    ]
    return [say(blocks)]


def unknown(asked: Asking) -> list[Reply]:
    """One short hint; with the command that was perhaps meant."""
    get, said = asked.speech.get, asked.incoming.command
    near = difflib.get_close_matches(said, [each for each in COMMANDS if each != "help"], 1) if said else []
    words = get("I answer commands, such as /status or /cost. All of them: /help.")
    if near:
        words = get("I do not know that command. Did you mean /{command}? All of them: /help.", command=near[0])
    return [say([Paragraph(words)])]


def no_rights(asked: Asking) -> list[Reply]:
    """Somebody else than an administrator would change a group's settings."""
    words = asked.speech.get("In a group, only its administrators can change this.")
    return [Reply(toast=words) if asked.incoming.press_id else say([Paragraph(words)])]


def _welcome(asked: Asking) -> list[Block]:
    get, watch = asked.speech.get, asked.config.watch
    blocks: list[Block] = [
        Heading(watch.name, 1),
        Paragraph(
            get(
                "How often the AI models that public money paid for are downloaded, what coincides with it, and what"
                " each download costs: counted every day, with figures anyone can check."
            )
        ),
    ]
    if watch.simulated:
        blocks.insert(0, Banner(get("SIMULATED DATA: no figure here is a reading")))
    if receives(asked.standing):
        blocks.append(Paragraph(get("You are subscribed. What you get: /settings.")))
    else:
        blocks.append(Paragraph(get("What shall I send you?")))
    return blocks


def _offers(asked: Asking, language: str) -> Buttons:
    get = asked.speech.get
    suffix = f":{language}" if language else ""
    if receives(asked.standing):
        return (_settings_row(asked),)
    alerts, digest = Button(get("Alerts"), f"sub:a{suffix}"), Button(get("Monthly digest"), f"sub:d{suffix}")
    return (*rows([alerts, digest]), (Button(get("Both"), f"sub:ad{suffix}"),))


def _settings_row(asked: Asking) -> tuple[Button, ...]:
    return (Button(asked.speech.get("Settings"), "set"),)


def _contact(asked: Asking) -> str:
    get, watch = asked.speech.get, asked.config.watch
    if watch.contact:
        return get("Corrections and questions: {contact}", contact=watch.contact)
    return get("What is kept of you: /privacy.")


__all__ = ["help_command", "no_rights", "offered", "screen", "start", "unknown"]

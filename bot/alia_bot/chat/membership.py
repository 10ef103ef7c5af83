"""What becomes of the bot in a chat: brought into a channel, thrown out, blocked, moved to a supergroup."""

from dataclasses import replace

from alia_bot.chat.asking import Asking
from alia_bot.chat.incoming import Room
from alia_bot.chat.reply import Reply, say
from alia_bot.chat.settings import keep, screen
from alia_watch.audience.subscriber import FOR_ALL
from alia_watch.reports.blocks import Heading, Paragraph
from alia_watch.reports.outside import outside
from alia_watch.store import subscribers

#: Why a subscriber is stopped who put the bot out.
PUT_OUT = "the bot was blocked or removed"


def membership(asked: Asking) -> list[Reply]:
    """In a channel, an administrator brings the bot in to post; elsewhere one still has to say what one wants."""
    incoming, who = asked.incoming, asked.subscriber
    if not incoming.present:
        if who is not None and who.stopped is None:
            subscribers.stop(asked.store, who.id, PUT_OUT, now=asked.now)
        return []
    if incoming.room is not Room.CHANNEL or not asked.rights or (who is not None and who.stopped is None):
        return []
    standing = asked.standing
    asked = keep(asked, replace(standing, topics=standing.topics or frozenset(FOR_ALL), stopped=None))
    words = asked.speech.get(
        "From now on I post in {channel}. What, when and how is chosen here:", channel=outside(incoming.title)
    )
    private = replace(asked, incoming=replace(incoming, chat=incoming.user or 0, room=Room.PRIVATE, title=""))
    settings = screen(private)
    told = say([Heading(asked.config.watch.name), Paragraph(words)])
    markup, plain = f"{told.markup}\n\n{settings.markup}", f"{told.plain}\n{settings.plain}"
    return [replace(settings, markup=markup, plain=plain, chat=incoming.user)]


def moved(asked: Asking) -> list[Reply]:
    """A group became a supergroup: its subscriber goes along."""
    target, who = asked.incoming.moved_to, asked.subscriber
    if target is not None and who is not None:
        subscribers.move(asked.store, who.id, str(target), now=asked.now)
    return []

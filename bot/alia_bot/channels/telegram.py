"""Telegram, through the Bot API, as a channel of finished messages. What a refusal means: `telegram_refusals`.

Where a message is lost on its way, or not taken, Telegram is looked at: as long as it does not answer, nothing else is
handed over, so that an outage leaves one message unclear and not all of them.

A forum topic that is closed or gone gives way to the group's general one; where that takes nothing either, the
subscriber stops, and the group's owner is told. Both are said once.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from telegram.error import BadRequest, TelegramError

from alia_bot.channels.channel import SEND_WITHIN_S
from alia_bot.channels.outcome import Later, Moved, Never, Outcome, Sent, Unclear
from alia_bot.channels.telegram_line import Line
from alia_bot.channels.telegram_pace import RestsError
from alia_bot.channels.telegram_post import Post, Target
from alia_bot.channels.telegram_refusals import CLOSED_TOPIC, meaning
from alia_bot.channels.telegram_words import Step, place, steps
from alia_watch.audience.message import Message
from alia_watch.audience.subscriber import ChannelKind, Subscriber
from alia_watch.errors import ChannelError
from alia_watch.reports.speech import Speech


class TelegramChannel:
    """Sends as one bot. A message of several requests goes on where it stopped, as long as the process lives."""

    kind = ChannelKind.TELEGRAM

    def __init__(self, line: Line, post: Post | None = None) -> None:
        self.line = line
        self.post = post or Post(line)
        self._done: dict[str, list[str]] = {}
        self._silent = False  # since the last message was lost on its way

    def send(self, subscriber: Subscriber, message: Message, *, message_id: str, now: datetime) -> Outcome:  # noqa: ARG002  Telegram dates messages itself
        """Send one message; see the module for what a refusal means."""
        try:
            chat, thread = place(subscriber.address)
        except ValueError as error:
            return Never(str(error), ours=False, stop=True)
        if self._silent and not self._answers():
            return Later(None, "Telegram still does not answer", channel=True)
        target = Target(chat, thread, silent=subscriber.preferences.silent)
        done = self._done.setdefault(message_id, [])
        outcome = self.line.run(self._within(target, message, done, Speech(subscriber.language)))
        if isinstance(outcome, Sent) or (isinstance(outcome, Never) and not outcome.channel):
            del self._done[message_id]
        if isinstance(outcome, Unclear):
            self._silent = not self._answers()
            return replace(outcome, away=self._silent)
        if isinstance(outcome, Later) and outcome.channel and outcome.counted:
            self._silent = not self._answers()  # or it is this message that it cannot take
            return replace(outcome, channel=self._silent)
        self._silent = False
        return outcome

    def probe(self) -> str:
        """Ask the bot's name."""
        outcome = self.line.run(self._me())
        if isinstance(outcome, Sent):
            return f"the bot @{outcome.id} answers"
        raise ChannelError(f"Telegram: {getattr(outcome, 'why', outcome)}", hint="Check [channels.telegram].")

    def close(self) -> None:
        """Let go of the connection."""
        self.line.close()

    def _answers(self) -> bool:
        """Whether Telegram does, to a question that changes nothing."""
        return isinstance(self.line.run(self._me()), Sent)

    async def _within(self, target: Target, message: Message, done: list[str], speech: Speech) -> Outcome:
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                return await self._all(target, message, done, speech)
        except TimeoutError:
            return Unclear(f"no end within {SEND_WITHIN_S:.0f} seconds")

    async def _all(self, target: Target, message: Message, done: list[str], speech: Speech) -> Outcome:
        notes: list[str] = []
        for step in steps(message)[len(done) :]:
            try:
                done.append(await self.post.send(target, step, notes))
            except RestsError as rests:
                return _rested(rests, f"the limits of Telegram leave no room for {rests.seconds:.0f} seconds")
            except BadRequest as error:
                if target.thread is not None and CLOSED_TOPIC.search(error.message):
                    return await self._without_topic(target, speech, self.line.clean(error.message))
                return self._meaning(error, target)
            except TelegramError as error:
                return self._meaning(error, target)
        return Sent(",".join(one for one in done if one), "; ".join(notes))

    async def _without_topic(self, target: Target, speech: Speech, why: str) -> Outcome:
        """The general topic from now on, where it takes a word about that; else nothing more, said to the owner."""
        general = Target(target.chat, silent=target.silent)
        words = speech.get(
            "The topic that messages went to is closed or gone. They come here from now on; an administrator can choose"
            " another topic by sending /settings there."
        )
        try:
            await self.post.send(general, Step(words, words), [])
        except RestsError as rests:
            return _rested(rests, why)
        except TelegramError as error:
            refused = self._meaning(error, general)
            if isinstance(refused, Never) and refused.stop:
                await self._tell_owner(target.chat, speech)
                return Never(why, ours=False, stop=True)
            return refused
        return Moved(str(target.chat))

    async def _tell_owner(self, chat: int | str, speech: Speech) -> None:
        """A group's owner hears that its topic is closed, if ever they spoke to the bot; nothing depends on it."""
        words = speech.get(
            "A group of yours gets no more messages: its topic is closed, and so is the general one. Send /start in the"
            " topic that should get them."
        )
        bot = await self.line.bot()
        try:
            members = await bot.get_chat_administrators(chat)
            owner = next((each.user for each in members if each.status == "creator" and not each.user.is_bot), None)
            if owner is not None:
                await self.post.send(Target(owner.id), Step(words, words), [])
        except (TelegramError, RestsError):
            return

    async def _me(self) -> Outcome:
        try:
            return Sent((await (await self.line.bot()).get_me()).username or "")
        except TelegramError as error:
            return self._meaning(error, Target(0))

    def _meaning(self, error: TelegramError, target: Target) -> Outcome:
        return meaning(error, self.line.clean, lambda seconds: self.line.pace.refused(target.chat, seconds))


def _rested(rests: RestsError, why: str) -> Later:
    """Nothing was asked of Telegram, for the limits leave no room."""
    return Later(timedelta(seconds=rests.seconds), why, channel=rests.everyone, counted=False)

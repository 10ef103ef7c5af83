"""A scene: one bot, the people who talk to it, and all that is written down of it."""

import re
import time

from alia_bot.demo.telegram_groups import Group
from alia_bot.demo.telegram_people import Person
from alia_watch.reports.speech import Speech
from tests.conversations import MAINTAINER, Talk

#: How large a file is depends on all its words and pictures, which have golden files of their own.
_SIZE = re.compile(r" \(\d+ K?B\)")


class Scene:
    """People say and press things, in one language; `written` is what they saw.

    Buttons are named by their English words, with what stands in their placeholders.
    """

    def __init__(self, talk: Talk, language: str) -> None:
        self.talk = talk
        self.language = language
        self.speech = Speech(language)
        self.ana = talk.api.person(101, "Ana", language=language)

    def somebody(self, user_id: int, name: str, *, language: str = "") -> Person:
        """One more person, whose program speaks the scene's language where no other is named."""
        return self.talk.api.person(user_id, name, language=language or self.language)

    def maintainer(self) -> Person:
        """Who runs the watch."""
        return self.somebody(MAINTAINER, "Marta")

    def settle(self, within_s: float = 30.0) -> None:
        """Wait until what was said is answered: an update waits until it is confirmed, when its answer is in hand."""
        deadline = time.monotonic() + within_s
        while self.talk.api.waiting or self.talk.desk.busy:
            assert time.monotonic() < deadline, "something is still being answered"
            time.sleep(0.002)

    def says(self, *texts: str, by: Person | None = None, at: Group | None = None, thread: int | None = None) -> None:
        """Somebody (Ana, where nobody is named) types these, one after another."""
        for text in texts:
            (by or self.ana).types(text, at, thread)
            self.settle()

    def presses(self, *labels: str, by: Person | None = None, at: Group | None = None, **words: str) -> None:
        """Somebody presses these buttons, one after another."""
        for label in labels:
            (by or self.ana).presses(self.speech.get(label, **words).strip(), at)
            self.settle()

    def presses_days(self, count: int) -> None:
        """Ana presses a number of days."""
        self.presses_as_it_reads(self.speech.get_plural("{count} day", "{count} days", count))

    def presses_place(self, *places: int) -> None:
        """Ana presses the buttons at these places beneath the newest message, counted from 0."""
        for place in places:
            buttons = [each for row in self.talk.api.current(self.ana.id)[-1].labels for each in row]
            self.presses_as_it_reads(buttons[place])

    def presses_as_it_reads(self, *labels: str, by: Person | None = None) -> None:
        """Somebody presses buttons that read the same in every language."""
        for label in labels:
            (by or self.ana).presses(label)
            self.settle()

    def written(self) -> str:
        """Every chat in which something happened, in the order they began, with the JSON files that were sent."""
        api = self.talk.api
        # That it is typed depends on how busy the machine is, and is tested where time is.
        happened = [each for each in api.world.happened if each.kind != "doing"]
        api.world.happened[:] = happened
        chats = list(dict.fromkeys(each.chat_id for each in happened))
        said = [f"### {api.world.name(chat)}\n\n{_SIZE.sub('', api.transcript(chat))}" for chat in chats]
        files = [each for each in api.posted if each.document is not None and each.file_name.endswith(".json")]
        said += [f"### {each.file_name}\n\n{(each.document or b'').decode()}\n" for each in files]
        return "\n".join(said)

"""What can be chosen, in words: topics, how often, and quiet hours."""

import unicodedata
from collections.abc import Iterable
from datetime import time

from alia_watch.audience.preferences import Frequency, Preferences
from alia_watch.audience.subscriber import Topic
from alia_watch.reports.speech import Speech


def topic_words(topic: Topic, speech: Speech) -> str:
    """What a topic is called on a button."""
    get = speech.get
    return {
        Topic.ALERTS: get("Alerts"),
        Topic.COST_UPDATES: get("Cost updates"),
        Topic.DIGEST: get("Monthly digest"),
        Topic.CORRECTIONS: get("All corrections"),
        Topic.NEW_REPOS: get("New repos only"),
        Topic.MAINTENANCE: get("Maintenance"),
    }[topic]


def topics_listed(topics: Iterable[Topic], speech: Speech) -> str:
    """Topics within a sentence, so in small letters; new repos come beside whatever else does."""
    words = [speech.get("new repos") if each is Topic.NEW_REPOS else topic_words(each, speech) for each in topics]
    return speech.listing([each[:1].lower() + each[1:] for each in words])


def frequency_words(frequency: Frequency, speech: Speech) -> str:
    """How often."""
    get = speech.get
    return {
        Frequency.AT_ONCE: get("at once"),
        Frequency.DAILY: get("once a day"),
        Frequency.WEEKLY: get("once a week"),
    }[frequency]


def unaccented(text: str) -> str:
    """Words as they are compared: in small letters, without accents."""
    parted = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in parted if not unicodedata.combining(letter))


def quiet_words(preferences: Preferences) -> str:
    """From when until when."""
    first, last = preferences.quiet or (time(), time())
    return f"{first:%H:%M}–{last:%H:%M}"

"""The letter that asks whether somebody wants mail; and the sentence that who signs up agrees to."""

from collections.abc import Collection
from typing import Any

from alia_watch.audience.signup import OFFERED
from alia_watch.audience.subscriber import Topic
from alia_watch.reports.blocks import Block, Heading, Link, Paragraph
from alia_watch.reports.speech import Speech


def confirmation_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """What was asked for, the link that confirms it, and what happens without."""
    get = speech.get
    topics, site = topics_words({Topic(each) for each in document["topics"]}, speech), document["site"]
    asked = get("Somebody, probably you, asked for this at {site}: {topics}.", site=site, topics=topics)
    return [
        Heading(get("Do you want mail from {watch}?", watch=document["watch"]), 1),
        Paragraph(asked),
        Paragraph("", (Link(get("Yes, I want it"), document["link"]),)),
        Paragraph(
            get(
                "The link works once, within 7 days. If it was not you, there is nothing to do: without a confirmation"
                " nothing more comes, and this address is erased."
            ),
            small=True,
        ),
    ]


def wording(watch: str, topics: Collection[Topic], speech: Speech) -> str:
    """What is agreed to."""
    return speech.get(
        "I want {watch} to send this to my address until I leave: {topics}.",
        watch=watch,
        topics=topics_words(topics, speech),
    )


def topics_words(topics: Collection[Topic], speech: Speech) -> str:
    """Topics of mail as a list in words."""
    return speech.listing([topic_word(each, speech) for each in OFFERED if each in topics])


def topic_word(topic: Topic, speech: Speech) -> str:
    """What a topic is called in a sentence."""
    get = speech.get
    return {
        Topic.DIGEST: get("the monthly digest"),
        Topic.COST_UPDATES: get("the weekly cost per download"),
        Topic.ALERTS: get("alerts on unusual days"),
        Topic.CORRECTIONS: get("all corrections"),
    }[topic]

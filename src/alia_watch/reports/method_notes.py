"""What the figures of a digest are and are not, how they are made, and how to cite and recompute them."""

import datetime as dt
from typing import Any

from alia_watch.reports.blocks import Block, Bullets, Link, Paragraph
from alia_watch.reports.speech import Speech


def method_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The last section of a digest in one language."""
    get = speech.get
    month = speech.month(dt.date.fromisoformat(document["first"]))
    return [
        Bullets(
            (
                Paragraph(
                    get(
                        "A download is a request for a file that Hugging Face counted. It is not a person: one site can"
                        " serve thousands, and automatic tests ask again and again."
                    )
                ),
                Paragraph(
                    get(
                        "Use through other services, copies elsewhere and conversions by third parties are not in these"
                        " counts."
                    )
                ),
                Paragraph(
                    get(
                        "That two things happened in the same days does not mean that one led to the other: an article"
                        " is followed by downloads as well as an act."
                    )
                ),
            )
        ),
        Paragraph(get("How every figure is made:"), (Link(get("method"), document["method_url"]),)),
        *_recomputed(document, speech),
        Paragraph(
            get(
                "Source: Hugging Face's public counters, read by {watch}; each answer is kept. To cite: «{watch},"
                " {month}, report of {day}». Text and figures may be reprinted with this source (CC BY 4.0).",
                watch=document["watch"],
                month=month,
                day=speech.day(dt.datetime.fromisoformat(document["made_at"]).date()),
            ),
            small=True,
        ),
    ]


def _recomputed(document: dict[str, Any], speech: Speech) -> list[Block]:
    """With what command every figure is made again; a digest that was kept before there was one says nothing."""
    if "id" not in document:
        return []
    command = f"alia-watch verify {document['id']}"
    return [
        Paragraph(
            speech.get("Every figure here can be made again from what is kept: {command}", command=command), small=True
        )
    ]

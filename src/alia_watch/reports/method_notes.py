"""The end of a digest: what was answered, what its figures are and are not, and how to cite and recompute them."""

import datetime as dt
from typing import Any

from alia_watch.reports.blocks import Block, Bullets, Heading, Link, Paragraph
from alia_watch.reports.outside import STATEMENT, outside
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
        *_imprint(document, speech),
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


def _imprint(document: dict[str, Any], speech: Speech) -> list[Block]:
    """Who runs the watch and who pays for it, as far as they say so, and how to reach them."""
    get = speech.get
    if "contact" not in document:  # kept before there was one
        return []
    said = []
    if document["run_by"]:
        said.append(get("Who runs {watch}: {who}.", watch=document["watch"], who=document["run_by"]))
    if document["funded_by"]:
        said.append(get("Who pays for it: {who}.", who=document["funded_by"]))
    version, contact = document["version"], document["contact"]
    said.append(get("Made with version {version}. Contact: {contact}", version=version, contact=contact))
    return [Paragraph(" ".join(said), small=True)]


def reply_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """What was answered, word by word and in the language it was given in; nothing where nothing was."""
    get = speech.get
    found = [
        Paragraph(
            get(
                "{by} ({day}): «{words}»",
                by=outside(reply["by"]),
                day=speech.day(dt.date.fromisoformat(reply["date"])),
                words=outside(reply["text"], STATEMENT),
            ),
            (Link(get("source"), reply["url"]),) if reply["url"] else (),
        )
        for reply in document.get("replies", ())
    ]
    return [Heading(get("Replies received")), *found] if found else []

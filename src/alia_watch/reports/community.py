"""What stands around the repos of a family in a digest: likes, models made from them, Spaces, access."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from alia_watch.reports.blocks import Block, Paragraph, Table
from alia_watch.reports.speech import Speech

_COUNTS = ("likes", "children", "spaces")


def community_blocks(document: Mapping[str, Any], speech: Speech) -> list[Block]:
    """A table of the repos of which anything was read, from what `pipeline.community.community` makes."""
    get = speech.get
    gates = {"no": get("without asking"), "auto": get("after a form"), "manual": get("on approval")}
    rows = tuple(
        (each["repo_id"], *(_count(each, name, speech) for name in _COUNTS), gates.get(each["gated"], ""))
        for each in document["community"]
        if any(each[name] is not None for name in (*_COUNTS, "gated"))
    )
    if not rows:
        return [Paragraph(get("Not known: nothing of it was read up to the end of the month."))]
    header = (get("Repo"), get("Likes"), get("Models made from it"), get("Spaces"), get("Can be downloaded"))
    return [
        Table(header, rows, frozenset({1, 2, 3})),
        Paragraph(
            get(
                "As last read up to the end of the month; in brackets, as last read before it began, where that is"
                " known. Models made from it are those that name it as their base, whatever they do with it; Spaces are"
                " the applications on Hugging Face that name it. An empty cell is not known, which is not zero."
            ),
            small=True,
        ),
    ]


def derived_blocks(document: Mapping[str, Any], speech: Speech) -> list[Block]:
    """What was made from the flagship, by kind, and what is discussed; nothing where it was not looked at."""
    found = document.get("derived")
    if found is None or found["day"] is None:
        return []
    get = speech.get
    kinds = {
        "finetune": get("fine-tuned from it"),
        "adapter": get("adapters for it"),
        "merge": get("merges with it"),
        "quantized": get("quantised from it"),
        "discussions": get("discussions and pull requests"),
    }
    said = [f"{words}: {_count(found, name, speech)}" for name, words in kinds.items() if found[name] is not None]
    return [
        Paragraph(
            get(
                "Of {repo}, on {day}: {counts}.",
                repo=found["repo_id"],
                day=speech.short_day(dt.date.fromisoformat(found["day"])),
                counts="; ".join(said),
            )
        )
    ]


def _count(each: Mapping[str, Any], name: str, speech: Speech) -> str:
    value, before = each[name], each["before"][name]
    if value is None:
        return ""
    return speech.number(value) + ("" if before is None else f" ({speech.number(before)})")

"""What the maintainers are told, once: a source of announcements that fails, or has had nothing for long."""

import datetime as dt
from typing import Any

from alia_watch import clock
from alia_watch.announcements.trouble import Trouble, TroubleKind
from alia_watch.reports.blocks import Block, Heading, Paragraph
from alia_watch.reports.speech import Speech


def trouble_document(trouble: Trouble) -> dict[str, Any]:
    """A source's trouble as a JSON-ready document."""
    return {
        "source": trouble.source,
        "trouble": str(trouble.kind),
        "since": clock.format_second(trouble.since),
        "days": trouble.days,
        "error": trouble.error,
    }


def maintenance_blocks(document: dict[str, Any], speech: Speech) -> list[Block]:
    """The trouble in one language, and what to do."""
    get, source = speech.get, document["source"]
    since = speech.day(dt.datetime.fromisoformat(document["since"]).date())
    if document["trouble"] == TroubleKind.FAILING:
        return [
            Heading(get("The source {source} has not answered well since {day}", source=source, day=since), 1),
            Paragraph(get("Its last error: {error}", error=document["error"])),
            Paragraph(
                get(
                    "What it publishes meanwhile is read once it answers again, as far back as it keeps it."
                    " `alia-watch check` tries it now. You are told this once."
                )
            ),
        ]
    return [
        Heading(get("The source {source} has had nothing since {day}", source=source, day=since), 1),
        Paragraph(
            get(
                "It answers, but none of its entries was about what is watched. Perhaps there was nothing; perhaps its"
                " page or its phrases changed. `alia-watch check` tries it now. You are told this once."
            )
        ),
    ]

"""What stands under a letter, for its receiver alone: why they get it, and how to change that or leave. Pure."""

import html
import textwrap
from dataclasses import dataclass

from alia_watch.audience.subscriber import Source
from alia_watch.reports.speech import Speech

_WIDTH = 72
#: As the mail's own style has it, which was written into the elements before; the line is seen on light and dark.
_STYLE = (
    "font-size: 14px; color: #6b675d; margin: 34px 0 0; padding-top: 14px; border-top: 1px solid #8c877a;"
    " overflow-wrap: break-word"
)
_LINK = "color: #1f5f8b"


@dataclass(frozen=True, slots=True)
class Foot:
    """The foot of a letter as plain text and as HTML."""

    text: str
    markup: str

    def under(self, page: str) -> str:
        """The HTML of a mail with the foot at its end."""
        before, end, after = page.rpartition("</main>")
        return f"{before}{self.markup}\n{end}{after}" if end else page + self.markup


def foot(
    language: str, *, watch: str, source: Source, preferences: str = "", leave: str = "", write_to: str = ""
) -> Foot:
    """The foot of a letter.

    Args:
        watch: its name.
        source: who made the receiver a subscriber.
        preferences, leave: the receiver's own pages, where there are any.
        write_to: the address to write to so as to leave, told where there is no page.
    """
    speech = Speech(language)
    if source is Source.CONFIGURATION:
        why = speech.get(
            "You get this mail because whoever runs {watch} has put this address on the list.", watch=watch
        )
    else:
        why = speech.get("You get this mail because this address signed up for {watch}.", watch=watch)
    links = [(speech.get("Change what you receive"), preferences)] if preferences else []
    links += [(speech.get("Leave the list"), leave)] if leave else []
    if write_to and not leave:
        why += " " + speech.get("To receive no more of it, write to {address}.", address=write_to)
    lines = [textwrap.fill(why, _WIDTH, break_long_words=False, break_on_hyphens=False)]
    lines += [f"{label}:\n{url}" for label, url in links]
    shown = " · ".join(f'<a href="{html.escape(url)}" style="{_LINK}">{html.escape(label)}</a>' for label, url in links)
    markup = f'<p class="small" style="{_STYLE}">{html.escape(why)}{f"<br>{shown}" if shown else ""}</p>'
    return Foot("\n-- \n" + "\n".join(lines) + "\n", markup)

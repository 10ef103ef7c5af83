"""Commands within sentences of ours, written `so`: in Telegram they stand as code, to be copied."""

import re

from markupsafe import Markup, escape

#: A command, its second word alone, or a setting of the configuration; nothing else, so that others' words stay words.
_COMMAND = re.compile(r"`(alia-watch(?: [^`\n]{1,200})?|reject|[a-z_]+\.[a-z_]+)`")


def coded(text: str, *, italic: bool = False) -> Markup:
    """A sentence as Telegram HTML, its commands as code: neither within italics nor around them, as Telegram asks."""
    form = Markup("<i>{0}</i>") if italic else Markup("{0}")
    words, *others = _COMMAND.split(text)
    made = form.format(words) if words.strip() else escape(words)
    for command, following in zip(others[::2], others[1::2], strict=True):
        made += Markup("<code>{0}</code>").format(command)
        made += form.format(following) if following.strip() else escape(following)
    return made

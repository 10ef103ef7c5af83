"""Commands within sentences of ours, written `so`: in Telegram they stand as code, to be copied."""

import re

#: A command, its second word alone, or a setting of the configuration; nothing else, so that others' words stay words.
_COMMAND = re.compile(r"`(alia-watch(?: [^`\n]{1,200})?|reject|[a-z_]+\.[a-z_]+)`")


def coded(text: str) -> list[tuple[str, bool]]:
    """A sentence in pieces, each with whether it is a command; those that are none are as they were written."""
    pieces = _COMMAND.split(text)
    return [(piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece]

"""Words from outside, such as titles and names: in one line, without marks that turn or hide text, and bounded.

What is cut ends in an ellipsis; the whole of it stands at its source, and in the data of the press kit.
"""

import unicodedata

#: Longer than any honest title or name; and than any reply that a configuration may hold.
TITLE, STATEMENT = 300, 2000
#: Joiners that emoji and some scripts are written with.
_JOINERS = frozenset("\u200c\u200d")


def outside(text: str, most: int = TITLE) -> str:
    """A text from outside as it may stand in a sentence of ours."""
    kept = "".join(letter for letter in text if letter in _JOINERS or unicodedata.category(letter) != "Cf")
    line = " ".join("".join(letter if letter.isprintable() or letter in _JOINERS else " " for letter in kept).split())
    if len(line) <= most:
        return line
    head = line[: most - 1]
    at = head.rfind(" ")
    return f"{head[: at if at > most // 2 else most - 1].rstrip()}…"


def quotable(text: str, language: str) -> str:
    """A text that will stand between a language's quotation marks: its own become those of a quotation within one."""
    within = str.maketrans("“”", "‘’") if language == "en" else str.maketrans("«»", "“”")
    return text.translate(within)

"""Plain text and safe addresses out of what others wrote."""

import html
import re
import unicodedata

import httpx2
import nh3

from alia_watch.announcements.entry import LONGEST_TITLE

#: Controls and the marks that turn the direction of text: in a message of ours they would hide what it says.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MOST = 20_000
_BLOCKS = re.compile(r"<(?=/?(?:p|div|br|li|ul|td|th|tr|h[1-6]|section|article)\b)", re.IGNORECASE)


def plain(markup: str, *, most: int = _MOST) -> str:
    """The text of some HTML in one line: no tag, no script, no control character; cut with an ellipsis at `most`."""
    # JSON can carry half a character, which no text may.
    bare = markup[: _MOST * 4].encode("utf-8", "replace").decode()
    # Most names and numbers have no markup at all, and a tender has a dozen of them: the parser is for the others.
    if "<" in bare or "&" in bare:
        parted = _BLOCKS.sub(" <", bare)  # two paragraphs are two words
        bare = html.unescape(nh3.clean(parted, tags=set(), clean_content_tags={"script", "style"}))
    if not bare.isprintable():
        seen = "".join(" " if unicodedata.category(each) in _UNSEEN and each != "\xad" else each for each in bare)
        bare = seen.replace("\xad", "")
    line = " ".join(bare.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def title(markup: str) -> str:
    """A title: plain, in one line, at most 300 characters."""
    return plain(markup, most=LONGEST_TITLE)


def address(text: str, within: str = "") -> str | None:
    """An http or https address, made whole by that of the page it stands in; None for `javascript:` and the like."""
    try:
        url = httpx2.URL(within).join(text.strip()) if within else httpx2.URL(text.strip())
        usable = url.scheme in ("http", "https") and bool(url.host) and not url.userinfo
    except (httpx2.InvalidURL, ValueError, TypeError):
        return None
    whole = str(url)
    return whole if usable and len(whole) <= 2000 and not re.search(r"\s", whole) else None

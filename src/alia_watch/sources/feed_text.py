"""A feed's bytes made ready for the parser: decoded, known to be a feed, and reduced to the elements that are read.

The parser takes time and memory without bound for what nobody reads: a tag with 100,000 attributes, authors, keywords,
namespaces, nesting. So it is given the elements named here and the text between them, and no declaration: an entity
that a document declares has no meaning.
"""

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from alia_watch.errors import SourceChanged

#: More of `<` than this is no feed of two megabytes: the parser needs 5 s and 150 MB for a megabyte of nested elements.
MOST_TAGS = 100_000
_HEAD = 4096
_LONGEST_TAG = 4000
_DEEPEST = 100
_MOST_NAMESPACES = 100

_EXPECTED = "RSS or Atom"
_ITEMS = frozenset({"item", "entry"})
_READ = _ITEMS | {
    "rss", "rdf", "feed", "channel", "image", "textinput", "title", "link", "guid", "id", "pubdate", "date",
    "published", "updated", "issued", "created", "modified", "description", "summary", "content", "encoded", "source",
}  # fmt: skip
_SPACES = frozenset({"", "atom", "rdf", "dc", "dcterms", "content"})
_KNOWN_SPACES = frozenset(
    {
        "http://www.w3.org/2005/atom",
        "http://purl.org/atom/ns#",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "http://purl.org/rss/1.0/",
        "http://purl.org/rss/1.0/modules/content/",
        "http://purl.org/dc/elements/1.1/",
        "http://purl.org/dc/terms/",
    }
)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHARACTER = re.compile(r"&#(?:[xX](?P<hex>[0-9a-fA-F]+)|(?P<number>[0-9]+));?")
_PROLOGUE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>(?:(?P<space>[A-Za-z_][\w.-]{0,60}):)?(?P<local>[A-Za-z_][\w.-]{0,60}))"
    r"(?:\s[^<>]*?)?(?P<empty>/?)>"
)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]{0,60}:)?(?P<local>[A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>])")
_SPACE = re.compile(r"""xmlns:([\w.-]{1,60})\s*=\s*["']([^"'<>]{0,100})["']""")


@dataclass(frozen=True, slots=True)
class FeedText:
    """A feed as the parser is given it.

    Attributes:
        text: a document, or "" where it broke off before any item ended.
        root: `rss`, `rdf` or `feed`.
        items: how many items a whole one has.
        whole: it goes to its end; where not, it is closed after its last whole item.
    """

    text: str
    root: str
    items: int
    whole: bool


def feed_text(source: str, body: bytes, charset: str | None) -> FeedText:
    """What a parser is to read of a feed.

    Args:
        source: the id of the source, for errors.
        charset: the one that the answer's header names.

    Raises:
        SourceChanged: the bytes are no feed, or one that no publisher writes.
    """
    text = _CHARACTER.sub(_character, _NO_XML.sub("", decoded(body, charset)))
    root, at = _root(source, text)
    spaces = dict(_SPACE.findall(text))
    if text.count("<") > MOST_TAGS or len(spaces) > _MOST_NAMESPACES:
        raise SourceChanged(source, _EXPECTED, found="far too many elements or namespaces")
    read = _SPACES | {space for space, uri in spaces.items() if uri.lower() in _KNOWN_SPACES}
    return _reduced(source, text[at:], root, read)


def decoded(body: bytes, charset: str | None) -> str:
    """The text of some bytes: by their mark, as UTF-8 wherever they are UTF-8, else as they or the header declare.

    A header or a declaration that contradicts sound UTF-8 is wrong. A few damaged bytes do not make it another charset.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if body[:1] == b"<" and body[1:2] == b"\0" == body[3:4]:
        return body.decode("utf-16-le", "replace")
    if body[:2] == b"\0<":
        return body.decode("utf-16-be", "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)  # it may end within a character: it broke off
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if len(re.findall(r"[^\x00-\x7f]", text)) > 2 * damaged:
        return text
    declared = _DECLARED.match(body)
    return body.decode(_of_eight_bits(declared[1].decode("ascii") if declared else charset or ""), "replace")


def _of_eight_bits(name: str) -> str:
    """The codec of a charset of one byte a character; what calls itself Latin-1 is Windows-1252, as browsers hold."""
    try:
        codec = codecs.lookup(name).name if re.fullmatch(r"[A-Za-z0-9._-]{1,40}", name) else ""
    except LookupError:
        codec = ""
    return codec if codec.startswith(("iso8859-", "cp125")) and codec != "iso8859-1" else "cp1252"


def _character(match: re.Match[str]) -> str:
    """A reference to a character, or a blank where XML has no such: it would cost the whole document."""
    digits, base = (match["hex"], 16) if match["hex"] else (match["number"], 10)
    code = int(digits, base) if len(digits) <= 8 else 0
    legal = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return f"&#{code};" if legal else " "


def _root(source: str, text: str) -> tuple[str, int]:
    """The name of the root element and where it begins."""
    head, at = text[:_HEAD], 0
    while before := _PROLOGUE.match(head, at):
        at = before.end()
    root = _ROOT.match(head, at)
    name = root["local"].lower() if root else ""
    if name in ("rss", "rdf", "feed"):
        return name, at
    if name:
        found = "HTML" if name == "html" else f"<{name}>"
    else:
        found = {"{": "JSON", "[": "JSON", "": "nothing"}.get(head[at : at + 1], "no XML")
    raise SourceChanged(source, _EXPECTED, found=found)


def _reduced(source: str, text: str, root: str, spaces: frozenset[str]) -> FeedText:
    pieces: list[str] = []
    depth = items = whole_until = 0
    channel = root_name = ""
    for piece, tag in _pieces(text):
        name = tag["local"].lower() if tag else ""
        if tag is None:
            pieces.append(piece)
            continue
        root_name = root_name or tag["name"]
        if tag["name"] != root_name and (name not in _READ or (tag["space"] or "") not in spaces):
            pieces.append(" ")
            continue
        short = len(piece) <= _LONGEST_TAG
        pieces.append(piece if short else f"<{tag['end']}{tag['name']}{tag['empty']}>")
        ends = bool(tag["end"] or tag["empty"])
        depth += -1 if tag["end"] else not ends
        if depth > _DEEPEST:
            raise SourceChanged(source, _EXPECTED, found="elements nested too deeply")
        channel = tag["name"] if name == "channel" and not tag["end"] else channel
        if name in _ITEMS:
            items += not tag["end"]
            whole_until = len(pieces) if ends else whole_until
        if tag["name"] == root_name and ends:
            if root != "feed" and not channel:
                raise SourceChanged(source, _EXPECTED, found=f"<{root}> without a channel")
            return FeedText("".join(pieces), root, items, whole=True)
    # It broke off: what was begun after the last whole item is left, and what is open is closed.
    closing = [f"</{channel}>" if root == "rss" else "", f"</{root_name}>"] if whole_until else []
    return FeedText("".join(pieces[:whole_until] + closing), root, 0, whole=False)


def _pieces(text: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    """Tags, and the escaped text between them. A comment or a CDATA section without an end ends it all."""
    at = 0
    while (start := text.find("<", at)) >= 0:
        yield text[at:start], None
        if text.startswith(("<![CDATA[", "<!--"), start):
            comment = text[start + 2] == "-"
            end = text.find("-->" if comment else "]]>", start + 4)
            if end < 0:
                return
            yield ("" if comment else html.escape(text[start + 9 : end], quote=False)), None
            at = end + 3
        elif tag := _TAG.match(text, start):
            yield tag[0], tag
            at = tag.end()
        else:
            yield "&lt;", None
            at = start + 1
    yield text[at:], None

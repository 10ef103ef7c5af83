"""The right answer of the stand-in press to one request: conditional, compressed where asked, and strict."""

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime

from alia_bot.demo.hub_answers import Answer
from alia_bot.demo.press_world import ANY_QUERY, Document

_GAZETTE = "/datosabiertos/api/"
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_NOT_JSON = b"""<?xml version="1.0" encoding="UTF-8"?>
<response><status><code>400</code><text>La cabecera Accept no es correcta</text></status><data/></response>
"""
_NOT_FOUND = b"<!DOCTYPE html><html><head><title>404</title></head><body><h1>No encontrado</h1></body></html>"


def violations(method: str, target: str, headers: Message) -> list[str]:
    """What a request does that no reader may do, in words; empty where it does nothing such."""
    agent = headers.get("User-Agent") or ""
    found = []
    if method != "GET":
        found.append(f"{method} {target}")
    if not (agent.startswith("ALIA-Watch/") and "(+" in agent):
        found.append(f"{target}: the user agent {agent!r} does not say who reads")
    if target.startswith(_GAZETTE) and not _takes_json(headers):
        found.append(f"{target}: the gazette is asked without Accept: application/json")
    return found


def find(documents: Mapping[str, Document], key: str) -> Document | None:
    """The document of a key, or of its path with any query."""
    return documents.get(key) or documents.get(key.partition("?")[0] + ANY_QUERY)


def right_answer(method: str, target: str, headers: Message, page: Document | None, zip_it: bool) -> Answer:
    """What a sound source answers.

    Args:
        method, target, headers: the request.
        page: the document there is, or None.
        zip_it: whether the source compresses, where it is asked to.
    """
    if method != "GET":
        return Answer(405, b"", {"Allow": "GET"})
    if target.startswith(_GAZETTE) and not _takes_json(headers):
        return Answer(400, _NOT_JSON, _XML)
    if page is None:
        return Answer(404, _NOT_FOUND, _HTML)
    if page.status != 200:
        return Answer(page.status, page.body, {"Content-Type": page.content_type})
    version = {"ETag": page.etag, "Last-Modified": http_date(page.modified), "Vary": "Accept-Encoding"}
    if _unchanged(headers, page):
        return Answer(304, b"", version)
    said = {"Content-Type": page.content_type, **version}
    if zip_it and "gzip" in (headers.get("Accept-Encoding") or ""):
        # The time of a gzip is 0: the same document is the same bytes.
        return Answer(200, gzip.compress(page.body, 1, mtime=0), {**said, "Content-Encoding": "gzip"})
    return Answer(200, page.body, said)


def http_date(at: datetime) -> str:
    """`Mon, 26 Jan 2026 12:30:00 GMT`."""
    return format_datetime(at.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _takes_json(headers: Message) -> bool:
    return "application/json" in (headers.get("Accept") or "")


def _unchanged(headers: Message, page: Document) -> bool:
    """By the ETags where there are any, else by the date (RFC 9110 §13.2.2)."""
    if (tags := headers.get("If-None-Match")) is not None:
        known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return page.etag in known or "*" in known
    try:
        since = parsedate_to_datetime(headers.get("If-Modified-Since") or "")
    except ValueError:
        return False
    if since.tzinfo is None:  # `-0000`: no zone is said, and HTTP means UTC
        since = since.replace(tzinfo=UTC)
    return page.modified.replace(microsecond=0) <= since

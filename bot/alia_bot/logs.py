"""One canonical line per step, on stderr: for people, or as JSON for machines. No secret or mail address passes.

The last thing that happens to every line, ours or a library's, traceback included, is that the configuration's secrets
are taken out of its finished text, in every spelling a renderer or an address may have given them, and whatever looks
like a mail address. So no caller has to think of it, and none can forget.
"""

import json
import logging
import os
import re
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any, TextIO
from urllib.parse import quote, quote_plus, urlsplit

import structlog
from pydantic import BaseModel

from alia_watch import clock
from alia_watch.config.secret import Secret
from alia_watch.errors import ConfigError

REDACTED = "[redacted]"
#: What looks like a secret of the services we talk to, should it not come from the configuration.
_PATTERNS = re.compile(r"\b(?:bot)?\d{6,12}:[A-Za-z0-9_-]{30,}|\bhf_[A-Za-z0-9]{16,}|(?i:(?<=bearer ))[\w.~+/=-]{8,}")
#: Mail addresses are people's. One half of them at least is told by its @ and a host with a dot; a Message-ID goes too.
_MAIL = re.compile(r"""(?:\\?"[^"\s]{1,64}\\?"|[\w.!#$%&*+^`{|}~-]{1,64})@(?:[\w-]{1,63}\.)+[\w-]{2,63}""")
ADDRESS = "[address]"
#: A shorter secret would blot out ordinary words; the configuration's check speaks of those.
_SHORTEST = 4
_SHORTEST_PATH = 8


def configure(
    form: str = "console", *, verbose: bool = False, secrets: Iterable[str] = (), stream: TextIO = sys.stderr
) -> None:
    """Send our lines and those of libraries to a stream, as text for people or one JSON object a line.

    Args:
        form: `console` or `json`.
        verbose: show what our code and the libraries say while they work; else libraries only warn.
        secrets: values that must never be seen, from `secrets_of`.
        stream: where to write; stderr, so that stdout holds results alone.
    """
    redact = Redactor(secrets)
    shared: list[Any] = [structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, _at]
    finish = [*_rendering(form, stream), redact]
    level = logging.DEBUG if verbose else logging.INFO
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
        )
    )
    reset()
    structlog.configure(
        processors=[*shared, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO if verbose else logging.WARNING)


def reset() -> None:
    """Write to the stream of `configure` no more: it may be closed now."""
    structlog.reset_defaults()
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(old)


def secrets_of(config: BaseModel) -> tuple[str, ...]:
    """The value of every secret the configuration names, wherever it stands; those that are not set are left out."""
    return tuple(dict.fromkeys(_values(config)))


class Redactor:
    """The last processor: takes the secrets and mail addresses out of a finished line."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {way for secret in secrets if len(secret) >= _SHORTEST for way in _spellings(secret)}
        longest_first = sorted(spellings, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, _logger: Any, _method: str, line: str) -> str:
        """The line without secrets and mail addresses."""
        return self.clean(line)

    def clean(self, text: str) -> str:
        """Any text without secrets and mail addresses."""
        if self._known:
            text = self._known.sub(REDACTED, text)
        return _MAIL.sub(ADDRESS, _PATTERNS.sub(REDACTED, text))


def _rendering(form: str, stream: TextIO) -> list[Any]:
    if form == "json":
        return [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    colours = stream.isatty() and "NO_COLOR" not in os.environ
    return [
        structlog.dev.ConsoleRenderer(
            colors=colours, sort_keys=False, exception_formatter=structlog.dev.plain_traceback, timestamp_key="at"
        )
    ]


def _at(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """When the line was written, first in the line."""
    return {"at": clock.format_second(clock.now()), **event}


def _values(section: Any) -> Iterator[str]:
    """Walks a configuration, whatever its sections are called."""
    if isinstance(section, Secret):
        try:
            yield section.read().get_secret_value()
        except ConfigError:
            return  # not set: whoever needs it says so
    elif isinstance(section, BaseModel):
        for name in type(section).model_fields:
            yield from _values(getattr(section, name))
    elif isinstance(section, tuple | list):
        for part in section:
            yield from _values(part)
    elif isinstance(section, dict):
        for part in section.values():
            yield from _values(part)


def _spellings(secret: str) -> set[str]:
    """The ways a secret may stand in a line: as it is, escaped as JSON or by `repr`, in an address, or in a login.

    Of a secret that is an address, the part behind the host is secret by itself.
    """
    plain = {secret, repr(secret)[1:-1], quote(secret), quote(secret, safe=""), quote_plus(secret)}
    plain |= {b64encode(secret.encode("utf-8", "replace")).decode()}  # as a login wraps it
    if secret.startswith(("https://", "http://")):
        path = urlsplit(secret).path.strip("/")
        plain |= {path} if len(path) >= _SHORTEST_PATH else set()
    return plain | {json.dumps(way, ensure_ascii=only_ascii)[1:-1] for way in plain for only_ascii in (True, False)}

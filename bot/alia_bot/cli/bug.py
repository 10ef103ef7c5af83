"""What a bug leaves on the terminal: the whole traceback, without the secrets that a library may have put into it."""

import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alia_bot.cli.session import Session


def told(session: "Session | None" = None) -> str:
    """The traceback of the exception in hand, redacted as every line of the log is."""
    from alia_bot.logs import Redactor, secrets_of

    config = None if session is None else vars(session).get("config")  # as far as it was read: a bug reads no more
    return Redactor(() if config is None else secrets_of(config)).clean(traceback.format_exc())

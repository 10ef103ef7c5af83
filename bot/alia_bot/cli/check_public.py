"""What `alia-watch check` says of the sender of mail, and of the address of the public pages."""

import ssl
import urllib.error
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from alia_bot.cli.outside import get

if TYPE_CHECKING:
    from alia_watch.config.sections import Config

_ANSWER = 65_536


def sender(config: "Config") -> tuple[bool | None, str]:
    """Whether the sender can be right, as far as that shows without asking the network; None where mail is off.

    What SPF, DKIM and DMARC say of a domain stands in its DNS, which is the relay's and the domain's work; here is said
    which domains they must speak of.
    """
    from alia_bot.channels.mail import address

    section = config.channels.email
    if section is None:
        return None, "there is no [channels.email]"
    try:
        written = address(section.sender)
    except ValueError as error:
        return False, f"channels.email.sender: {error}"
    if written.domain in ("example.org", "example.com", "example.net"):
        return None, f"channels.email.sender is still the example's ({written.addr_spec}): give your own"
    returns = address(section.bounces or section.sender).domain
    needed = f"SPF for {returns}, DKIM and DMARC for {written.domain}: docs/operations.md, Mail"
    if section.bounces is None:
        return True, f"{written.addr_spec}; no channels.email.bounces: what comes back is not read. {needed}"
    near = returns == written.domain or returns.endswith(f".{written.domain}")
    if not near:
        return False, f"{written.addr_spec}: refusals go to {returns}, so that SPF is not aligned for DMARC. {needed}"
    return True, f"{written.addr_spec}, refusals to {section.bounces}. {needed}"


def public_pages(config: "Config") -> tuple[bool | None, str]:
    """Whether the public address leads to this watch; None where there are no pages."""
    if config.web is None:
        return None, "there is no [web]: nobody can sign up, and letters are left by writing"
    url = f"{config.web.public_url.rstrip('/')}/healthz"
    try:
        with get(url) as answer:
            body = answer.read(_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            if 300 <= error.code < 400 and "Location" in error.headers:
                onward = "".join(each for each in urljoin(url, error.headers["Location"]) if each.isprintable())
                return False, f"{url} leads to {onward[:200]}: give that address as web.public_url"
            if error.code == 503 and error.read(_ANSWER).lstrip().startswith(b"{"):
                return True, f"{url} answers, and says that the watch is not well: alia-watch status"
        return False, f"{url} answers {error.code}: does the proxy pass on to {config.web.listen}?"
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        said = getattr(reason, "verify_message", "") if isinstance(reason, ssl.SSLError) else ""
        return False, f"{url} does not answer ({said or reason}). The daemon serves it while it runs"
    return True, f"{url} answers" if body else f"{url} answers with nothing"

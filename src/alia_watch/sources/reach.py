"""Where a request may go: http and https only, to places that the configuration names, and to no other private one.

A feed is written by others. A redirect or a link in it that leads to `127.0.0.1`, to the router or to a cloud's
metadata server would make this program a reader of the machine's own network (server-side request forgery, CWE-918).
The name is resolved here, once, and the connection goes to the addresses that were judged: a name that answers
otherwise a moment later reaches nothing.

No reason given here repeats a name or a scheme: whoever writes a link would write our messages.
"""

import ipaddress
import re
import socket
from collections.abc import Collection
from dataclasses import dataclass

import httpx2

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: A host name as it stands in DNS. In any other, such as `%6cocalhost`, a proxy may see what is not seen here.
_NAME = re.compile(r"(?=.{1,254}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
#: Names that no public zone holds. A proxy resolves names of its own network, so that they are told by their ends.
_PRIVATE_NAMES = (
    ".localhost", ".localdomain", ".local", ".internal", ".intranet", ".private", ".lan", ".home", ".corp",
    ".home.arpa",
)  # fmt: skip
#: What `is_global` of Python 3.11 calls public: IETF's own, with the metadata of one cloud in it; and those of another.
_NO_PLACES = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv4Network("168.63.129.16/32"))
_UNICAST = ipaddress.IPv6Network("2000::/3")
#: An IPv4 address for networks that speak IPv6 alone (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: So many addresses of one name are tried, one after another.
_MOST_ADDRESSES = 4


#: Why an address that nobody named is not followed.
ELSEWHERE = "it leads to a place that the configuration does not name"


class Refused(Exception):
    """An address that no request goes to; the message says why, in words of ours alone."""


class Unresolved(Refused):
    """Its name has no address: for now, or for good."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: its address, and the network addresses to connect to (none: a proxy resolves the name)."""

    url: httpx2.URL
    addresses: tuple[str, ...] = ()


def host(url: httpx2.URL) -> str:
    """The host as it travels, in ASCII: what IDNA decodes, another IDNA may encode to another host."""
    return url.raw_host.decode("ascii")


def origin(url: httpx2.URL) -> str:
    """Scheme, host and port in one word: `https://www.boe.es:443`."""
    port = url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
    return f"{url.scheme}://{host(url)}:{port}"


def parsed(text: str) -> httpx2.URL:
    """An http or https address with a host. Raises Refused."""
    try:
        url = httpx2.URL(text)
        name = host(url)
    except (httpx2.InvalidURL, ValueError):  # ValueError: a port that is no number, a broken IDNA name
        raise Refused("it is no address") from None
    if url.scheme not in ("http", "https") or not name:
        raise Refused("only http and https are followed")
    if url.userinfo:
        raise Refused("an address with a user name in it is not followed")
    if "%" in name or not (":" in name or _NAME.fullmatch(name)):  # of `:` and `%`: an IPv6 address with a zone
        raise Refused("its host is no name")
    if not 0 < (url.port or 80) < 65536 or url.port == 0:
        raise Refused("its port is none")
    return url


def step(place: httpx2.URL, onward: str) -> httpx2.URL:
    """Where a redirect leads. Raises Refused where it leads to no address, or out of TLS."""
    try:
        joined = str(place.join(onward))
    except (httpx2.InvalidURL, ValueError):
        raise Refused("it leads to what is no address") from None
    reached = parsed(joined)
    if place.scheme == "https" and reached.scheme == "http":
        raise Refused("it leads from https to http")
    return reached


@dataclass(frozen=True, slots=True)
class Named:
    """What a configuration names: origins that are read, and may be private; and where redirects may lead.

    The hosts are without a leading `www.`: a redirect from `boe.es` to `www.boe.es`, or on to https, leaves no house.
    """

    origins: frozenset[str]
    onward: frozenset[str]
    hosts: frozenset[str]

    @classmethod
    def of(cls, read: Collection[str], onward: Collection[str] = ()) -> "Named":
        """From the addresses that are read, and those that redirects may lead to. Raises Refused: one is no address."""
        first, further = [parsed(text) for text in read], [parsed(text) for text in onward]
        usual = [url for url in (*first, *further) if url.port is None]
        return cls(frozenset(map(origin, first)), frozenset(map(origin, further)), frozenset(map(_house, usual)))

    def check(self, url: httpx2.URL) -> None:
        """Raise Refused where the configuration names neither the origin nor, at its usual port, the host.

        Nothing is asked of the resolver, to which whoever writes a link could tell something by the name.
        """
        if origin(url) not in self.origins | self.onward and not (url.port is None and _house(url) in self.hosts):
            _public_by_itself(url)
            raise Refused(ELSEWHERE)


def _house(url: httpx2.URL) -> str:
    return host(url).rstrip(".").removeprefix("www.")


def target(url: httpx2.URL, configured: Collection[str], *, proxied: bool) -> Target:
    """Judge an address, and find where to connect. Blocking: it asks the resolver.

    Through a proxy the name is resolved at the far end, so that only an address written as digits, or a name that is
    private by itself, can be judged here.

    Raises:
        Refused: it is private, and its origin is not among the `configured`.
        Unresolved: its name has no address.
    """
    trusted = origin(url) in configured
    literal = _literal(url)
    if not trusted:
        _public_by_itself(url)
    if literal is None and proxied:
        return Target(url)
    found = _resolved(url) if literal is None else [literal]
    private = [address for address in found if not _public(address)]
    if private and not trusted:
        raise Refused(f"it leads to the private address {private[0]}")
    return Target(url, tuple(dict.fromkeys(map(str, found)))[:_MOST_ADDRESSES])


def _public_by_itself(url: httpx2.URL) -> None:
    """Raise Refused for what can be seen to be private without a question to anybody."""
    name, literal = host(url).rstrip("."), _literal(url)
    if literal is not None and not _public(literal):
        raise Refused(f"it leads to the private address {literal}")
    if literal is None and ("." not in name or name.endswith(_PRIVATE_NAMES)):
        raise Refused("it leads to a private name")


def _literal(url: httpx2.URL) -> _Address | None:
    name = host(url).rstrip(".")
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    try:  # `127.1`, `2130706433` and `0x7f000001` are 127.0.0.1 to a resolver
        return ipaddress.IPv4Address(socket.inet_aton(name))
    except OSError:
        return None


def _resolved(url: httpx2.URL) -> list[_Address]:
    try:
        answers = socket.getaddrinfo(host(url), url.port or url.scheme, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        answers = []
    if not answers:
        raise Unresolved("the name of its server cannot be resolved")
    return [ipaddress.ip_address(str(answer[4][0]).split("%", maxsplit=1)[0]) for answer in answers]


def _public(address: _Address) -> bool:
    """Whether anybody may reach it. An IPv6 address that stands for an IPv4 one is as public as that."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in place for place in _NO_PLACES)
    if address in _NAT64:
        return _public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    inner = address.sixtofour
    return address in _UNICAST and address.is_global and (inner is None or _public(inner))

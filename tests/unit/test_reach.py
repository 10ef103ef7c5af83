"""Where a request may go: public places, and private ones only by the very origin that the configuration names."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from alia_watch.sources.proxy import proxy_for, transport
from alia_watch.sources.reach import Named, Refused, Unresolved, host, origin, parsed, step, target

PUBLIC, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
Resolver = Callable[..., list[str]]

PRIVATE_LITERALS = """
127.0.0.1 127.1 2130706433 0x7f000001 0x7f.1 017700000001 0 0.0.0.0 127.0.0.1. 127.1. 127。0。0。1
10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 192.0.0.192 198.18.0.1 168.63.129.16
224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 2852039166 0xa9fea9fe
[::1] [::] [fc00::1] [fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1] [ff0e::1]
[::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:8.8.8.8] [::127.0.0.1] [::ffff:0:7f00:1]
[64:ff9b::7f00:1] [64:ff9b::a9fe:a9fe] [64:ff9b::127.0.0.1] [64:ff9b::a00:1] [64:ff9b:1::a00:1]
[2002:7f00:0001::] [2002:a9fe:a9fe::1] [2002:6440:1::1] [2001:0:7f00:1::] [2001:db8::1]
"""
PRIVATE_NAMES = """
localhost localhost. LOCALHOST a.localhost router metadata metadata.google.internal metadata.google.internal.
printer.local printer.local. nas.lan x.home.arpa ip6-localhost localhost.localdomain LocalHost.LocalDomain.
"""
NO_ADDRESSES = [
    "",
    "/only/a/path",
    "//example.org/feed",
    "example.org/feed",
    "ftp://example.org/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/plain,x",
    "gopher://example.org:70/_x",
    "unix:///var/run/docker.sock",
    "http://",
    "http:///feed",
    "http://user@example.org/",
    "https://user:word@example.org/",
    "http://example.org:80@127.0.0.1/",
    "http://127.0.0.1\\@example.org/",
    "http://example.org\\@127.0.0.1/",
    "http://example.org:99999/",
    "http://example.org:65616/",
    "http://example.org:-1/",
    "http://example.org:0/",
    "http://example.org:http/",
    "http://[::1/",
    "http://[::1]example.org/",
    "http://[fe80::1%25eth0]/",
    "http://[2606:4700::1%25lo]/",
    "http://[v1.x]/",
    "http://%6cocalhost/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%00.example.org/",
    "http://0177.0.0.1/",
    "http://256.1.1.1/",
    "http://exa mple.org/",
    "http://exa\nmple.org/",
    "http://exa\x00mple.org/",
    "http://example..org/",
    "http://.example.org/",
    "http://example.org../",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/",
    "http://ⓛocalhost/",
    "http://\ud800.org/",
    f"http://{'a' * 64}.org/",
    f"http://{'a.' * 150}org/",
    f"http://example.org/{'a' * 70_000}",
]


@pytest.fixture(autouse=True)
def _no_proxy_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that the resolver is asked for; `a-b-…` in the first label says what it answers."""
    names: list[str] = []
    said = {"public": [PUBLIC], "six": [PUBLIC_6], "private": ["10.0.0.7"], "loopback": ["127.0.0.1"], "nothing": []}
    said |= {"mapped": ["::ffff:10.0.0.7"], "metadata": ["169.254.169.254"], "linklocal": ["fe80::1%2"]}

    def getaddrinfo(name: str, port: Any, *_: Any, **__: Any) -> list[Any]:
        names.append(name)
        if name.startswith("gone"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = [each for word in name.split(".", maxsplit=1)[0].split("-") for each in said.get(word, [])]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answers]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("literal", PRIVATE_LITERALS.split())
def test_an_address_in_digits_that_is_private_is_refused(literal: str, proxied: bool) -> None:
    """In every spelling that a resolver or a proxy would take for it, with or without a proxy."""
    with pytest.raises(Refused, match="private address"):
        target(parsed(f"http://{literal}/feed"), (), proxied=proxied)


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize(
    ("literal", "address"),
    [
        (PUBLIC, PUBLIC),
        ("134744072", "8.8.8.8"),
        (f"[{PUBLIC_6}]", PUBLIC_6),
        ("[64:ff9b::808:808]", "64:ff9b::808:808"),
        ("[2002:808:808::1]", "2002:808:808::1"),
    ],
)
def test_an_address_in_digits_that_is_public_is_connected_to(literal: str, address: str, proxied: bool) -> None:
    """As it was understood here: a proxy that reads digits in another way is not given them."""
    assert target(parsed(f"http://{literal}/feed"), (), proxied=proxied).addresses == (address,)


@pytest.mark.parametrize("proxied", [False, True])
@pytest.mark.parametrize("name", PRIVATE_NAMES.split())
def test_a_name_that_is_private_by_itself_is_refused(name: str, proxied: bool, asked: list[str]) -> None:
    """Without asking for it, so that a proxy is not asked either."""
    with pytest.raises(Refused, match="private name"):
        target(parsed(f"http://{name}/"), (), proxied=proxied)
    assert asked == []


@pytest.mark.parametrize("words", ["private", "loopback", "metadata", "mapped", "linklocal", "public-private"])
def test_a_name_with_a_private_address_is_refused(words: str, asked: list[str]) -> None:
    """One private address among public ones is enough."""
    with pytest.raises(Refused, match="private address"):
        target(parsed(f"http://{words}.example.org/"), (), proxied=False)
    assert asked == [f"{words}.example.org"]


def test_a_public_name_is_connected_to_by_its_addresses(asked: list[str]) -> None:
    """All that were judged, each once; through a proxy by its name, unasked."""
    judged = target(parsed("http://public-six-public.example.org/"), (), proxied=False)
    assert judged.addresses == (PUBLIC, PUBLIC_6)
    assert target(parsed("http://private.example.org/"), (), proxied=True).addresses == ()
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["gone", "nothing"])
def test_a_name_without_an_address_is_not_connected_to(name: str, asked: list[str]) -> None:
    """Whether the resolver refuses or answers nothing: it is told apart, for a later try may find it."""
    with pytest.raises(Unresolved):
        target(parsed(f"http://{name}.example.org/"), (), proxied=False)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_refused(text: str) -> None:
    """Other schemes, user names, ports that are none, and hosts that two readers may read in two ways."""
    with pytest.raises(Refused):
        parsed(text)


def test_only_the_configured_origin_may_be_private(asked: list[str]) -> None:
    """The same scheme, host and port; written otherwise it is another place."""
    configured = {origin(parsed("http://127.0.0.1:8080/feed")), origin(parsed("http://private.example.org/feed"))}
    for text, addresses in {
        "http://127.0.0.1:8080/other?a=b": ("127.0.0.1",),
        "http://PRIVATE.example.org:80/": ("10.0.0.7",),
    }.items():
        assert target(parsed(text), configured, proxied=False).addresses == addresses
    for text in (
        "http://127.0.0.1/",
        "http://127.0.0.1:8081/",
        "https://127.0.0.1:8080/",
        "http://127.1:8080/",
        "http://[::ffff:127.0.0.1]:8080/",
        "http://localhost:8080/",
        "http://private.example.org:8080/",
        "https://private.example.org/",
        "http://private.example.org./",
        "http://private.other.org/",
    ):
        with pytest.raises(Refused):
            target(parsed(text), configured, proxied=False)


@pytest.mark.parametrize("text", ["http://faß.example.org/", "http://xn--fa-hia.example.org/"])
def test_one_name_is_asked_for_whatever_letters_it_is_written_in(text: str, asked: list[str]) -> None:
    """The ASCII form of today's IDNA travels. An older one makes `fass` of `faß`: another host."""
    with pytest.raises(Unresolved):
        target(parsed(text), (), proxied=False)
    assert asked == [host(parsed(text))] == ["xn--fa-hia.example.org"]


def test_a_redirect_is_followed_within_http_and_never_out_of_tls() -> None:
    """Relative, to another host, up to https; not down to http, nor to what is no address."""
    place = parsed("https://www.boe.es/a/b?c=d")
    assert str(step(place, "../e?f")) == "https://www.boe.es/e?f"
    assert str(step(place, "//x.org/")) == "https://x.org/"
    assert str(step(parsed("http://x.org/"), "https://y.org/")) == "https://y.org/"
    for onward in ("http://www.boe.es/", "HTTP://x.org/", "file:///etc/passwd", "//u@x.org/", "https://[::1", "//x:0/"):
        with pytest.raises(Refused):
            step(place, onward)


@pytest.mark.parametrize(
    "text", [*NO_ADDRESSES, *(f"http://{name}/" for name in PRIVATE_NAMES.split()), "buy-now:at-x"]
)
def test_a_reason_repeats_nothing_of_the_address(text: str) -> None:
    """Neither host nor scheme nor query: whoever writes a link writes no message of ours."""
    with pytest.raises(Refused) as caught:
        target(parsed(text), (), proxied=False)
    said = f"{caught.value}{caught.value.__cause__}"
    assert not any(word in said.lower() for word in ("example", "localhost", "word", "buy", "boe", "ftp", "file"))


def test_the_proxy_is_the_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    """By scheme, then for all; without a scheme it is an http one; loopback and the exceptions go straight."""
    monkeypatch.setenv("http_proxy", "proxy.example.org:3128")
    monkeypatch.setenv("all_proxy", "http://all.example.org:1")
    monkeypatch.setenv("no_proxy", "boe.es,[2606:4700::1]:443,x.org:8080")
    found = {
        text: proxy_for(parsed(text))
        for text in (
            "http://a.org/",
            "https://a.org/",
            "http://127.0.0.1:80/",
            "http://localhost/",
            "https://www.boe.es/",
            "http://x.org:8080/",
            "http://x.org/",
            "http://xn--/",
        )
    }
    assert list(found.values()) == [
        "http://proxy.example.org:3128",
        "http://all.example.org:1",
        None,
        None,
        None,
        None,
        "http://proxy.example.org:3128",
        "http://proxy.example.org:3128",
    ]


@pytest.mark.parametrize("proxy", ["socks5://u:word@x.org:1", "socks4://u:word@x.org", "http://u:word@x.org:none"])
def test_a_proxy_that_cannot_be_used_is_not_repeated(proxy: str) -> None:
    """Its address holds its password."""
    with pytest.raises(ValueError, match=r"^\w+$") as caught:
        transport(secure=True, proxy=proxy)
    assert caught.value.__cause__ is None
    assert "word" not in str(caught.value)


def test_what_the_configuration_names_is_a_house() -> None:
    """An origin as written; at the usual ports its host, with `www.` or without, and on to https: nothing beside it."""
    named = Named.of(
        ["http://boe.es/rss", "http://x.org:8080/"], ["https://www.feeds.example.org/a", "https://y.org:8443/"]
    )
    for text in (
        "http://boe.es:80/other",
        "https://boe.es/rss",
        "https://www.BOE.es/",
        "https://www.boe.es./",
        "http://x.org:8080/b",
        "https://feeds.example.org/",
        "https://y.org:8443/c",
    ):
        named.check(parsed(text))
    for text in (
        "https://boe.es:8443/",
        "http://boe.es:443/",
        "https://api.boe.es/",
        "https://boe.es.example.org/",
        "https://xboe.es/",
        "https://www.www.boe.es/",
        "http://x.org/",
        "https://x.org:8080/",
        "https://y.org/",
        "http://example.org/",
    ):
        with pytest.raises(Refused, match="does not name"):
            named.check(parsed(text))


@pytest.mark.parametrize("place", [*PRIVATE_LITERALS.split(), *PRIVATE_NAMES.split()])
def test_what_is_private_by_itself_is_called_so_though_nobody_named_it(place: str, asked: list[str]) -> None:
    """So that nobody is told to name it; and the resolver is not asked."""
    with pytest.raises(Refused, match=r"it leads to (a|the) private"):
        Named.of(["https://boe.es/"]).check(parsed(f"http://{place}/"))
    assert asked == []

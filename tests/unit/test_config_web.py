"""`[web]`: what can be meant is taken, and what would put people at risk is refused with what to do."""

from typing import Any

import pytest
from pydantic import ValidationError

from alia_watch.config.web import WebSection

GIVEN = {"public_url": "https://alia.example.org", "controller": "Somebody, contact@example.org"}


def section(**other: Any) -> WebSection:
    return WebSection(**{**GIVEN, **other})


def test_what_is_not_said_is_careful() -> None:
    """On this machine alone, nobody's word is taken for who asks, and there are no metrics."""
    web = section()
    assert (web.place, web.metrics_place, web.trusted_proxies) == (("127.0.0.1", 8080), None, ())


@pytest.mark.parametrize(
    ("listen", "place"),
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:8080", ("::1", 8080)), ("0.0.0.0:0", ("0.0.0.0", 0))],
)
def test_where_it_listens_is_a_host_and_a_port(listen: str, place: tuple[str, int]) -> None:
    """Of IPv6 with brackets, as in an address."""
    assert section(listen=listen).place == place
    assert section(metrics_listen=listen).metrics_place == place


@pytest.mark.parametrize(
    "url", ["http://localhost", "http://127.0.0.1:8080", "http://[::1]:8080/", "https://a.example/"]
)
def test_addresses_that_nobody_can_listen_in_on_are_taken(url: str) -> None:
    """TLS, or no network at all."""
    assert section(public_url=url).public_url == url


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"public_url": "http://alia.example.org"}, "must begin with https://"),
        ({"public_url": "http://localhost:x@evil.example"}, "should match pattern"),
        ({"public_url": "https://alia.example.org/watch"}, "a host name of their own"),
        ({"public_url": "https://alia.example.org/?a=1"}, "a host name of their own"),
        ({"public_url": "https://user@alia.example.org"}, "should match pattern"),
        ({"listen": "8080"}, "write the address and the port"),
        ({"listen": "127.0.0.1:x"}, "write the address and the port"),
        ({"metrics_listen": "127.0.0.1:70000"}, "write the address and the port"),
        ({"trusted_proxies": ["proxy"]}, '"proxy" is no address or network'),
        ({"signups_an_hour": 0}, "greater than or equal to 1"),
        ({"controller": ""}, "at least 3"),
    ],
)
def test_what_cannot_be_right_is_refused(other: dict[str, Any], said: str) -> None:
    """With what is wrong."""
    with pytest.raises(ValidationError, match=said):
        section(**other)

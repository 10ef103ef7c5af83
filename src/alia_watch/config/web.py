"""The public pages: where they are, and how the people who come are counted."""

import ipaddress
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from alia_watch.config.section import Section, Url

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _listens(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8080` or `[::1]:8080`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 <= int(port) <= 65_535:
        raise ValueError('write the address and the port to listen on, such as "127.0.0.1:8080"')
    return host.strip("[]"), int(port)


class WebSection(Section):
    """The public pages and the sign-up. Off unless the section is there.

    Attributes:
        public_url: what people and letters see; a proxy with a certificate stands before it.
        listen, metrics_listen: where the daemon listens; the metrics for a watcher of one's own, never in public.
        trusted_proxies: from these addresses alone `X-Forwarded-For` is believed.
        signups_an_hour: how many letters to confirm one network may ask for.
        controller: who answers for the addresses that are kept, and how to reach them: it stands in the privacy note.
    """

    public_url: Url
    listen: str = "127.0.0.1:8080"
    metrics_listen: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    signups_an_hour: int = Field(default=20, ge=1, le=10_000)
    controller: str = Field(min_length=3, max_length=500)

    @field_validator("listen", "metrics_listen")
    @classmethod
    def _place(cls, text: str | None) -> str | None:
        if text is not None:
            _listens(text)
        return text

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for each in networks:
            try:
                ipaddress.ip_network(each)
            except ValueError as error:
                raise ValueError(f'"{each}" is no address or network, such as "10.0.0.0/8"') from error
        return networks

    @model_validator(mode="after")
    def _in_the_open(self) -> Self:
        parts = urlsplit(self.public_url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("public_url: people enter their address there, so it must begin with https://")
        if parts.query or parts.fragment or parts.path.strip("/"):
            raise ValueError("public_url: give scheme and host alone; the pages need a host name of their own")
        return self

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of `listen`."""
        return _listens(self.listen)

    @property
    def metrics_place(self) -> tuple[str, int] | None:
        """Host and port of `metrics_listen`."""
        return _listens(self.metrics_listen) if self.metrics_listen else None

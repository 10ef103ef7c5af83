"""The machine's proxy and its certificates, by the usual variables: a transport of one's own is not given them."""

import ssl
from urllib.request import getproxies, proxy_bypass

import httpx2


def proxy_for(url: httpx2.URL) -> str | None:
    """The proxy that a request to this address goes through, with its scheme; None where it goes straight."""
    # With its port, and an IPv6 address in brackets: a list of exceptions may name either.
    if url.raw_host in (b"127.0.0.1", b"::1", b"localhost") or proxy_bypass(url.netloc.decode("ascii")):
        return None
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    return f"http://{found}" if found and "://" not in found else found


def transport(*, secure: bool, proxy: str | None) -> httpx2.HTTPTransport:
    """A transport for one origin, which verifies whom it talks to.

    Raises:
        ValueError: the proxy or the certificates cannot be used. It says no word more: the address of a proxy holds
            its password.
    """
    limits = httpx2.Limits(max_connections=2, max_keepalive_connections=1)
    try:
        # Loading the machine's certificates takes 20 ms; without TLS an empty store, which trusts nobody, will do.
        verified = secure or proxy is not None
        context = httpx2.create_ssl_context() if verified else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx2.HTTPTransport(verify=context, limits=limits, proxy=proxy)
    except (OSError, ValueError, ImportError, httpx2.InvalidURL) as error:
        raise ValueError(type(error).__name__) from None


def untrusted(error: BaseException) -> bool:
    """Whether a connection failed because the server could not prove its name."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None

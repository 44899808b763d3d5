"""The guard of outgoing calls: an address that a merchant typed never leads into our own network."""

import ipaddress
import socket
from typing import Any

import httpx

from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.kit import texts

_TRANSLATED = (
    ipaddress.ip_network("64:ff9b::/96"),  # NAT64: the last 32 bits are an IPv4 address
    ipaddress.ip_network("::/96"),  # IPv4-compatible, long deprecated, still routed by some systems
)
_NEVER = (
    ipaddress.ip_network("fec0::/10"),  # site-local, the private addresses of early IPv6
    ipaddress.ip_network("64:ff9b:1::/48"),  # NAT64 chosen by the local network
    ipaddress.ip_network("192.88.99.0/24"),  # anycast of 6to4 relays: leads to whoever announces it
)


class GuardedTransport(httpx.HTTPTransport):
    """Connects only to public addresses, unless `allow_private` (the sandbox on loopback says so explicitly).

    The name is resolved here and the connection made to the very address that was checked, so that a name which
    changes its answer in between (DNS rebinding) gains nothing. Redirects pass here too.
    """

    def __init__(self, *, allow_private: bool, **options: Any) -> None:
        super().__init__(**options)
        self._allow_private = allow_private

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self._allow_private:
            return super().handle_request(request)
        host = request.url.host
        addresses = public_addresses(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        for number, address in enumerate(addresses, start=1):
            try:
                return super().handle_request(_to(address, request))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                # Nothing was sent yet: another address of the same name (IPv4 where IPv6 has no route) may answer.
                if number == len(addresses):
                    raise
        raise AssertionError("unreachable: a name has at least one address")


def _to(address: str, request: httpx.Request) -> httpx.Request:
    """The same request to that address. A copy: httpx derives redirects from the address of the original."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,  # its Host header is already there and stays
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )


def public_addresses(host: str, port: int) -> list[str]:
    """The addresses of `host`, if every one of them is public; else `ConfigError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TransientError(texts.UNREACHABLE.fill(host=host), detail=str(error)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(is_public(address) for address in addresses):
        raise ConfigError(texts.FORBIDDEN_ADDRESS.fill(host=host), field="url")
    return addresses


def is_public(address: str) -> bool:
    """Whether this address is one of the internet, in whatever form it hides an IPv4 address."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        hidden = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if hidden is None and any(found in network for network in _TRANSLATED):
            hidden = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if hidden is not None:
            return is_public(str(hidden))
    refused = found.is_multicast or any(
        found in network for network in _NEVER if network.version == found.version
    )
    return found.is_global and not refused

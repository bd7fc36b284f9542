"""Which hosts a key may be sent to, judged by how they are written.

https for every host, plain http for this computer only. Link-local addresses and the addresses at which clouds hand
out their own secrets are never asked, in whatever spelling.
"""

import ipaddress
from functools import lru_cache

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data"})
_METADATA_NETS = tuple(
    map(
        ipaddress.ip_network,
        (
            "169.254.0.0/16",
            "100.100.100.200/32",  # Alibaba
            "168.63.129.16/32",  # Azure
            "192.0.0.192/32",  # Oracle
            "fe80::/10",
            "fd00:ec2::/32",  # AWS
        ),
    )
)
_LOCAL_ENDS = (".localhost", ".local", ".internal", ".intranet", ".private", ".lan", ".home", ".corp", ".home.arpa")
"""Endings of names that mean this computer or its network (RFC 6761, 6762, 8375; ICANN's reserved .internal, .corp and
.home; and what routers use), read 2026-11."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


@lru_cache(maxsize=512)
def is_loopback(host: str) -> bool:
    """Whether the host is this computer: `localhost`, 127.x.x.x written in full, or ::1."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback


@lru_cache(maxsize=512)
def is_local(host: str) -> bool:
    """Whether the host is this computer or one of its own network, by how it is written."""
    plain = host.strip("[]").rstrip(".").lower().partition("%")[0]
    address = _address(plain)
    if address is not None:
        return not is_public(str(address))
    return "." not in plain or plain.endswith(_LOCAL_ENDS)


@lru_cache(maxsize=512)
def is_public(address: str) -> bool:
    """Whether a numeric address is one of the whole Internet: not this computer, no private network, not link-local."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found in _NAT64:
        found = _meanings(found)[-1]  # a provider's way to the IPv4 address inside
    return all(each.is_global and not each.is_multicast for each in _meanings(found))


@lru_cache(maxsize=512)
def is_forbidden(host: str) -> bool:
    """Whether the host is a link-local or a cloud's metadata address, in any spelling (decimal, hex, octal, IPv6)."""
    plain = host.strip("[]").rstrip(".").lower().partition("%")[0]
    if plain in _METADATA_NAMES:
        return True
    address = _address(plain)
    return address is not None and any(
        each.version == net.version and each in net for each in _meanings(address) for net in _METADATA_NETS
    )


def _address(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        pass
    if not text[:1].isdigit():
        return None  # a name, to every system
    import socket  # 2 ms of the first paint, and next to no definition needs it

    try:
        # The system's own reading of 0xa9fea9fe, 2852039166, 0251.254.0xa9fe and their like.
        return ipaddress.IPv4Address(socket.inet_aton(text))
    except (OSError, ValueError):
        return None


def _meanings(address: _Address) -> list[_Address]:
    """The address and the IPv4 addresses that are written inside it."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    inside = [address.ipv4_mapped, address.sixtofour]
    if address in _NAT64 or address in _COMPATIBLE:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *(each for each in inside if each is not None)]

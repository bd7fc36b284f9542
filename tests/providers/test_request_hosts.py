"""Which hosts are this computer, and which are never asked, however they are written."""

import asyncio
import socket
import threading
import time

import pytest

from creditdesk.providers.hosts import is_forbidden, is_loopback
from creditdesk.providers.resolver import Resolver


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0xA9FEA9FE",
        "0251.0376.0251.0376",
        "0xa9.0xfe.0xa9.0xfe",
        "169.254.43518",
        "169.16689662",
        "025177524776",
        "::ffff:169.254.169.254",
        "[::ffff:a9fe:a9fe]",
        "::a9fe:a9fe",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "169.254.169.254.",
        "metadata.google.internal",
        "METADATA.google.internal.",
        "100.100.100.200",
        "168.63.129.16",
        "169.254.0.1",
    ],
)
def test_link_local_and_metadata_addresses_are_known_in_every_spelling(host: str) -> None:
    assert is_forbidden(host)


@pytest.mark.parametrize(
    "host", ["api.example.com", "127.0.0.1", "::1", "localhost", "8.8.8.8", "169.253.1.1", "", "1.2.3", "dead.beef"]
)
def test_other_hosts_are_not_forbidden(host: str) -> None:
    assert not is_forbidden(host)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
def test_this_computer_is_known(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["localhost.example", "127.0.0.1.example", "128.0.0.1", "127.1", "2130706433", "", "::2"]
)
def test_other_computers_are_not_this_one(host: str) -> None:
    assert not is_loopback(host)


def test_a_name_is_looked_up() -> None:
    found = asyncio.run(Resolver().resolve("localhost", 80, socket.AF_INET))
    assert [(each["host"], each["port"]) for each in found] == [("127.0.0.1", 80)]


def test_a_name_that_leads_to_a_metadata_address_only_is_refused() -> None:
    with pytest.raises(OSError, match="no address that may be asked"):
        asyncio.run(Resolver().resolve("169.254.169.254", 80, socket.AF_INET))


@pytest.mark.parametrize("name", ["nowhere.invalid", "a" * 64 + ".example", ".."])
def test_a_name_that_leads_nowhere_is_an_error_of_the_system(name: str) -> None:
    with pytest.raises(OSError):
        asyncio.run(Resolver().resolve(name, 80))


def test_a_look_up_that_hangs_is_given_up_and_holds_nothing_up() -> None:
    release = threading.Event()

    def hanging(host: str, port: int, family: int) -> list[tuple[int, int, str]]:
        release.wait(30)
        return []

    started = time.monotonic()
    try:
        with pytest.raises(OSError, match="not found in time"):
            asyncio.run(Resolver(hanging, 0.05).resolve("slow.example", 80))
        assert time.monotonic() - started < 5
    finally:
        release.set()


def test_only_the_addresses_that_may_be_asked_are_used() -> None:
    def mixed(host: str, port: int, family: int) -> list[tuple[int, int, str]]:
        return [(socket.AF_INET, 6, "169.254.169.254"), (socket.AF_INET, 6, "203.0.113.9")]

    found = asyncio.run(Resolver(mixed).resolve("api.example.com", 443))
    assert [each["host"] for each in found] == ["203.0.113.9"]

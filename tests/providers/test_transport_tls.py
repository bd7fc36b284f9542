"""Certificates: what is trusted, and that each way of not being trusted is told apart. With an authority of our own."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from tests.providers.asking import KEY, Loopback, Serve, account, bad, clock, good, loopback, replies, reply, vendor

from creditdesk.core.pools import Snapshot, Trouble, TroubleKind
from creditdesk.providers import wire
from creditdesk.providers.exchange import Exchange
from creditdesk.providers.transport import CaFileError, open_client, tls_context
from creditdesk.providers.wire import TlsWhy

PAST = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def served_with(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def asked(context: ssl.SSLContext, ca_file: str, host: str = "localhost") -> Snapshot | Trouble:
    async with loopback(replies(reply()), ssl=context) as here, open_client(ca_file) as client:
        base = f"https://{host}:{here.port}"
        return await Exchange(client, 5).ask(vendor(), account(base_url=base), {"key": KEY}, clock)


def test_a_companys_own_authority_is_trusted_when_its_file_is_given(authority: trustme.CA, ca_file: str) -> None:
    result = asyncio.run(asked(served_with(authority.issue_cert("localhost")), ca_file))
    assert good(result).pools[0].left == 58


def test_three_ways_of_not_being_trusted_have_three_messages(authority: trustme.CA, ca_file: str) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = served_with(authority.issue_cert("localhost", not_before=PAST, not_after=yesterday))
    stranger = served_with(trustme.CA().issue_cert("localhost"))
    other_host = served_with(authority.issue_cert("elsewhere.example"))
    found = [bad(asyncio.run(asked(context, ca_file))) for context in (expired, stranger, other_host)]
    assert {each.kind for each in found} == {TroubleKind.NO_NETWORK}
    assert [each.message for each in found] == [
        "The certificate of localhost is expired or not valid yet; look at this computer's date, too.",
        "The certificate of localhost is signed by an authority that this computer does not know, or by itself.",
        "The certificate shown for localhost was made for another host.",
    ]


def test_an_authority_of_our_own_is_not_trusted_without_its_file(authority: trustme.CA) -> None:
    trouble = bad(asyncio.run(asked(served_with(authority.issue_cert("localhost")), "")))
    assert "does not know" in trouble.message


def test_a_certificate_for_a_name_does_not_serve_for_an_address(authority: trustme.CA, ca_file: str) -> None:
    trouble = bad(asyncio.run(asked(served_with(authority.issue_cert("localhost")), ca_file, "127.0.0.1")))
    assert "made for another host" in trouble.message


def test_a_self_signed_certificate_is_not_trusted(ca_file: str) -> None:
    alone = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with alone.cert_pem.tempfile() as certificate, alone.private_key_pem.tempfile() as key:
        context.load_cert_chain(certificate, key)
    assert "or by itself" in bad(asyncio.run(asked(context, ca_file))).message


def test_plain_http_on_the_port_of_https_is_no_network() -> None:
    def serving(here: Loopback) -> Serve:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(reply(status="400 Bad Request"))
            await writer.drain()

        return serve

    async def run() -> Snapshot | Trouble:
        async with loopback(serving) as here, open_client() as client:
            base = f"https://127.0.0.1:{here.port}"
            return await Exchange(client, 5).ask(vendor(), account(base_url=base), {"key": KEY}, clock)

    trouble = bad(asyncio.run(run()))
    assert trouble == Trouble(TroubleKind.NO_NETWORK, "A protected connection to 127.0.0.1 could not be made.")


def test_no_byte_of_the_key_is_sent_to_a_host_that_is_not_trusted(ca_file: str) -> None:
    async def run() -> list[bytes]:
        context = served_with(trustme.CA().issue_cert("localhost"))
        async with loopback(replies(reply()), ssl=context) as here, open_client(ca_file) as client:
            base = f"https://localhost:{here.port}"
            bad(await Exchange(client, 5).ask(vendor(), account(base_url=base), {"key": KEY}, clock))
            return here.heads

    assert asyncio.run(run()) == []


def test_certificates_are_always_checked() -> None:
    context = tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("write", [None, lambda file: file.write_text("not a certificate")])
def test_a_file_without_certificates_is_refused(tmp_path: Path, write: Callable[[Path], object] | None) -> None:
    file = tmp_path / "company.pem"
    if write:
        write(file)
    with pytest.raises(CaFileError):
        open_client(str(file))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (10, TlsWhy.EXPIRED),
        (9, TlsWhy.EXPIRED),
        (62, TlsWhy.WRONG_HOST),
        (19, TlsWhy.UNKNOWN_AUTHORITY),
        (-67818, TlsWhy.EXPIRED),
        (-67602, TlsWhy.WRONG_HOST),
        (-67843, TlsWhy.UNKNOWN_AUTHORITY),
        (0x800B0101, TlsWhy.EXPIRED),
        (0x800B010F, TlsWhy.WRONG_HOST),
        (0x800B0109, TlsWhy.UNKNOWN_AUTHORITY),
        (0x800B0109 - 2**32, TlsWhy.UNKNOWN_AUTHORITY),
        (23, TlsWhy.OTHER),
    ],
)
def test_the_codes_of_all_three_systems_are_known(code: int, why: TlsWhy) -> None:
    error = ssl.SSLCertVerificationError("no prose is looked at")
    error.verify_code = code
    assert wire.why_of(error) is why


def test_a_host_that_connects_but_never_shakes_hands_meets_the_deadline() -> None:
    async def run() -> Snapshot | Trouble:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            base = f"https://127.0.0.1:{silent.getsockname()[1]}"
            async with open_client() as client:
                return await Exchange(client, 0.3).ask(vendor(), account(base_url=base), {"key": KEY}, clock)

    assert bad(asyncio.run(run())).message == "127.0.0.1 did not answer within 0.3 s."

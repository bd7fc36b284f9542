"""Promise C2: no key survives the log, whatever it looks like and wherever it stands; ordinary words do."""

import base64
import io
import json
import logging
import random
import string
import time
import uuid
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from creditdesk.providers.redaction import RedactingFilter, quiet_libraries, redact, redact_known

_BASE62 = string.ascii_letters + string.digits


def a_key(chance: random.Random) -> str:
    """Something that vendors give out as a key: a prefix or none, up to 64 characters, letters and digits."""

    def some(alphabet: str, least: int = 20, most: int = 64) -> str:
        length = chance.randrange(least, most)
        found = [chance.choice(alphabet) for _ in range(length)]
        for _ in range(3):
            found[chance.randrange(length)] = chance.choice(string.digits)
        return "".join(found)

    ways: tuple[Callable[[], str], ...] = (
        lambda: "tkn_usr_" + some(_BASE62, 8),
        lambda: "CAP-" + some("0123456789ABCDEF", 16, 40),
        lambda: "sk-" + some(_BASE62 + "-_"),
        lambda: some(_BASE62),
        lambda: some("0123456789abcdef"),
        lambda: some(string.ascii_lowercase + string.digits),
        lambda: some(string.ascii_uppercase + string.digits),
        lambda: some(_BASE62 + "-_"),
        lambda: str(uuid.UUID(int=chance.getrandbits(128))),
    )
    return chance.choice(ways)()


_HEADERS = ("Authorization", "x-api-key", "X-Auth-Token", "apikey", "Proxy-Authorization", "Cookie", "X-RapidAPI-Key")
_NAMES = ("api_key", "clientKey", "access_token", "token", "secret", "client_secret", "password", "key")


def a_message(key: str, chance: random.Random) -> str:
    """A line of a log in which a key stands somewhere."""
    header, name = chance.choice(_HEADERS), chance.choice(_NAMES)
    ways = (
        f"{header}: {key}",
        f"{header}: Bearer {key}\r\nAccept: */*",
        f"{header}: Token {key[:9]}",
        f"request headers: {{'{header.lower()}': '{key}', 'accept': '*/*'}}",
        f"Headers([(b'{header}', b'{key}'), (b'host', b'api.example.com')])",
        f'HTTP Request: GET https://api.example.com/v1/usage?{name}={quote(key)}&page=2 "HTTP/1.1 200 OK"',
        f"GET https://api.example.com/v1/{key}/usage failed",
        f"https://user:{key}@proxy.example:3128 refused",
        json.dumps({"errorId": 1, name: key, "n": 5}),
        json.dumps(json.dumps({name: key, "n": [1]})),
        repr({name: key}),
        f"{name}={key}",
        f"could not use {key}, giving up",
        f"<{key}>",
        f"Invalid key: '{key}'.",
        f"curl -H '{header}: {key}' https://api.example.com",
    )
    return chance.choice(ways)


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(RedactingFilter())
    logger = logging.getLogger("creditdesk.test_redaction")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


@pytest.mark.promise("C2", "10,000 keys")
def test_ten_thousand_keys_do_not_survive_the_log(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    chance = random.Random(20261121)
    keys = [a_key(chance) for _ in range(10_000)]
    for number, key in enumerate(keys):
        message = a_message(key, chance)
        way = number % 4
        if way == 0:
            logger.info(message)
        elif way == 1:
            logger.warning("asked %s in %d ms", message, 12)
        elif way == 2:
            logger.error("%(what)s", {"what": message})
        else:
            try:
                raise ValueError(message)
            except ValueError:
                logger.exception("reading failed")
    text = written.getvalue()
    survivors = [key for key in keys if key in text or quote(key) in text]
    assert survivors == []
    assert text.count("reading failed") == 2_500


def test_keys_in_a_chain_of_tracebacks_and_in_extra_fields_are_gone(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.handlers[0].setFormatter(logging.Formatter("%(message)s %(where)s %(how)s"))
    key = "Zk81mQx7Wp0rTb5YqL2n"
    try:
        try:
            raise ConnectionError(f"https://api.example.com/?k={key}")
        except ConnectionError as error:
            raise RuntimeError(f"token {key}") from error
    except RuntimeError:
        extra = {"where": f"api_key={key}", "how": {"x-api-key": key}}
        logger.error("failed with %s", key, exc_info=True, stack_info=True, extra=extra)
    text = written.getvalue()
    assert key not in text
    assert "ConnectionError" in text and "RuntimeError" in text and "test_redaction.py" in text


def test_a_record_whose_arguments_do_not_fit_is_still_redacted(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    logger.info("two %s %s", "sk-abc123def456ghi789jkl")
    assert "abc123" not in written.getvalue() and "two" in written.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "plain words stay readable in test_a_redirect_is_an_error_2 and in ModuleNotFoundError",
        'File "/usr/lib/python3.11/site-packages/httpx/_client.py", line 1661, in send',
        "creditdesk.providers.exchange.Exchange.ask at 0x7f3a2b1c9d10",
        "SSLCertVerificationError ClientConnectorCertificateError internationalization",
        "2026-11-21T12:00:00.123456Z reading of Ranktracker took 0.123 s",
        "unknown key: limit",
        "KeyError: 'remaining'",
        "the token was rejected, the password field is empty",
        "data.attributes.serpAnalyser.remaining is missing",
        "https://developers.leadboxer.com/docs/credit-usage-cost-model",
        "manylinux_2_34_x86_64 cpython-311-x86_64-linux-gnu",
        "1234567890123456789 credits",
        "history.2026-11-01T000000Z.sqlite3 and history.sqlite3.2026-11-21T133020Z.aside are damaged",
        "Nothing was sent: the setting site of this account is missing.",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("x-api-key: abc", "x-api-key: ***"),
        ("x-api-key: Token abc", "x-api-key: ***"),
        ("api_key=abc&page=2", "api_key=***&page=***"),
        ("Authorization: Basic YTpi next", "Authorization: ***"),
        ('{"clientKey": "CAP-12", "a": 1}', '{"clientKey": ***, "a": 1}'),
        ("(b'x-api-key', b'abc')", "(b'x-api-key', b***)"),
        ("https://h.example/x?api_key=1&b=2#f", "https://h.example/x?api_key=***&b=***"),
        ("https://u:p@h.example/x", "https://***@h.example/x"),
        ("tkn_usr_ab12 and CAP-AB12", "*** and ***"),
        ("https://api.example.com/v1/8f3a9c2d1e4b5a6f7788/usage", "https://api.example.com/v1/***/usage"),
    ],
)
def test_short_keys_go_by_where_they_stand(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "echo",
    ["{0}", "({0})", "x{0}x", "{1}", "{2}", "{3}", "{4}", "{5}"],
)
def test_every_piece_of_a_known_secret_goes(echo: str) -> None:
    secret = "pass phrase+with/odd=signs"

    forms = (
        secret,
        secret[:8],
        secret[-11:],
        secret.upper(),
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
    )
    told = redact_known("before " + echo.format(*forms) + " after", (secret,))
    low = told.lower()
    assert not any(secret[at : at + 8].lower() in low for at in range(len(secret) - 7))
    assert forms[5][:12] not in told and forms[4][:12] not in told
    assert told.startswith("before ") and told.endswith(" after")


def test_a_short_known_secret_goes_whole_and_an_empty_one_does_nothing() -> None:
    assert redact_known("the pin is 1234", ("1234", "")) == "the pin is ***"


@pytest.mark.parametrize(
    "text",
    [
        "'key':'" * 20_000,
        "authorization " * 50_000,
        "x-" * 50_000,
        "a-" * 100_000,
        '"api_key": "' + '\\"' * 50_000,
        "x_" * 100_000,
        "A" * 200_000,
        "client_" * 30_000,
        "://" * 60_000,
        "key=" * 50_000,
        "bearer " * 30_000,
    ],
)
def test_hostile_text_is_redacted_in_time(text: str) -> None:
    started = time.monotonic()
    redact(text)
    assert time.monotonic() - started < 5


def test_the_libraries_that_log_addresses_are_kept_quiet() -> None:
    names = ("httpx", "httpcore", "aiohttp", "aiohttp.client", "hpack", "asyncio")
    before = {name: logging.getLogger(name).level for name in names}
    try:
        quiet_libraries()
        assert all(logging.getLogger(name).getEffectiveLevel() >= logging.WARNING for name in names)
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)

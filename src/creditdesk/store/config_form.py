"""Settings and accounts as tables of config.toml, and back. Strict about what it knows, blind to what it does not.

A key has no place here: `key` says where it is kept. An error never repeats a value: it may be a key pasted there.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from urllib.parse import urlsplit

from creditdesk.core.pools import Account, Custody, Thresholds
from creditdesk.core.quiet import Quiet, clock_time
from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.settings import LEAST_INTERVAL_S, Settings, ThemeChoice

Table = dict[str, Any]
T = TypeVar("T")

MOST_NAME, MOST_DAYS = 60, 3650
_HOURS = ("from_hour", "until_hour", "digest_at")
_RULE_NUMBERS = ("expires_days", "not_read_hours", "unusual_times", "unusual_least_percent")
_SEEN = ("hide_amounts", "hide_names", "notifications", "sound")
_FLAGS = ("start_in_tray", "close_to_tray", "told_no_tray", "gateway", *_SEEN)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_MASKED = re.compile(r"([a-z][a-z0-9+.-]*://[A-Za-z0-9.-]*)?…")
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


class Wrong(Exception):
    """A value that can't be taken: under which key, and what is wrong with it."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(what)
        self.key = key
        self.what = what


def checked_name(name: str, others: Iterable[Account] = (), own_id: str = "") -> str:
    """The name without white space around it. Raises Wrong; names are told apart without regard to case."""
    clean = name.strip()
    if not 1 <= len(clean) <= MOST_NAME:
        raise Wrong("name", f"a name has 1 to {MOST_NAME} characters")
    if not clean.isprintable():
        raise Wrong("name", "a name can't have control characters")
    if any(each.name.casefold() == clean.casefold() and each.id != own_id for each in others):
        raise Wrong("name", "another account has this name")
    return clean


def checked_base_url(url: str) -> str:
    """ "" or a loopback origin, with a path prefix or none and no slash at the end. Raises Wrong."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise Wrong("base_url", "this is not an address") from None
    if parts.scheme not in ("http", "https") or not _LOOPBACK.fullmatch(parts.hostname or ""):
        raise Wrong("base_url", "only an address of this machine is allowed, such as http://127.0.0.1:8080")
    if parts.username is not None or parts.query or parts.fragment:
        raise Wrong("base_url", "only scheme, host, port and a path are allowed")
    return url.rstrip("/")


def settings_of(table: Mapping[str, Any]) -> Settings:
    """The settings that a `[settings]` table says; what it does not say is as shipped. Raises Wrong."""
    shipped = Settings()
    interval = _take(table, "interval_s", shipped.interval_s, _whole)
    if interval < LEAST_INTERVAL_S:
        raise Wrong("interval_s", f"at least {LEAST_INTERVAL_S} seconds")
    return Settings(
        interval_s=interval,
        thresholds=_take(table, "thresholds", shipped.thresholds, _thresholds),
        theme=_take(table, "theme", shipped.theme, _theme),
        **{flag: _take(table, flag, getattr(shipped, flag), _flag) for flag in _FLAGS},
        ca_file=_take(table, "ca_file", "", _text),
        window=_take(table, "window", "", _text),
        low_days=_take(table, "low_days", shipped.low_days, _amount),
        critical_days=_take(table, "critical_days", shipped.critical_days, _amount),
        rules=_take(table, "rules", shipped.rules, _rules),
        quiet=_take(table, "quiet", shipped.quiet, _quiet),
        addresses=_take(table, "addresses", {}, _masked),
    )


def settings_table(settings: Settings) -> Table:
    """The `[settings]` table; None for a key that is as shipped."""
    shipped = Settings()
    plain = ("interval_s", *_FLAGS, "ca_file", "window")
    table: Table = {
        name: getattr(settings, name) if getattr(settings, name) != getattr(shipped, name) else None for name in plain
    }
    table["theme"] = None if settings.theme is shipped.theme else settings.theme.value
    for name in ("low_days", "critical_days"):
        value = getattr(settings, name)
        table[name] = None if value == getattr(shipped, name) else _number(value)
    table["thresholds"] = None if settings.thresholds == shipped.thresholds else _threshold_table(settings.thresholds)
    table["addresses"] = dict(settings.addresses) or None
    table["rules"] = _rules_table(settings.rules) or None
    changed = {name: getattr(settings.quiet, name) for name in (*_HOURS, "critical_breaks")}
    table["quiet"] = {name: value for name, value in changed.items() if value} or None
    return table


def account_of(table: Mapping[str, Any]) -> Account:
    """The account of an `[[account]]` table. Raises Wrong."""
    custody, variable = _take(table, "key", (Custody.NONE, ""), _custody)
    interval = _take(table, "interval_s", 0, _whole)
    if interval and interval < LEAST_INTERVAL_S:
        raise Wrong("interval_s", f"at least {LEAST_INTERVAL_S} seconds, or 0 for the desk's own")
    return Account(
        id=_matching(table, "id", "an id"),
        name=checked_name(_take(table, "name", "", _text)),
        provider=_matching(table, "provider", "a vendor's id"),
        custody=custody,
        key_env=variable,
        base_url=checked_base_url(_take(table, "base_url", "", _text)),
        settings=_take(table, "settings", {}, _texts),
        client=_take(table, "client", "", _text),
        interval_s=interval,
        thresholds=_take(table, "thresholds", None, _thresholds),
        reserve=_take(table, "reserve", {}, _amounts),
        ask_over=_take(table, "ask_over", {}, _amounts),
        muted=_take(table, "muted", False, _flag),
        confirmed=_take(table, "confirmed", False, _flag),
        rules_off=tuple(each.value for each in _rule_kinds("rules_off", table.get("rules_off", []))),
        remind_days=min(_take(table, "remind_days", 0, _whole), MOST_DAYS),
    )


def account_table(account: Account) -> Table:
    """The `[[account]]` table; None for a key that has nothing to say. Raises Wrong for a value that can't be kept."""
    key = f"env:{account.key_env}" if account.custody is Custody.ENVIRONMENT else account.custody.value
    table: Table = {
        "id": account.id,
        "name": account.name,
        "provider": account.provider,
        "key": key,
        "base_url": account.base_url or None,
        "client": account.client or None,
        "interval_s": account.interval_s or None,
        "muted": account.muted or None,
        "confirmed": account.confirmed or None,
        "rules_off": list(account.rules_off) or None,
        "remind_days": account.remind_days or None,
        "settings": dict(account.settings) or None,
        "thresholds": _threshold_table(account.thresholds) if account.thresholds else None,
        "reserve": {pool: _number(value) for pool, value in account.reserve.items()} or None,
        "ask_over": {pool: _number(value) for pool, value in account.ask_over.items()} or None,
    }
    account_of({name: value for name, value in table.items() if value is not None})
    return table


def _take(table: Mapping[str, Any], key: str, shipped: T, read: Callable[[str, Any], T]) -> T:
    return read(key, table[key]) if key in table else shipped


def _matching(table: Mapping[str, Any], key: str, what: str) -> str:
    value = _take(table, key, "", _text)
    if not _ID.fullmatch(value):
        raise Wrong(key, f"{what} is needed: letters, digits, . _ and -, 64 at the most")
    return value


def _text(key: str, value: object) -> str:
    if isinstance(value, str):
        return value
    raise Wrong(key, "a text is needed")


def _flag(key: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Wrong(key, "true or false is needed")


def _whole(key: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        raise Wrong(key, "a whole number is needed")
    return value


def _amount(key: str, value: object) -> Decimal:
    if not isinstance(value, int | str | Decimal) or isinstance(value, bool):
        raise Wrong(key, "a number is needed")
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise Wrong(key, "a number is needed") from None
    if not amount.is_finite() or amount < 0 or abs(amount.adjusted()) > 30:
        raise Wrong(key, "a number from 0 up is needed")
    return amount


def _amounts(key: str, value: object) -> dict[str, Decimal]:
    return {str(name): _amount(str(name), each) for name, each in _table(key, value).items()}


def _texts(key: str, value: object) -> dict[str, str]:
    return {str(name): _text(str(name), each) for name, each in _table(key, value).items()}


def _masked(key: str, value: object) -> dict[str, str]:
    """What may be shown of addresses of mail and chat. They themselves hold secrets and are in the keyring."""
    shown = _texts(key, value)
    if wrong := next((each for each, text in shown.items() if not _MASKED.fullmatch(text)), None):
        raise Wrong(wrong, "an address is kept in the keyring; here stands only what may be shown of it")
    return shown


def _table(key: str, value: object) -> Mapping[str, object]:
    if isinstance(value, dict):
        return value
    raise Wrong(key, "a table is needed")


def _theme(key: str, value: object) -> ThemeChoice:
    try:
        return ThemeChoice(_text(key, value))
    except ValueError:
        raise Wrong(key, f"one of {', '.join(ThemeChoice)} is needed") from None


def _custody(key: str, value: object) -> tuple[Custody, str]:
    kind, _, variable = _text(key, value).partition(":")
    if kind == "env" and _VARIABLE.fullmatch(variable):
        return Custody.ENVIRONMENT, variable
    if not variable and kind in (Custody.KEYRING, Custody.SESSION, Custody.NONE):
        return Custody(kind), ""
    raise Wrong(key, "keyring, session, none or env:VARIABLE is needed; the key itself never stands here")


def _thresholds(key: str, value: object) -> Thresholds:
    table, shipped = _table(key, value), Thresholds()
    return Thresholds(
        _take(table, "low_percent", shipped.low_percent, _amount),
        _take(table, "critical_percent", shipped.critical_percent, _amount),
        _take(table, "low_amounts", {}, _amounts),
        _take(table, "critical_amounts", {}, _amounts),
    )


def _rule_kinds(key: str, value: object) -> tuple[RuleKind, ...]:
    """Rules by name, each once, in the order of `RuleKind`."""
    if not isinstance(value, list) or not all(isinstance(each, str) and each in list(RuleKind) for each in value):
        raise Wrong(key, f"a list of some of {', '.join(RuleKind)} is needed")
    return tuple(each for each in RuleKind if each in value)


def _rules(key: str, value: object) -> Rules:
    table, shipped = _table(key, value), Rules()
    numbers = {name: _take(table, name, getattr(shipped, name), _amount) for name in _RULE_NUMBERS}
    if zero := next((name for name, each in numbers.items() if not each), ""):
        raise Wrong(zero, "a number above 0 is needed")
    off = _take(table, "off", tuple(shipped.off), _rule_kinds)
    return Rules(frozenset(off), **numbers)


def _rules_table(rules: Rules) -> Table:
    """What differs from what is shipped."""
    shipped = Rules()
    table: Table = {} if rules.off == shipped.off else {"off": [each.value for each in RuleKind if each in rules.off]}
    changed = {name: getattr(rules, name) for name in _RULE_NUMBERS if getattr(rules, name) != getattr(shipped, name)}
    return table | {name: _number(each) for name, each in changed.items()}


def _quiet(key: str, value: object) -> Quiet:
    table = _table(key, value)
    hours = {name: _take(table, name, "", _hour) for name in _HOURS}
    if bool(hours["from_hour"]) != bool(hours["until_hour"]):
        raise Wrong(key, "quiet hours need both from_hour and until_hour")
    return Quiet(**hours, critical_breaks=_take(table, "critical_breaks", False, _flag))


def _hour(key: str, value: object) -> str:
    text = _text(key, value)
    try:
        clock_time(text)
    except ValueError:
        raise Wrong(key, "a time of day is needed, such as 22:30") from None
    return text


def _threshold_table(thresholds: Thresholds) -> Table:
    table: Table = {name: _number(getattr(thresholds, name)) for name in ("low_percent", "critical_percent")}
    for name in ("low_amounts", "critical_amounts"):
        amounts: Mapping[str, Decimal] = getattr(thresholds, name)
        table[name] = {pool: _number(value) for pool, value in amounts.items()} or None
    return {name: value for name, value in table.items() if value is not None}


def _number(amount: Decimal) -> int | str:
    """An amount as TOML says it without losing a digit: a whole number, else text."""
    whole = amount == amount.to_integral_value() and amount.adjusted() < 18
    return int(amount) if whole else format(amount, "f")

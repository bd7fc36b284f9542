"""Which of keyring's backends may keep a key, and what the store behind one is called."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Protocol

from creditdesk.store.keys import MOST_ANYWHERE, MOST_ON_WINDOWS, NoKeyring

SECRETS_BUS_NAME = "org.freedesktop.secrets"


class Backend(Protocol):
    """What the vault uses of a keyring backend."""

    def get_password(self, service: str, username: str) -> str | None:
        """The value, or None when there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a value."""

    def delete_password(self, service: str, username: str) -> None:
        """Drop a value."""


_NAMES = {
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.Windows": "Windows Credential Locker",
    "keyring.backends.macOS": "macOS Keychain",
}
_SECRET_SERVICE = ("keyring.backends.SecretService", "keyring.backends.libsecret")
_OWNERS = {
    "gnome-keyring-d": "GNOME Keyring",
    "keepassxc": "KeePassXC",
    "kwalletd5": "KWallet",
    "kwalletd6": "KWallet",
    "ksecretd": "KWallet",
}
"""Processes that own the Secret Service's bus name, by the name that Linux gives them (15 characters)."""


def safe_backend(found: Backend) -> Backend:
    """The backend to use: the one found, or the first safe one of a chain. Raises NoKeyring with the reason."""
    if _module(found) != "keyring.backends.chainer":
        reason = refusal(found)
        if reason:
            raise NoKeyring(reason)
        return found
    chained: Iterable[Backend] = getattr(found, "backends", ())
    reasons = []
    for backend in chained:
        reason = refusal(backend)
        if not reason:
            return backend
        reasons.append(reason)
    raise NoKeyring(reasons[0] if reasons else _NOTHING)


_NOTHING = "No keyring is running in this session."


def refusal(backend: Backend) -> str:
    """Why this backend may not keep a key, in one sentence; "" when it may."""
    module, name = _module(backend), type(backend).__name__
    if module == "keyring.backends.fail":
        return _NOTHING
    if module == "keyring.backends.null":
        return "The keyring is switched off (the null backend is chosen)."
    if module.split(".")[0] == "keyrings" and module.startswith("keyrings.alt"):
        return f"The only keyring found ({name} of keyrings.alt) keeps keys in a plain file or asks on a terminal."
    if "plaintext" in name.casefold():
        return f"The only keyring found ({name}) keeps keys in a plain file."
    return ""


def most_characters(backend: Backend) -> int:
    """How many characters of a key this backend's store takes."""
    return MOST_ON_WINDOWS if _module(backend) == "keyring.backends.Windows" else MOST_ANYWHERE


def human_name(backend: Backend) -> str:
    """What the store behind this backend is called. Asks D-Bus who the Secret Service is; never opens a prompt."""
    module = _module(backend)
    if module in _SECRET_SERVICE:
        return secret_service_owner() or "Secret Service"
    known = next((name for start, name in _NAMES.items() if module.startswith(start)), "")
    return known or str(getattr(backend, "name", "") or type(backend).__name__)


def secret_service_owner() -> str:
    """The name of the program that is the Secret Service in this session; "" when that can't be told."""
    import secretstorage  # 45 ms, on Linux only, and only once a key store is asked for

    try:
        with closing(secretstorage.dbus_init()) as connection:
            bus = secretstorage.util.DBusAddressWrapper("/org/freedesktop/DBus", "org.freedesktop.DBus", connection)
            bus.bus_name = "org.freedesktop.DBus"
            (pid,) = bus.call("GetConnectionUnixProcessID", "s", SECRETS_BUS_NAME)
        return _OWNERS.get(Path(f"/proc/{int(pid)}/comm").read_text(encoding="utf-8").strip(), "")
    except Exception:  # the name is a courtesy: whatever goes wrong, the store itself still works
        return ""


def opens_quietly(backend: Backend) -> bool:
    """Whether the store is known to be open, so that asking it shows no prompt. False when that can't be told."""
    if _module(backend) not in _SECRET_SERVICE:
        return False
    import secretstorage  # 45 ms, on Linux only, and only after a prompt was refused

    try:
        with closing(secretstorage.dbus_init()) as connection:
            return not secretstorage.Collection(connection).is_locked()
    except Exception:  # only a hint: whatever goes wrong, the store is taken for locked
        return False


def _module(backend: Backend) -> str:
    return type(backend).__module__

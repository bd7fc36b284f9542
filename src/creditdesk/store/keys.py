"""What a pasted key must be, and the errors of keeping one. No error ever repeats a part of the key."""

MOST_ANYWHERE = 16 * 1024
MOST_ON_WINDOWS = 1280
"""Characters: the Windows Credential Locker takes 2,560 bytes of UTF-16 (CRED_MAX_CREDENTIAL_BLOB_SIZE, 2026-11)."""

_EDGES = " \t\r\n\v\f\u00a0\ufeff\u200b\u200c\u200d\u2060"


class VaultError(Exception):
    """A key can't be had or kept; the text is one plain sentence. See `creditdesk.store.vault` for the tree."""


class KeyMissing(VaultError):
    """The store answers and has no such key. `names` are the credentials that are missing."""

    def __init__(self, message: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.names = names


class KeyringLocked(VaultError):
    """The keyring is there and does not open: locked, waiting at a prompt, or refused by the user."""


class NoKeyring(VaultError):
    """There is no keyring that keeps keys safely. `reason` says why, in one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KeyRefused(VaultError):
    """The key can't be kept or used as it is: a bad paste, or longer than the store takes."""


def check_key(text: str, most: int = MOST_ANYWHERE) -> str:
    """The pasted key without white space around it. Raises KeyRefused, never repeating what was pasted.

    `most` is the number of characters that the store takes.
    """
    key = text.strip(_EDGES)
    if not key:
        raise KeyRefused("The key is empty.")
    if "\n" in key or "\r" in key:
        raise KeyRefused("The key has a line break inside. Paste the key alone.")
    if not key.isascii():
        raise KeyRefused("The key has a character that no key has (a letter with an accent, or a typographic sign).")
    if not key.isprintable():
        raise KeyRefused("The key has a control character inside. Copy it again.")
    if len(key) > most:
        raise KeyRefused(
            f"The key has {len(key):,} characters, and this system's key store takes {most:,} at the most."
        )
    return key

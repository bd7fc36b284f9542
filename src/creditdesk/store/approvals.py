"""approved.toml: which definitions of the user's own he approved, and which of them an account's key was given for.

The file lies beside the config and is written like it: whole or not at all, under a lock, for the user alone. What
cannot be read approves nothing.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from creditdesk.store.files import replace_file
from creditdesk.store.lock import FileLock

SCHEMA = 1
MOST_BYTES = 1 << 20
MOST_OF_ONE = 8
"""Approvals of one definition that are kept."""

_Stamp = tuple[int, int, int]


class ApprovalsError(Exception):
    """The file of approvals can't be used; the text is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What was approved: the digest of a binding, its lines as they were shown, and the local host typed ("": none)."""

    digest: str
    at: datetime
    lines: tuple[str, ...] = ()
    host: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """What an account's stored keys were given for: a digest, "" for none, and the names of the credentials."""

    digest: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    approvals: dict[str, list[Approval]]  # by definition, the last one first
    bound: dict[str, Bound]


class Approvals:
    """The approvals at `path`, by definition and digest. Every method raises ApprovalsError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: _Stamp | None = None
        self._kept = _Kept({}, {})

    def find(self, definition_id: str, digest: str) -> Approval | None:
        """The approval of the definition with this id as it has this digest; None when it is not approved so."""
        return next((each for each in self._of(definition_id) if each.digest == digest), None)

    def last(self, definition_id: str) -> Approval | None:
        """What was last approved of the definition with this id."""
        return next(iter(self._of(definition_id)), None)

    def approve(self, definition_id: str, approval: Approval) -> None:
        """Keep this approval. OSError when it can't be written."""

        def change(document: dict[str, Any]) -> None:
            listed = document.setdefault("approval", [])
            others = [each for each in listed if each["id"] == definition_id and each["digest"] != approval.digest]
            table = {
                "id": definition_id,
                "digest": approval.digest,
                "at": approval.at.astimezone(UTC),
                "lines": list(approval.lines),
                **({"host": approval.host} if approval.host else {}),
            }
            rest = [each for each in listed if each["id"] != definition_id]
            document["approval"] = [*rest, *others[1 - MOST_OF_ONE :], table]

        self._edit(change)

    def _of(self, definition_id: str) -> list[Approval]:
        return self._load().approvals.get(definition_id, [])

    def bound(self, account_id: str) -> Bound:
        """What the account's stored keys were given for."""
        return self._load().bound.get(account_id, Bound())

    def bind(self, account_id: str, bound: Bound) -> None:
        """Note what the account's stored keys were given for. OSError when it can't be written."""
        if self.bound(account_id) == bound:
            return

        def change(document: dict[str, Any]) -> None:
            keys = document.setdefault("key", {})
            keys.pop(account_id, None)
            if bound.digest:
                keys[account_id] = {"digest": bound.digest, "names": list(bound.names)}

        self._edit(change)

    def _load(self) -> _Kept:
        stamp = self._look()
        if stamp is None or stamp != self._stamp:
            self._kept = self._read(self._document())
            self._stamp = stamp
        return self._kept

    def _look(self) -> _Stamp | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)

    def _edit(self, change: Callable[[dict[str, Any]], object]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.path.with_name(f"{self.path.name}.lock")).hold():
            document = self._document()
            self._read(document)  # a file that is wrong is left as it is
            change(document)
            import tomli_w  # for writing only

            replace_file(self.path, tomli_w.dumps({"schema": SCHEMA, **document}).encode())
        self._stamp = None

    def _document(self) -> dict[str, Any]:
        try:
            with self.path.open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
            if len(data) > MOST_BYTES:
                raise self._error("is over 1 MiB")
            return tomllib.loads(data.decode("utf-8-sig"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._error(f"can't be read ({error.strerror})") from None
        except (ValueError, RecursionError):
            raise self._error("is not right TOML") from None

    def _read(self, document: dict[str, Any]) -> _Kept:
        if document.get("schema", SCHEMA) != SCHEMA:
            raise self._error("was written by a newer creditdesk")
        approvals: dict[str, list[Approval]] = {}
        try:
            for table in document.get("approval", []):
                approvals.setdefault(_text(table["id"]), []).insert(0, _approval(table))
            bound = document.get("key", {})
            return _Kept(
                approvals,
                {name: Bound(_text(table["digest"]), _texts(table)) for name, table in bound.items()},
            )
        except (KeyError, TypeError, AttributeError):
            raise self._error("holds something that creditdesk did not write") from None

    def _error(self, what: str) -> ApprovalsError:
        text = f"{self.path} {what}. Nothing of your own is approved until it is put right or removed."
        return ApprovalsError(text)


def _approval(table: dict[str, Any]) -> Approval:
    at = table["at"]
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise TypeError
    return Approval(_text(table["digest"]), at, _texts(table, "lines"), _text(table.get("host", "")))


def _texts(table: dict[str, Any], key: str = "names") -> tuple[str, ...]:
    return tuple(map(_text, table.get(key, [])))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value

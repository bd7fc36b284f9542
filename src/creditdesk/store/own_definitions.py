"""The user's own definition files: written whole and privately, never over another one, and kept when removed."""

import hashlib
import os
import re
from datetime import datetime
from pathlib import Path

from creditdesk.paths import resources
from creditdesk.store.files import free_name, replace_file, stamp, sync_folder
from creditdesk.store.lock import FileLock

MOST_BYTES = 64 * 1024
REMOVED = "removed"
"""The folder beside the definitions in which removed ones are kept."""

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class OwnDefinitionError(Exception):
    """A definition file can't be kept, read or removed; the text is one plain sentence."""


class ChangedMeanwhile(OwnDefinitionError):
    """The file is not the one that was read: another program changed it or took it away."""


def text_digest(text: str) -> str:
    """Names a text, for `save`: SHA-256, 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def save(folder: Path, definition_id: str, text: str, former_digest: str | None = None) -> Path:
    """Keep this text as the definition `definition_id` in the user's folder; the file's path.

    A file that is there already is replaced only when `former_digest` is the `text_digest` of what it holds: so nothing
    is overwritten that the caller has not seen. Raises OwnDefinitionError; OSError when it can't be written.
    """
    path = _place(folder, definition_id)
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise OwnDefinitionError("The definition holds half of a character, which no file can.") from None
    if len(data) > MOST_BYTES:
        raise OwnDefinitionError(f"The definition is larger than {MOST_BYTES // 1024} KiB.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(folder / ".lock").hold():
        if os.path.lexists(path):
            if former_digest is None:
                raise OwnDefinitionError(f"There is a definition called {definition_id} already.")
            if text_digest(_text(path)) != former_digest:
                raise ChangedMeanwhile(f"{path.name} was changed by somebody else meanwhile. It is left as it is.")
        elif former_digest is not None:
            raise ChangedMeanwhile(f"{path.name} is gone.")
        replace_file(path, data)
    return path


def remove(folder: Path, definition_id: str, now: datetime) -> Path:
    """Take a definition away; where it is kept. `restore` brings it back. Raises OwnDefinitionError, OSError."""
    path = _place(folder, definition_id)
    if not os.path.lexists(path):
        raise OwnDefinitionError(f"There is no definition of your own called {definition_id}.")
    aside = folder / REMOVED
    aside.mkdir(exist_ok=True, mode=0o700)
    with FileLock(folder / ".lock").hold():
        kept = free_name(aside / f"{definition_id}.{stamp(now)}.toml")
        os.rename(path, kept)
    sync_folder(folder)
    return kept


def restore(folder: Path, definition_id: str, kept: Path) -> Path:
    """Bring a removed definition back; its path. Raises OwnDefinitionError when its id is taken again, OSError."""
    path = save(folder, definition_id, _text(kept))
    kept.unlink()
    return path


def import_file(path: Path) -> str:
    """The text of a definition file from elsewhere. Raises OwnDefinitionError; it is not checked here."""
    return _text(path)


def _place(folder: Path, definition_id: str) -> Path:
    if not _ID.fullmatch(definition_id) or len(definition_id) > 64:
        raise OwnDefinitionError("An id has lower-case letters, digits and - between them, 64 at the most.")
    if (resources() / "providers" / f"{definition_id}.toml").exists():
        raise OwnDefinitionError(f"{definition_id} is the id of a definition that came with creditdesk.")
    return folder / f"{definition_id}.toml"


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise OwnDefinitionError(f"{path} is not a file.")
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 4)
    except OSError as error:
        raise OwnDefinitionError(f"{path} can't be read ({error.strerror}).") from None
    if len(data) > MOST_BYTES:
        raise OwnDefinitionError(f"{path} is larger than {MOST_BYTES // 1024} KiB.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OwnDefinitionError(f"{path} is not UTF-8 text. Save it as UTF-8.") from None

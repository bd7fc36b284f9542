"""`history`: out to a file and back in, its copies, and one of them put back."""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from creditdesk.core.amounts import dumps
from creditdesk.desk.carrying import Span, export_history, import_history
from creditdesk.desk.keeping import listing, put_back, single_writer
from creditdesk.desk.opening import Desk
from creditdesk.desk.tools import Declined, utc_now
from creditdesk.paths import places
from creditdesk.store.backups import FOLDER, Backup, is_good
from creditdesk.store.past_files import is_replaceable, kind_of
from creditdesk.store.restoring import BackupError, is_waiting

ASTRAY = "{astray:,} lie before 1970 or ahead of now: they were left out."
WAITING = "A copy is ready. It takes the place of the history when a window is opened next; Settings can call it off."
NO_EVENTS = "A table has no place for events and warnings: {left_out:,} were left out. JSON keeps them."


async def export(options: argparse.Namespace, desk: Desk) -> int:
    """Write the history of the accounts to a file; what it holds is said on standard output."""
    path = Path(options.file)
    kind = kind_of(path, options.format)
    span = Span(_instant(options.since), _instant(options.until, timedelta(days=1)))
    if span.since is not None and span.until is not None and span.since >= span.until:
        raise Declined("--since is not before --until: nothing lies between them.")
    if not is_replaceable(path):
        raise Declined(f"{path} is there already, and no export of creditdesk. Nothing was written.")
    accounts = tuple(map(desk.registry.named, options.account)) or desk.tools.chosen.accounts
    written = await export_history(desk.tools, accounts, (path, kind), span, _tell)
    if written.left_out:
        _tell(NO_EVENTS.format(left_out=written.left_out))
    print(f"Wrote {_counted(written.points, 'point')} of {_counted(written.accounts, 'account')} to {path}.")
    return 0


async def bring(options: argparse.Namespace, desk: Desk) -> int:
    """Put a file's history beside what is stored."""
    into = desk.registry.named(options.into).id if options.into else ""
    added = await import_history(desk.tools, Path(options.file), into, _tell)
    print(
        f"Added {_counted(added.points, 'point')}, {_counted(added.events, 'event')} and "
        f"{_counted(added.episodes, 'warning')}; "
        f"{added.known:,} were there already or overlap what is stored."
    )
    if added.astray:
        _tell(ASTRAY.format(astray=added.astray))
    return 0


def without_desk(options: argparse.Namespace) -> int:
    """List the copies or put one back. The history itself is not opened: it may be what is wrong."""
    database = places(options.data_dir).database
    if options.verb == "backups":
        _list(listing(database), options.json, is_waiting(database))
        return 0
    print(put_back(database, _found(options.backup, database), utc_now()))
    return 0


def _found(name: str, database: Path) -> Path:
    for path in (database.parent / FOLDER / name, database.parent / name, Path(name)):
        if path.is_file():
            return path
    raise BackupError(f"There is no copy named {name}. `creditdesk history backups` lists them.")


def _list(found: tuple[Backup, ...], as_json: bool, waiting: bool) -> None:
    if as_json:
        said = {"single_writer": single_writer() or None, "waiting": waiting}
        print(dumps({**said, "backups": [_row(each) for each in found]}, indent=2))
        return
    for each in found:
        what = "set aside" if each.aside else "copy"
        good = "damaged" if not is_good(each.path) else "flawed" if each.flawed else "good"
        print(f"{each.at:%Y-%m-%d %H:%M:%S} UTC  {each.size / 1e6:>8.1f} MB  {good:<7}  {what:<9}  {each.path.name}")
    if not found:
        print("There is no copy yet. The window makes one every half hour while something is written.")
    for note in (WAITING if waiting else "", single_writer()):
        if note:
            _tell(note)


def _row(each: Backup) -> dict[str, object]:
    kind = "set_aside" if each.aside else "copy"
    said = {"bytes": each.size, "schema": each.schema, "kind": kind, "good": is_good(each.path), "flawed": each.flawed}
    return {"name": each.path.name, "at": each.at, **said}


def _instant(text: str | None, a_day: timedelta = timedelta(0)) -> datetime | None:
    """A day's beginning (UTC; `a_day` later for its end) or an instant. Raises Declined."""
    if not text:
        return None
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC) + a_day
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Declined("A time is written as 2026-11-01 or 2026-11-01T12:00:00Z.") from None


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _tell(text: str) -> None:
    print(f"creditdesk: {text}", file=sys.stderr)

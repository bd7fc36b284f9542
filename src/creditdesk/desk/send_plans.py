"""Making a plan of an import, and seeing that nothing it is bound to has changed before it is sent."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from creditdesk.core.factors import FactorError, check_factors
from creditdesk.core.import_plan import ImportPlan, Picked, Source, items_mark, pick, price_mark
from creditdesk.core.keywords import clean
from creditdesk.core.pools import Snapshot
from creditdesk.core.queueing import Queue
from creditdesk.core.send_sizing import Charged, higher, size_batches
from creditdesk.core.sending import Place, split
from creditdesk.core.verdict import Verdict, VerdictKind, Why
from creditdesk.desk.listing import read_list
from creditdesk.desk.reading import Reader
from creditdesk.desk.send_calls import Calls, Job, SendError
from creditdesk.desk.send_run import shortage
from creditdesk.store.sheets import Choice, SheetError

MOST_BATCH = 10_000
_PIECE = 1 << 20
_OTHER_PRICES = "The vendor's prices or requests, or the account's settings, are not those of the plan. Size it anew."


class PlanVoid(SendError):
    """The plan may not be sent any more; the text names what changed since it was made."""


class NoRoom(PlanVoid):
    """What is left does not hold it."""


class OverLimit(SendError):
    """The import passes a spending limit, or goes under the reserve: it is sent only when the user confirms that."""


class VendorTrouble(SendError):
    """What is left could not be read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user wants sent. `items` is the whole list; `first` (0: all) and `leave_out` choose from it."""

    items: Sequence[str]
    place: Place
    rows: tuple[Mapping[str, str], ...] = ()
    factors: Mapping[str, str] | None = None
    source: Source = Source()  # noqa: RUF009  # a frozen value
    first: int = 0
    leave_out: tuple[str, ...] = ()
    batch: int = 0
    reserve: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A plan that holds: what it is sent with, its items, and the line of each."""

    job: Job
    items: tuple[str, ...]
    lines: tuple[int, ...]


class Plans:
    """Makes and checks plans."""

    def __init__(self, calls: Calls, reader: Reader) -> None:
        self._calls = calls
        self._reader = reader

    async def make(self, account_id: str, operation: str, wanted: Wanted) -> ImportPlan:
        """The plan of an import, as things are now. Nothing is asked. Raises SendError."""
        job = self._calls.job(account_id, operation)
        rows = checked_rows(job, wanted.rows)
        factors = self._factors(job, wanted.factors or {}, rows)
        picked = await asyncio.to_thread(pick, wanted.items, wanted.leave_out, wanted.first)
        await _check_items(picked.items)
        snapshot = self._reader.reading(job.account).snapshot
        batch = checked_batch(job, wanted.batch)
        verdict = _sized(job, factors, (len(picked.items), batch), snapshot, {})
        source = wanted.source
        return ImportPlan(
            account=account_id,
            account_name=job.account.name,
            provider=job.account.provider,
            operation=operation,
            factors=factors,
            rows=rows,
            place=wanted.place,
            file=source.file,
            file_sha256=source.sha256 or (await _file_mark(Path(source.file)) if source.file else ""),
            column=source.column,
            encoding=source.encoding,
            delimiter=source.delimiter,
            sheet=source.sheet,
            header_line=source.header_line,
            count=len(picked.items),
            items_sha256=items_mark(picked.items),
            first=wanted.first if source.file else 0,
            leave_out=wanted.leave_out if source.file else (),
            items=() if source.file else picked.items,
            batch=batch,
            prices=price_mark(job.definition, job.operation, job.account),
            expected={each.pool: each.needs_high for each in verdict.demands if each.needs_high is not None},
            created_at=self._calls.tools.clock(),
            base_url=job.account.base_url,
            name=source.name or Path(source.file).name,
            keep_footer=source.keep_footer,
            reserve=dict(wanted.reserve),
        )

    async def bound(self, plan: ImportPlan, items: Sequence[str] | None) -> Checked:
        """See that all that the plan is bound to is as it was; nothing is asked. Raises PlanVoid, SendError."""
        job = self._bound(plan)
        picked, lines = await self._items(plan, items)
        if len(picked.items) != plan.count or items_mark(picked.items) != plan.items_sha256:
            raise PlanVoid("The list gives other items than when the plan was made. Size it anew.")
        return Checked(job, picked.items, lines)

    async def still(self, job: Job, queue: Queue) -> None:
        """The same for an import that waits in the outbox with its items; the account is as it was. Raises PlanVoid."""
        if price_mark(job.definition, job.operation, job.account) != queue.prices:
            raise PlanVoid(_OTHER_PRICES)
        if queue.file:
            await _same_file(Path(queue.file), queue.file_sha256)

    def _bound(self, plan: ImportPlan) -> Job:
        """The account as the plan knew it."""
        try:
            account = self._calls.tools.chosen.account(plan.account)
        except KeyError:
            raise PlanVoid(f"The account {plan.account_name} of this plan is not there any more.") from None
        if (account.provider, account.base_url) != (plan.provider, plan.base_url):
            raise PlanVoid(f"{account.name} has another vendor or another address than when the plan was made.")
        job = self._calls.job(plan.account, plan.operation)
        if price_mark(job.definition, job.operation, account) != plan.prices:
            raise PlanVoid(_OTHER_PRICES)
        rows = checked_rows(job, plan.rows)
        if self._factors(job, plan.factors, rows) != dict(plan.factors):
            raise PlanVoid("The factors of the plan do not fit its rows. Size it anew.")
        if checked_batch(job, plan.batch) != plan.batch:
            raise PlanVoid("The plan's batches are larger than a request may be.")
        return job

    def _factors(self, job: Job, given: Mapping[str, str], rows: tuple[Mapping[str, str], ...]) -> dict[str, str]:
        counted = {job.rule.rows: str(len(rows))} if job.rule.rows else {}
        try:
            return dict(check_factors(job.operation, {**given, **counted}))
        except FactorError as error:
            raise SendError(str(error)) from None

    async def _items(self, plan: ImportPlan, items: Sequence[str] | None) -> tuple[Picked, tuple[int, ...]]:
        """The items of the plan and the line of each, from the file where it names one."""
        numbers: Sequence[int] = ()
        if plan.file:
            path = Path(plan.file)
            await _same_file(path, plan.file_sha256)
            if items is None:
                items, numbers = await _read_again(plan)
        elif items is None:
            items = plan.items
        if items_mark(items) == plan.items_sha256:
            picked = Picked(tuple(items), tuple(range(len(items))))
        else:
            picked = await asyncio.to_thread(pick, items, plan.leave_out, plan.first)
        return picked, tuple(numbers[place] if numbers else place + 1 for place in picked.places)

    async def room(
        self,
        job: Job,
        factors: Mapping[str, str],
        counted: tuple[int, int],
        confirmed: bool,
        reserve: Mapping[str, Decimal],
    ) -> None:
        """See whether (items, items a request) fit into what is read now, and the higher of both reserves stays.

        `reserve` is the plan's own, beside the account's. Raises NoRoom, OverLimit, SendError.
        """
        reading = (await self._reader.read(job.account.id)).reading
        if reading.trouble is not None:
            raise VendorTrouble(reading.trouble.message)
        verdict = _sized(job, factors, counted, reading.snapshot, reserve)
        short = shortage(verdict, counted[0], job.operation.item)
        if verdict.kind is VerdictKind.REFUSED:
            raise NoRoom(f"{short} The plan does not fit any more.")
        if verdict.kind is VerdictKind.UNKNOWN or (verdict.kind is VerdictKind.THIN and verdict.why is not Why.RESERVE):
            raise SendError(f"Nothing was sent. {short}")
        if verdict.kind is VerdictKind.THIN and not confirmed:
            raise OverLimit(f"{short} Confirm that the reserve may be used.")
        if verdict.over_limit and not confirmed:
            labels = [each.label for each in verdict.demands if each.pool in verdict.over_limit]
            raise OverLimit(f"The import takes more of {', '.join(labels)} than this account sends without asking.")


def checked_rows(job: Job, rows: Sequence[Mapping[str, str]]) -> tuple[Mapping[str, str], ...]:
    """The rows that each item is sent with, each with all its fields. Raises SendError."""
    if not job.rule.rows:
        if rows:
            raise SendError(f"{job.operation.label} takes no rows.")
        return ()
    label = next((each.label for each in job.operation.factors if each.name == job.rule.rows), job.rule.rows)
    if not rows:
        raise SendError(f"{label}: at least one is needed.")
    clean_rows = [{name: " ".join(row.get(name, "").split()) for name in job.rule.row_fields} for row in rows]
    for row, given in zip(clean_rows, rows, strict=True):
        missing = [name for name, value in row.items() if not value]
        odd = sorted(set(given) - set(row))
        if missing or odd:
            what = f"{', '.join(missing)} is missing" if missing else f"{', '.join(odd)} is not known"
            raise SendError(f"{label}: {what}. Each has {', '.join(job.rule.row_fields)}.")
    if len({tuple(value.casefold() for value in row.values()) for row in clean_rows}) != len(clean_rows):
        raise SendError(f"{label}: one of them stands there twice.")
    return tuple(clean_rows)


def checked_batch(job: Job, batch: int) -> int:
    """How many items go out in a request; 0 is what the definition says. Raises SendError."""
    most = job.operation.most or MOST_BATCH
    if not 0 <= batch <= most:
        raise SendError(f"A request holds from 1 to {most:,} items.")
    return batch or min(job.rule.batch, most)


def _sized(
    job: Job,
    factors: Mapping[str, str],
    counted: tuple[int, int],
    snapshot: Snapshot | None,
    reserve: Mapping[str, Decimal],
) -> Verdict:
    """The verdict for (items, items a request), with the higher of the account's reserve and this one."""
    charged = Charged(job.definition, job.operation, factors, job.account, higher(job.account.reserve, reserve))
    return size_batches(charged, Counter(batch.count for batch in split(*counted)), snapshot)


async def _check_items(items: Sequence[str]) -> None:
    if not items:
        raise SendError("There is nothing to send: every item is there already, or the list is empty.")
    found = await asyncio.to_thread(clean, items)
    if found.blank or found.rejected or found.repeated:
        raise SendError("The list has an item that cannot be sent: a blank one, or one with control characters.")


async def _same_file(path: Path, sha256: str) -> None:
    if await _file_mark(path) != sha256:
        raise PlanVoid(f"{path.name} is not the file of the plan any more: it was changed. Size it anew.")


async def _file_mark(path: Path) -> str:
    """The SHA-256 of a file's bytes. Raises PlanVoid."""

    def work() -> str:
        mark = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                mark.update(piece)
        return mark.hexdigest()

    try:
        return await asyncio.to_thread(work)
    except (OSError, ValueError) as error:
        raise PlanVoid(f"{path.name} cannot be read ({getattr(error, 'strerror', None) or 'no such file'}).") from None


async def _read_again(plan: ImportPlan) -> tuple[Sequence[str], Sequence[int]]:
    texts = (plan.encoding or None, plan.delimiter, plan.header_line, plan.column or None, plan.sheet or None)
    choice = Choice(*texts, plan.keep_footer)
    try:
        listed = await read_list(Path(plan.file), Path(plan.file).name, choice)
    except SheetError as error:
        raise PlanVoid(str(error)) from None
    return listed.items.unique, listed.items.lines

"""The rows that an account has at its vendor: where lists can go, what is tracked there, and pausing and removing."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from creditdesk.core.bulk import BulkRule
from creditdesk.core.definition import RequestRule
from creditdesk.core.pools import STOPS_READING, Trouble, TroubleKind
from creditdesk.core.sending import Place, Tracked
from creditdesk.desk.reading import Reader
from creditdesk.desk.send_calls import Calls, Control, Job, SendError

Told = Callable[[int, int], object]
"""Hears (how many are done, how many there are; 0: not known)."""
Waits = Callable[[float], object]
"""Hears that the vendor is waited for, and for how many seconds."""
Changed = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
"""The ids that were changed, and those that were not, each with the reason."""

_ENDS = STOPS_READING | {TroubleKind.EXHAUSTED, TroubleKind.NO_NETWORK, TroubleKind.KEYRING_LOCKED}
"""Troubles after which the next row would fare no better."""
_UNSURE = frozenset({TroubleKind.VENDOR_DOWN, TroubleKind.BAD_ANSWER, TroubleKind.THROTTLED})
"""Troubles after which the row may have been changed all the same."""


class VendorRows:
    """Lists and changes rows of accounts."""

    def __init__(self, calls: Calls, reader: Reader) -> None:
        self._calls = calls
        self._reader = reader

    async def places(self, account_id: str, waits: Waits | None = None) -> tuple[Place, ...]:
        """Where lists of this account can go (its domains), as the vendor lists them. Raises SendError."""
        job = self._calls.job(account_id)
        rows = await self._calls.whole(job, job.rule.places, "", self._wait(waits))
        if isinstance(rows, Trouble):
            raise SendError(rows.message)
        return tuple(Place(row.id, row.text) for row in rows)

    async def tracked(
        self, account_id: str, operation: str, place: str, told: Told | None = None, waits: Waits | None = None
    ) -> tuple[Tracked, ...]:
        """Every row of a place. Throttling is waited for; `waits` hears how long. Raises SendError."""
        job = self._calls.job(account_id, operation)
        rows = await self._calls.whole(job, job.rule.items, place, self._wait(waits), told)
        if isinstance(rows, Trouble):
            raise SendError(rows.message)
        return rows

    async def pause(
        self, account_id: str, operation: str, place: str, ids: Sequence[str], told: Told | None = None
    ) -> Changed:
        """Free the places of these rows; `resume` takes them again. Raises SendError where it is not known how."""
        return await self._change((account_id, operation, place), ids, told, lambda rule: rule.pause)

    async def resume(
        self, account_id: str, operation: str, place: str, ids: Sequence[str], told: Told | None = None
    ) -> Changed:
        """Take the places of paused rows again. Raises SendError where it is not known how."""
        return await self._change((account_id, operation, place), ids, told, lambda rule: rule.resume)

    async def remove(
        self, account_id: str, operation: str, place: str, ids: Sequence[str], told: Told | None = None
    ) -> Changed:
        """Delete these rows at the vendor; that cannot be undone. Raises SendError where it is not known how."""
        return await self._change((account_id, operation, place), ids, told, lambda rule: rule.remove)

    async def _change(
        self,
        where: tuple[str, str, str],
        ids: Sequence[str],
        told: Told | None,
        choose: Callable[[BulkRule], RequestRule | None],
    ) -> Changed:
        account_id, operation, place = where
        job = self._calls.job(account_id, operation)
        request = choose(job.rule)
        if request is None:
            raise SendError(f"creditdesk cannot do that at {job.definition.name}: no request for it is known.")
        done: list[str] = []
        failed: list[tuple[str, str]] = []
        unsure: set[str] = set()  # the vendor may have done it all the same
        for number, row in enumerate(ids):
            trouble = await self._once(lambda row=row: self._calls.act(job, request, place, row))  # type: ignore[misc]
            if trouble is None:
                done.append(row)
            else:
                failed.append((row, trouble.message))
                if trouble.kind in _UNSURE:
                    unsure.add(row)
            if told is not None:
                told(number + 1, len(ids))
            if trouble is not None and (trouble.kind in _ENDS or trouble.kind is TroubleKind.THROTTLED):
                failed += [(each, f"Not tried. {trouble.message}") for each in ids[number + 1 :]]
                break
        if unsure:
            there = await self._there(job, place, request)
            done += [row for row in ids if row in unsure and there(row)]
            failed = [(row, said) for row, said in failed if row not in done]
        if done:
            await self._reader.read(account_id)
        return tuple(done), tuple(failed)

    async def _there(self, job: Job, place: str, request: RequestRule) -> Callable[[str], bool]:
        """Whether a change was made although its answer did not say so: by the vendor's list, as far as it tells."""
        rows = await self._calls.whole(job, job.rule.items, place, self._wait())
        if isinstance(rows, Trouble):
            return lambda _: False
        active = {each.id: each.active for each in rows}
        if request is job.rule.remove:
            return lambda row: row not in active
        wanted = request is job.rule.resume
        return lambda row: active.get(row) is wanted

    async def _once(self, act: Callable[[], Coroutine[Any, Any, Trouble | None]]) -> Trouble | None:
        """Do it; when the vendor asks to wait, again after that."""
        wait, tries = self._wait(), 0
        while (trouble := await act()) is not None:
            tries += 1
            if not await wait(trouble, tries):
                return trouble
        return None

    def _wait(self, waits: Waits | None = None) -> Callable[[Trouble, int], Coroutine[Any, Any, bool]]:
        control = Control()

        async def wait(trouble: Trouble, tries: int) -> bool:
            seconds = self._calls.pause_before(trouble, tries)
            if seconds is not None and waits is not None:
                waits(seconds)
            return seconds is not None and await control.wait(seconds)

        return wait

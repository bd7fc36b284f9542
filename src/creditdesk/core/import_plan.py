"""An import as it was approved: what goes where, from which file, at which prices. It is sent only while that holds.

A plan is bound to the bytes of its file, to the items read from them, to the account and its address, to the factors
and rows, and to the vendor's prices. It is not bound to the balance: that is read again before every request.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal

from creditdesk.core.amounts import dumps, plain
from creditdesk.core.definition import Definition
from creditdesk.core.keywords import same, tidy
from creditdesk.core.offers import Operation
from creditdesk.core.pools import Account
from creditdesk.core.sending import Place, Sending


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list came from, and how it was understood. `file` is an absolute path, or "" for what was pasted.

    `header_line` is 1-based, 0 for none, None for what is guessed; the other texts are "" for what is guessed.
    `name` is the list's name for people. `keep_footer`: rows of totals, and the header once more, are items, too.
    """

    file: str = ""
    sha256: str = ""
    column: str = ""
    encoding: str = ""
    delimiter: str | None = None
    sheet: str = ""
    header_line: int | None = None
    name: str = ""
    keep_footer: bool = False


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """An approved import. `count` items go out, in requests of `batch`.

    They are the items of the file without those in `leave_out` (there already), and of these the first `first` (0:
    all); or `items`, where there is no file. `prices` is the mark of the operation, its prices and addresses,
    `expected` the most that each pool is to lose, `reserve` what is to stay of each beside the account's own reserve.
    """

    account: str
    account_name: str
    provider: str
    operation: str
    factors: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    place: Place
    file: str
    file_sha256: str
    column: str
    encoding: str
    delimiter: str | None
    sheet: str
    header_line: int | None
    count: int
    items_sha256: str
    first: int
    leave_out: tuple[str, ...]
    items: tuple[str, ...]
    batch: int
    prices: str
    expected: Mapping[str, Decimal]
    created_at: datetime
    base_url: str = ""
    name: str = ""
    keep_footer: bool = False
    reserve: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def source(self) -> Source:
        """Where its list came from."""
        read = (self.column, self.encoding, self.delimiter, self.sheet, self.header_line)
        return Source(self.file, self.file_sha256, *read, self.name, self.keep_footer)


@dataclass(frozen=True, slots=True)
class Picked:
    """The items that go out, in their order, and where each stands in the list they were picked from (from 0)."""

    items: tuple[str, ...]
    places: tuple[int, ...] = field(repr=False)


def pick(items: Sequence[str], leave_out: Iterable[str] = (), first: int = 0) -> Picked:
    """What is sent of a list: without the items that are there already, and without repeats, the first ones."""
    gone = {same(tidy(item)) for item in leave_out}
    chosen: dict[str, tuple[int, str]] = {}
    for place, line in enumerate(items):
        item = tidy(line)
        known = same(item)
        if known not in gone and known not in chosen:
            chosen[known] = (place, item)
            if first and len(chosen) == first:
                break
    return Picked(tuple(item for _, item in chosen.values()), tuple(place for place, _ in chosen.values()))


def items_mark(items: Iterable[str]) -> str:
    """The SHA-256 of a list of items, which hold no line break."""
    mark = hashlib.sha256()
    for item in items:
        mark.update(item.encode("utf-8", "surrogatepass") + b"\n")
    return mark.hexdigest()


def price_mark(definition: Definition, operation: Operation, account: Account) -> str:
    """Changes when the operation, its prices, its pools, its addresses or the settings that choose among them do."""
    settings = sorted(definition.settings(account.settings).items())
    held = (
        definition.id,
        operation,
        definition.pools,
        definition.bulk(operation.id),
        definition.plan(account.settings),
    )
    return hashlib.sha256(repr((held, settings, account.base_url)).encode("utf-8", "replace")).hexdigest()


def fingerprint(plan: ImportPlan) -> str:
    """The SHA-256 of all that a plan says."""
    said = {each.name: getattr(plan, each.name) for each in fields(plan)}
    said["place"] = {"id": plan.place.id, "name": plan.place.name}
    said["expected"] = {pool: str(amount) for pool, amount in sorted(plan.expected.items())}
    said["factors"] = dict(sorted(plan.factors.items()))
    if not plan.keep_footer:  # plans that were made before there was this choice keep their fingerprint
        del said["keep_footer"]
    said["reserve"] = {pool: plain(amount) for pool, amount in sorted(plan.reserve.items())}
    if not plan.reserve:  # the same
        del said["reserve"]
    said["rows"] = [dict(sorted(row.items())) for row in plan.rows]
    return hashlib.sha256(dumps(said).encode("utf-8", "surrogatepass")).hexdigest()


def begun_mark(plan: ImportPlan) -> str:
    """What an import is known by that was begun by this plan: its fingerprint, whatever the size of its requests."""
    return fingerprint(replace(plan, batch=1))


def begun_by(plan: ImportPlan, sendings: Iterable[Sending]) -> Sending | None:
    """The first of these imports that was begun by this plan, with whatever size of its requests; None without one."""
    mark = begun_mark(plan)
    for each in sendings:
        # Imports begun before the mark had its own form are known by the fingerprint with their batch size.
        if each.plan and each.plan in (mark, fingerprint(replace(plan, batch=each.batch_size))):
            return each
    return None

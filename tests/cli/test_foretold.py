"""What `size` foretells is what happens: 1,000 random imports are sized by the desk and then really sent.

What is called refused is the vendor's own refusal of the same words, what is called fitting is taken, and "cannot
tell" is said only where the vendor documents no single price.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from tests.cli.commanding import Vendors, environment, fine, process
from tests.cli.vendor_cases import REFUSALS, SENDERS, Case, Sender, Wire
from tests.desk.world import World

from creditdesk.cli.size_command import judged
from creditdesk.cli.size_question import Asked, find_operation
from creditdesk.core.keywords import clean
from creditdesk.core.pools import Account
from creditdesk.core.verdict import Part, Verdict, VerdictKind, Why
from creditdesk.desk.tools import utc_now

CASES = 1000
TAKEN = (VerdictKind.FITS, VerdictKind.THIN)


@pytest.fixture
def wire(world: World) -> Iterator[Wire]:
    opened = Wire(world.running)
    yield opened
    opened.close()


@dataclass(slots=True)
class Teller:
    """The desk's side: accounts of the four vendors, read anew for each case."""

    world: World
    accounts: dict[str, Account]

    def foretell(self, case: Case) -> tuple[Verdict, tuple[str, ...]]:
        """The verdict of the functions behind `size`, and the items that would be sent."""
        desk = self.world.desk
        account = self._settled(case)
        if case.typed:
            story = desk.registry.type_balances(account, {pool: (left, None) for pool, left in case.typed.items()})
            self.world.run(story)
        reading = self.world.read(account).reading
        assert reading.trouble is None, reading.trouble
        definition = desk.tools.catalogue.get(case.provider)
        items = clean(case.lines)
        operation = find_operation(definition, case.operation)
        question = Asked(definition, (Part(operation, case.factors),), (), reading.account.reserve)
        return judged(desk, question, reading, len(items.unique)), items.unique

    def _settled(self, case: Case) -> Account:
        account = self.accounts[case.provider]
        if (account.settings, account.reserve) != (case.settings, case.reserve):
            account = replace(account, settings=case.settings, reserve=case.reserve)
            self.accounts[case.provider] = self.world.run(self.world.desk.registry.change(account))
        return account


def check(case: Case, verdict: Verdict, items: tuple[str, ...], sender: Sender) -> None:
    """Send the words and hold the vendor's answer against the verdict."""
    refusal = REFUSALS[case.provider]
    fits = verdict.fits_items
    if verdict.kind is VerdictKind.UNKNOWN:
        assert case.unclear, (case, verdict)
        assert verdict.why in (Why.RANGE, Why.COST_UNKNOWN), (case, verdict)
        return
    if verdict.kind is VerdictKind.REFUSED and sender.whole(case):
        before = sender.wire.state(case.provider)
        assert sender.send(case, items).refusal == refusal, (case, verdict)
        assert fits is not None and fits < len(items)
        assert sender.send(case, items[: fits + 1]).refusal == refusal, (case, verdict)
        assert sender.wire.state(case.provider) == before, "a refused import must leave nothing behind"
        items = items[:fits]
        if not items:
            return
    sent = sender.send(case, items)
    if verdict.kind is VerdictKind.REFUSED and not sender.whole(case):
        assert sent.refusal == refusal, (case, verdict)
        assert case.unclear or sent.taken == fits, (case, verdict, sent)
        return
    assert (sent.taken, sent.refusal) == (len(items), None), (case, verdict, sent)


def test_a_thousand_imports_end_as_foretold(world: World, wire: Wire) -> None:
    accounts = {provider: world.add(provider) for provider in ("ranktracker", "leadboxer", "capsolver")}
    accounts["oneclickseo"] = world.add_typed("oneclickseo", plan="starter")
    teller = Teller(world, accounts)
    senders = [kind(wire, world.clock) for kind in SENDERS]
    chance = Random(20261121)
    seen: Counter[tuple[str, VerdictKind]] = Counter()
    exact = 0
    for number in range(CASES):
        sender = senders[number % len(senders)]
        case = sender.make(chance)
        verdict, items = teller.foretell(case)
        check(case, verdict, items, sender)
        seen[case.provider, verdict.kind] += 1
        exact += verdict.kind in TAKEN and verdict.fits_items == len(items)
        world.clock.move(seconds=61)
    for provider in accounts:
        assert seen[provider, VerdictKind.REFUSED] >= 40, seen
        assert seen[provider, VerdictKind.FITS] >= 40, seen
    assert sum(count for (_, kind), count in seen.items() if kind is VerdictKind.UNKNOWN) < CASES / 8, seen
    assert seen["ranktracker", VerdictKind.THIN] and seen["leadboxer", VerdictKind.THIN], seen
    assert exact >= 80


def test_the_command_itself_foretells_the_refusal(vendors: Vendors, tmp_path: Path) -> None:
    keys = {f"KEY_{provider.upper()}": key for provider, key in vendors.keys.items()}
    environ = environment(tmp_path, **keys)
    folder = ["--data-dir", str(tmp_path / "desk")]
    for provider in ("ranktracker", "leadboxer", "capsolver"):
        add = [*folder, "accounts", "add", provider, "--name", provider, *vendors.at(provider)]
        fine(process([*add, "--key-env", f"KEY_{provider.upper()}"], environ))
    fine(process([*folder, "accounts", "add", "oneclickseo", "--name", "oneclickseo", "--no-key"], environ))
    with closing(Wire(vendors.running)) as wire:
        _compare(wire, folder, environ)


def _compare(wire: Wire, folder: list[str], environ: dict[str, str]) -> None:
    senders = [kind(wire, utc_now) for kind in SENDERS]
    chance = Random(7)
    codes: Counter[int] = Counter()
    for number in range(12):
        sender = senders[number % len(senders)]
        case = replace(sender.make(chance), reserve={})
        options = [word for name, value in case.settings.items() for word in ("--set", f"{name}={value}")]
        options += [word for pool, left in case.typed.items() for word in ("--pool", f"{pool}={left}")]
        if options:
            fine(process([*folder, "accounts", "set", case.provider, *options], environ))
        fine(process([*folder, "status", "--refresh"], environ))
        factors = [word for name, value in case.factors.items() for word in ("--factor", f"{name}={value}")]
        size = [*folder, "size", "-", "--account", case.provider, "--operation", case.operation, "--json", *factors]
        ran = process(size, environ, "\n".join(case.lines).encode())
        found, items = ran.json, clean(case.lines)
        assert found["items"]["unique"] == len(items.unique)
        kind = VerdictKind(found["verdict"])
        assert ran.status == {"fits": 0, "thin": 0, "refused": 2, "unknown": 3}[kind]
        verdict = Verdict(kind, fits_items=found["fits_items"], why=Why(found["why"] or ""))
        check(case, verdict, items.unique, sender)
        codes[ran.status] += 1
    assert codes[0] >= 3 and codes[2] >= 3, codes

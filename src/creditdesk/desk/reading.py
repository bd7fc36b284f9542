"""The story of a reading: key, question, answer, history, forecast, alert, one frozen value for the window."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from creditdesk.core import cadence, levels
from creditdesk.core.alerts import is_told
from creditdesk.core.definition import Definition
from creditdesk.core.levels import Evidence
from creditdesk.core.pools import Account, Level, Reading, Snapshot, Source, Trouble, TroubleKind
from creditdesk.core.series import Episode
from creditdesk.core.settings import Settings
from creditdesk.core.typed import Typed
from creditdesk.desk import belonging, judging
from creditdesk.desk.case import Case
from creditdesk.desk.counting import Counting
from creditdesk.desk.keys import keys_of
from creditdesk.desk.known import Known, last_pace
from creditdesk.desk.known_steps import learn_steps
from creditdesk.desk.recent import LOOK_BACK
from creditdesk.desk.tools import Asks, Tools
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.store.config import Choices

Came = Snapshot | Trouble | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A reading and what it set off: episodes that are to be told, and those that no longer hold."""

    reading: Reading
    fired: tuple[Episode, ...] = ()
    cleared: tuple[Episode, ...] = ()
    alerts: int = 0  # how many episodes of the account are open now, told or not, covered ones left out


class Reader:
    """Reads accounts. One question at a time for an account: a second caller gets the first one's answer."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._known: defaultdict[str, Known] = defaultdict(Known)
        self._running: dict[str, Any] = {}  # asyncio's tasks
        self._asking: Asks | None = None
        self._choices: Choices | None = None
        self._outages = judging.Outages()
        self.counting = Counting(tools, self.typed)

    @property
    def clock_ahead(self) -> timedelta | None:
        """By how much this computer's clock is ahead of the vendors' (negative: behind); None where it seems right."""
        return self._asking.clock_ahead if self._asking is not None else None

    def load(self) -> list[Reading]:
        """Every account's last reading as remembered, in the user's order; nothing is asked. Raises ConfigError."""
        choices = self._choices = self._tools.chosen.load()
        latest = self._tools.history.latest([account.id for account in choices.accounts]).result()
        open_now = self._tools.history.warned.open_episodes().result()
        for account in choices.accounts:
            known, found = self._known[account.id], latest[account.id]
            known.recollect(found)
            definition = self._definition(account)
            if definition is not None:
                known.pace = last_pace(found, definition, cadence.rhythm(account, definition, choices.settings))
            known.episodes = tuple(each for each in open_now if each.account == account.id)
        return [self._reading(account, choices.settings) for account in choices.accounts]

    def reading(self, account: Account) -> Reading:
        """What is known of this account now, without asking."""
        return self._reading(account, self._tools.chosen.settings)

    async def read(self, account_id: str, agreed: bool = False) -> Outcome:
        """Ask the vendor now, unless it asked us to wait; remember and judge the answer. KeyError: no such account.

        One whose reading costs something is asked only when the user `agreed` to that, just now.
        """
        import asyncio  # here and below: the first paint should not pay for it

        running = self._running.get(account_id)
        if running is None:
            running = asyncio.get_running_loop().create_task(self._read(account_id, agreed))
            self._running[account_id] = running
            running.add_done_callback(lambda _done: self._running.pop(account_id, None))
        outcome: Outcome = await asyncio.shield(running)
        return outcome

    async def catch_up(self) -> bool:
        """Learn what another process changed, typed or read; says whether there was anything. Raises ConfigError."""
        choices = self._tools.chosen.load()
        before = {each.id: self._known[each.id].seen() for each in choices.accounts if each.id not in self._running}
        latest = await self._tools.history.latest(list(before))
        changed, self._choices = choices is not self._choices, choices
        for account_id, seen in before.items():
            changed |= self._known[account_id].learn(latest[account_id], seen)
        return await self.counting.catch_up(self.cases, everybody=True) or changed

    def cases(self, account_ids: Collection[str]) -> list[Case]:
        """These accounts as they stand now, without those whose definition cannot be used."""
        chosen = self._tools.chosen
        found = [(each, self._definition(each)) for each in chosen.accounts if each.id in account_ids]
        return [self._case(each, definition, chosen.settings) for each, definition in found if definition]

    async def recall(self, account_id: str) -> Outcome:
        """Remember the account's last weeks and what follows from them; nobody is asked. Raises KeyError."""
        account, settings = self._tools.chosen.chosen(account_id)
        definition = self._definition(account)
        if definition is None:
            return Outcome(self._reading(account, settings))
        await self._remember(account_id, definition)
        case = self._case(account, definition, settings)
        await self.counting.count(case)
        return await self._judge(case)

    async def overdue(self, now: datetime) -> tuple[Outcome, ...]:
        """What time alone set off, without asking anybody: accounts not read for too long, balances by hand.

        And what another process opened or cleared. To be called every few minutes, and once after sleep; the accounts
        that are being asked are left out.
        """
        found = await self._warned_elsewhere()
        for account in self._tools.chosen.accounts:
            definition = self._definition(account)
            if definition is None or account.id in self._running:
                continue
            await self._remember(account.id, definition)
            case = self._case(account, definition, self._tools.chosen.settings)._replace(now=now)
            evidence, news = self.counting.evidence(case), self.counting.news(case)
            judged = judging.decide(case, evidence, None) if news else judging.overdue(case, evidence)
            if news or judged[0] != judging.NOTHING:
                found.append(await self._keep(case, evidence, judged, news))
        return tuple(each for each in found if each.fired or each.cleared)

    async def _warned_elsewhere(self) -> list[Outcome]:
        """Take over the episodes that another process opened and cleared, after the readings that are under way."""
        import asyncio

        await asyncio.gather(*map(asyncio.shield, self._running.values()), return_exceptions=True)
        before = {each: known.episodes for each, known in self._known.items()}
        stored, found = await self._tools.history.warned.open_episodes(), []
        for account in self._tools.chosen.accounts:
            known = self._known[account.id]
            if account.id in self._running or known.episodes is not before.get(account.id):
                continue  # what this desk judged meanwhile is newer
            gone = judging.relearn(known, [each for each in stored if each.account == account.id])
            found.append(Outcome(self.reading(account), judging.to_tell(known), gone, judging.still_open(known)))
        return found

    async def test(self, account: Account, secrets: Mapping[str, str]) -> Snapshot | Trouble:
        """Ask with these keys and keep nothing. Keys of another account than the one known by now are refused."""
        definition = self._tools.vendor(account.provider)
        outcome = await self._ask(definition, account, secrets)
        case = self._case(account, definition, self._tools.chosen.settings) if account.id else None
        return belonging.checked(case, outcome) if case else outcome

    def typed(self, account_id: str) -> dict[str, Typed]:
        """The balances last typed for this account."""
        return dict(self._known[account_id].typed)

    def note_typed(self, account_id: str, typed: Mapping[str, Typed]) -> None:
        """Balances were typed (and are remembered already)."""
        known = self._known[account_id]
        for pool, entry in typed.items():
            former = known.typed.get(pool)
            limit = former.limit if former and entry.limit is None else entry.limit
            known.typed[pool] = replace(entry, limit=limit)
        known.recent = known.projected_at = None

    def is_read(self, account: Account) -> bool:
        """Whether the account's numbers come from the vendor now, so that none can be typed in their place."""
        definition = self._definition(account)
        if definition is None:
            return False
        case = self._case(account, definition, self._tools.chosen.settings)
        last = case.known.snapshot
        read = last is not None and last.source in (Source.LIVE, Source.METERED)
        return case.asks and read and case.known.trouble is None

    def forget_trouble(self, account_id: str) -> None:
        """The user acted: the account's key or address was changed. It is asked anew."""
        self._known[account_id].act()

    def told(self, episodes: Mapping[int, str]) -> None:
        """Episodes, by id, were delivered, and how."""
        for known in self._known.values():
            known.episodes = tuple(
                replace(each, delivered=episodes[each.id]) if each.id in episodes else each for each in known.episodes
            )

    async def close(self) -> None:
        """Cancel what is being asked and close the connections."""
        import asyncio

        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._asking is not None:
            await self._asking.aclose()

    def _definition(self, account: Account) -> Definition | None:
        try:
            return self._tools.vendor(account.provider)
        except (UnknownProvider, DefinitionError):
            return None

    def _case(self, account: Account, definition: Definition, settings: Settings) -> Case:
        return Case.of(account, definition, self._known[account.id], settings, self._tools.clock())

    def _reading(self, account: Account, settings: Settings) -> Reading:
        definition = self._definition(account)
        if definition is None:
            known = self._known[account.id]
            text = f"There is no usable definition named {account.provider}. Check its file, or remove the account."
            return Reading(account, known.snapshot, Trouble(TroubleKind.BAD_ANSWER, text), Level.NOT_READ, stale=True)
        case = self._case(account, definition, settings)
        evidence = self.counting.evidence(case)
        return case.shown(evidence, levels.level(evidence, case.thresholds, settings, case.now))

    async def _read(self, account_id: str, agreed: bool) -> Outcome:
        account, settings = self._tools.chosen.chosen(account_id)
        definition, known = self._definition(account), self._known[account_id]
        held = known.pace.held_until(self._tools.clock())
        if definition is None or held or (definition.manual and not agreed):
            return Outcome(self._reading(account, settings))
        await self._remember(account_id, definition)
        case = self._case(account, definition, settings)
        if not case.asks:
            await self.counting.count(case)
            return await self._judge(case, self.counting.news(case))
        case, outcome = await self._settled(case)
        before, outcome = known.snapshot, belonging.checked(case, outcome)
        if isinstance(outcome, Trouble):
            outcome = known.failed(outcome, case.beat, case.now)
        else:
            known.succeeded(outcome, case.now)
            known.project(definition, case.now)
            await belonging.remember(case, outcome, self._tools)
            await self.counting.was_read(case, outcome)
        judged = await self._judge(case, outcome, before)
        self._outages.note(judged.reading, self._tools.chosen.accounts)
        return judged

    async def _remember(self, account_id: str, definition: Definition) -> None:
        known = self._known[account_id]
        if known.recent is None:
            known.remember(await self._tools.history.series(account_id, self._tools.clock() - LOOK_BACK))
        await learn_steps(known, self._tools, account_id)
        known.project(definition, self._tools.clock())

    async def _settled(self, case: Case) -> tuple[Case, Snapshot | Trouble]:
        """The answer for the account as it is now: one to a key that was changed meanwhile is dropped, and asked anew.

        Raises KeyError when the account was removed meanwhile.
        """
        while True:
            acted = case.known.acted
            outcome = await self._fetch(case.account, case.definition)
            account, settings = self._tools.chosen.chosen(case.account.id)
            case = self._case(account, case.definition, settings)
            if case.known.acted == acted or not case.asks:
                return case, outcome
            if case.definition.manual:  # nobody agreed to pay a second time
                return case, Trouble(TroubleKind.BAD_ANSWER, "The key was changed meanwhile. Read it once more.")

    async def _fetch(self, account: Account, definition: Definition) -> Snapshot | Trouble:
        secrets = await keys_of(self._tools, account, definition)
        return secrets if isinstance(secrets, Trouble) else await self._ask(definition, account, secrets)

    async def _ask(self, definition: Definition, account: Account, secrets: Mapping[str, str]) -> Snapshot | Trouble:
        if self._asking is None:
            try:
                self._asking = self._tools.open_asking()
            except ValueError as error:  # the user's file of certificate authorities
                return Trouble(TroubleKind.NO_NETWORK, f"Nothing was asked: {error}. Look at the settings.")
        return await self._asking.ask(definition, account, secrets, self._tools.clock)

    async def _judge(self, case: Case, outcome: Came = None, before: Snapshot | None = None) -> Outcome:
        """Decide what is to be told, and remember the reading and the decision together."""
        evidence = self.counting.evidence(case)
        return await self._keep(case, evidence, judging.decide(case, evidence, before, outcome), outcome)

    async def _keep(self, case: Case, evidence: Evidence, judged: judging.Judged, outcome: Came = None) -> Outcome:
        account, known, (decision, level) = case.account, case.known, judged
        if outcome is not None or decision != judging.NOTHING:
            told = {each.id for each in decision.new if each.id}
            changed = (each for each in decision.changed if each.id not in told)
            episodes = ((*decision.new, *decision.quiet, *changed), decision.cleared)
            fresh = await self._tools.history.record(account.id, outcome, case.now, episodes, case.beat.interval_s)
            judging.took(known, decision, fresh)
            self.counting.kept(case, outcome)
        shown = case.shown(evidence, level)
        cleared = tuple(each for each in decision.cleared if is_told(each))
        return Outcome(shown, judging.to_tell(known), cleared, judging.still_open(known))

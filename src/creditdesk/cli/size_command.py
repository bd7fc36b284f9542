"""`size`: whether a list would fit, as an exit code, as words or as JSON; and the plan that `send` carries out."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from creditdesk.cli.advice import factor_advice, typing_advice
from creditdesk.cli.list_reading import is_stream, list_notes, read_list
from creditdesk.cli.progress import Asking
from creditdesk.cli.size_question import Asked, asked, choice
from creditdesk.cli.size_saving import check_not_begun, check_target, save_plan
from creditdesk.cli.size_words import Sized, reading_notes, repeats_note, size_json, size_lines
from creditdesk.core.already import already
from creditdesk.core.amounts import dumps
from creditdesk.core.doubt import doubted
from creditdesk.core.import_plan import Source
from creditdesk.core.learned import taught
from creditdesk.core.pools import Account, Reading
from creditdesk.core.sending import Place
from creditdesk.core.sent_before import Before, before_words
from creditdesk.core.sizing import size_parts
from creditdesk.core.verdict import Verdict, VerdictKind
from creditdesk.core.ways import Way, WayCase, ways
from creditdesk.desk.accounts import AccountError
from creditdesk.desk.learning import learned
from creditdesk.desk.listing import Listed
from creditdesk.desk.opening import Desk

EXIT_CODES = {VerdictKind.FITS: 0, VerdictKind.THIN: 0, VerdictKind.REFUSED: 2, VerdictKind.UNKNOWN: 3}


async def size(options: argparse.Namespace, desk: Desk) -> int:
    """Size one list for operations of one account. Nothing is asked of the vendor unless an option says so."""
    check_target(options)
    if options.save is not None:
        await check_not_begun(Path(options.save), desk)
    desk.reader.load()
    account = desk.registry.named(options.account)
    if options.check_now:
        await desk.reader.read(account.id)
    await desk.reader.catch_up()  # what was charged since
    reading = desk.reader.reading(account)
    question = asked(options, desk.tools.catalogue.get(account.provider), reading)
    lessons = await learned(desk.tools.history, account.id)
    question = replace(question, parts=taught(question.parts, lessons, options.by_price))
    listed = await read_list(options.file, choice(options))
    sized = await _Sizing(options, desk, question, listed, reading).run()
    if options.json:
        print(dumps(size_json(sized, desk.tools.clock()), indent=2))
    else:
        print("\n".join(size_lines(sized)))
    return EXIT_CODES[sized.verdict.kind]


def judged(desk: Desk, question: Asked, reading: Reading, count: int) -> Verdict:
    """Whether the vendor would take this many items by what was last read. Raises FactorError."""
    account = reading.account
    found = size_parts(
        question.definition,
        question.parts,
        count,
        reading.snapshot,
        account.settings,
        question.reserve,
        desk.tools.clock(),
        account.ask_over,
    )
    return doubted(found, reading)


class _Sizing:
    """One `size`: what is left out, what is asked of the vendor, the verdict, the plan."""

    def __init__(
        self, options: argparse.Namespace, desk: Desk, question: Asked, listed: Listed, reading: Reading
    ) -> None:
        self._options = options
        self._desk = desk
        self._question = question
        self._listed = listed
        self._reading = reading
        self._notes = [*list_notes(listed)]

    @property
    def _account(self) -> Account:
        return self._reading.account

    async def run(self) -> Sized:
        options, question = self._options, self._question
        place = await self._place()
        items: Sequence[str] = self._listed.items.unique
        there: tuple[str, ...] = ()
        if options.subtract_tracked:
            items, there = await self._subtracted(items, place)
        if items and options.skip >= len(items):
            held = f"{len(items):,} item{'s' * (len(items) != 1)}"
            raise AccountError("--skip", f"There is nothing to send: the list has {held}, and --skip passes them all.")
        items, left_out = items[options.skip :], (*there, *items[: options.skip])
        if options.first:
            items = items[: options.first]
        if options.probe:
            question = await self._probed(question, items)
        await self._note_before(items, place)
        count, verdict = len(items), judged(self._desk, question, self._reading, len(items))
        self._tell(verdict, count)
        sized = Sized(
            self._listed,
            count,
            self._reading,
            verdict,
            self._ways(question, count),
            question.rows,
            tuple(dict.fromkeys(self._notes)),
            len(there) if options.subtract_tracked else None,
            next(((each.probed.items, each.probed.charged) for each in question.parts if each.probed), None),
            place,
        )
        return replace(sized, saved=await self._save(left_out, place)) if options.save else sized

    async def _place(self) -> Place | None:
        """Where the list would go, as the vendor names it; None where no option needs it."""
        options, rule = self._options, self._question.bulk
        if not (options.domain or options.subtract_tracked or options.save):
            return None
        if rule is None:
            raise AccountError(
                "--domain", "--domain, --subtract-tracked and --save want one operation that can be sent."
            )
        if options.save and any(part.times != 1 for part in self._question.parts):
            raise AccountError("--save", "A plan is sent once: --save does not go with --times.")
        if not options.domain:
            raise AccountError("--domain", f"Name the {rule.place} with --domain: its id, or its name.")
        with Asking(f"Reading the {rule.place}s") as progress:
            places: tuple[Place, ...] = await self._desk.sender.places(self._account.id, progress.waits)
        named = [each for each in places if options.domain == each.id] or [
            each for each in places if options.domain.casefold() == each.name.casefold()
        ]
        if len(named) != 1:
            known = ", ".join(each.name or each.id for each in places[:20]) or "none"
            if named:
                ids = ", ".join(each.id for each in named)
                raise AccountError("--domain", f"{len(named)} have the name {options.domain!r}. Give an id: {ids}.")
            raise AccountError("--domain", f"There is no {rule.place} {options.domain!r}. There: {known}.")
        return named[0]

    async def _subtracted(self, items: Sequence[str], place: Place | None) -> tuple[Sequence[str], tuple[str, ...]]:
        """(the items that are left, those that are there already on every row)."""
        rule = self._question.bulk
        if rule is None or place is None:
            return items, ()
        if rule.rows and not self._question.rows:
            raise AccountError("--engine", "--subtract-tracked wants each --engine, to know which rows are there.")
        where = (self._account.id, rule.operation, place.id)
        with Asking("Reading what is tracked") as progress:
            tracked = await self._desk.sender.tracked(*where, progress.told, progress.waits)
        there, partly = already(items, self._question.rows, tracked)
        gone = frozenset(there)
        if partly:
            are = "1 is" if partly == 1 else f"{partly:,} are"
            self._notes.append(f"{are} tracked on some of the search engines only, and counted on all of them.")
        return tuple(item for item in items if item not in gone), there

    async def _note_before(self, items: Sequence[str], place: Place | None) -> None:
        """Say which items an earlier import brought there, as the outbox knows; nobody is asked."""
        operation = self._question.parts[0].operation
        if place is None or not items or (self._question.bulk and self._question.bulk.rows and not self._question.rows):
            return
        where = (self._account.id, operation.id, place.id)
        found: Before | None = await self._desk.sender.sent_before(*where, self._question.rows, items)
        if found is not None:
            words = before_words(found, operation.item, place.name or place.id)
            self._notes.append(f"{words} --subtract-tracked leaves out what is there; `send` wants --again.")

    async def _probed(self, question: Asked, items: Sequence[str]) -> Asked:
        """The question with what the vendor, asked for free, says of each part."""
        from creditdesk.desk.probing import Prober  # the network stack costs a third of a second

        without = [part.operation.id for part in question.parts if question.definition.probe(part.operation.id) is None]
        if without:  # said before anything is asked
            known = ", ".join(rule.operation for rule in question.definition.probes) or "none"
            raise AccountError("--probe", f"--probe is not for {', '.join(without)}. It is for: {known}.")
        parts = []
        for part in question.parts:
            with Asking("Asking what it would charge") as progress:
                prober = Prober(self._desk.tools, pause=progress.pause)
                found = await prober.probe(self._account.id, part.operation.id, items, progress.told)
            self._notes.append(
                f"The vendor was asked {found.requests:,} times and charged 0: {found.found:,} are cached, "
                f"{found.uncached:,} would be charged."
            )
            parts.append(replace(part, probed=found.probed))
        return replace(question, parts=tuple(parts))

    def _ways(self, question: Asked, count: int) -> tuple[Way, ...]:
        rule, account = question.bulk, self._account
        frees = rule is not None and (rule.pause is not None or rule.remove is not None)
        return ways(
            WayCase(
                question.definition,
                question.parts,
                count,
                self._reading.snapshot,
                account.settings,
                question.reserve,
                self._desk.tools.clock(),
                rows=len(question.rows),
                trackable=frees,
            )
        )

    def _tell(self, verdict: Verdict, count: int) -> None:
        operations = [part.operation for part in self._question.parts]
        self._notes += [*verdict.assumptions, *reading_notes(self._reading, operations)]
        self._notes += factor_advice(self._question.parts, self._question.definition.settings(self._account.settings))
        self._notes += typing_advice(self._reading, self._question.definition, self._desk.tools.clock())
        repeated = self._listed.items.repeated
        if repeated and not self._options.first and not self._options.skip and not self._options.probe:
            self._notes.append(
                repeats_note(repeated, judged(self._desk, self._question, self._reading, count + repeated))
            )
        if any(lesson.counted for lesson in verdict.lessons):
            few = min(lesson.items for lesson in verdict.lessons if lesson.counted)
            rests = f"{few:,} item{'s' * (few != 1)}"
            self._notes.append(f"What it really took rests on {rests} only: --by-price counts the price instead.")
        if verdict.over_limit:
            pools = ", ".join(verdict.over_limit)
            self._notes.append(f"It passes the account's spending limit ({pools}): `send` wants --yes.")

    async def _save(self, left_out: tuple[str, ...], place: Place | None) -> str:
        """Write the plan; its path."""
        options, question, listed = self._options, self._question, self._listed
        rule, said = question.bulk, listed.choice
        if rule is None or place is None:
            return ""
        if rule.rows and not question.rows:
            raise AccountError("--engine", "--save wants each --engine that the list is for.")
        source = Source(
            file="" if is_stream(options.file) else str(Path(options.file).absolute()),
            column=said.column or "",
            encoding=said.encoding or "",
            delimiter=said.delimiter,
            sheet=said.sheet or "",
            header_line=said.header_line,
            name=listed.name,
            keep_footer=said.keep_footer,
        )
        part = question.parts[0]
        plan = await self._desk.sender.plan(
            self._account.id,
            part.operation.id,
            listed.items.unique,
            place=place,
            rows=question.rows,
            factors=part.factors,
            source=source,
            first=options.first,
            leave_out=left_out,
            batch=options.batch,
            reserve={pool: kept for pool, kept in question.reserve.items() if kept} if options.reserve else {},
        )
        return save_plan(Path(options.save), plan)

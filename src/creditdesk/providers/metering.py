"""Counts one request of a vendor: which operation it is, what it is expected to cost, what its answer says it cost.

Nothing that a script or a vendor sends makes it raise. What cannot be told is unknown, with the reason in words; an
amount is never guessed. Exact: amounts are Decimal in the pools' own unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import localcontext
from urllib.parse import SplitResult, unquote_to_bytes

from creditdesk.core.amounts import EXACT, dumps, parse_amount
from creditdesk.core.charges import Known
from creditdesk.core.definition import Definition
from creditdesk.core.factors import FactorError, check_factors
from creditdesk.core.metering import ZERO, Call, ChargeRule, GatewayRule, Matched, RouteRule, Told
from creditdesk.core.offers import Operation
from creditdesk.core.pricing import Bill, bill
from creditdesk.providers.answer_text import Answer, Headers
from creditdesk.providers.asked import MAX_QUERY, asked, count, factor, one_text, repeated
from creditdesk.providers.request import located
from creditdesk.providers.selection import compile_expression
from creditdesk.providers.templates import fill, holes

_BILLS = 512
_SEEN = 100_000
MAX_REMEMBERED = 256
"""Characters of an item that is remembered."""

UNMATCHED = "No operation of this vendor is known for this request."
TOO_LARGE = "The request is too large to be looked into."
NOT_TOLD = "The answer does not say what it cost."
NOT_NUMBER = "What the answer says it cost is no amount."
NOT_COUNTED = "How many items the request has cannot be told."
FAILED = "It failed in a way of which the vendor does not say whether it is charged."
LOST = "No answer came, so that nobody knows whether it was charged."
NO_ANSWER = "The answer is not the vendor's own, so that nobody knows whether it was charged."
REPEATED = "The same item passed before; by this price list it may not be charged again."
FREED = "It may have given something back; how much tells the next reading."
NO_PRICE = "The price of this operation is not known exactly."


class Meter:
    """The meter of one account. Make it once; it is told nothing of time.

    It remembers, in memory only, what was looked up at prices by which a repeated item may not be charged again.
    """

    def __init__(self, definition: Definition, settings: Mapping[str, str]) -> None:
        """`settings` are the account's own. ValueError where the definition has no `gateway`."""
        if definition.gateway is None:
            raise ValueError(f"requests to {definition.name} cannot pass through the gateway")
        self.rule: GatewayRule = definition.gateway
        self._definition = definition
        self._settings = definition.settings(settings)
        self._operations = {each.id: each for each in definition.operations}
        self._routes = _by_shape(self.rule.routes)
        self._seen: dict[tuple[str, str], None] = {}
        self._bills: dict[tuple[str, tuple[tuple[str, str], ...]], Bill | str] = {}

    def match(self, call: Call) -> Matched:
        """What the request is, and what it is expected to cost."""
        route, steps = self._route(call)
        if route is None:
            return Matched(why=UNMATCHED)
        if route.free:
            return Matched(route, high=ZERO, draws=())
        operation = self._operations[route.operation]
        held = asked(call, route, steps) if route.items or route.factors else {}
        if held is None:
            return Matched(route, operation.id, why=TOO_LARGE)
        given = {name: compile_expression(path).find(held) for name, path in route.factors.items()}
        if any(repeated(each, held) for each in given.values()):
            return Matched(route, operation.id, why=NOT_COUNTED)
        factors = {name: text for name, each in given.items() if (text := factor(each))}
        billed = self._bill(operation, factors)
        if isinstance(billed, str):
            return Matched(route, operation.id, factors=factors, why=billed)
        found = compile_expression(route.items).find(held) if route.items else None
        items = (None if repeated(found, held) else count(found)) if route.items else 1
        matched = _priced(Matched(route, operation.id, items, factors), billed)
        return self._repeated(matched, found) if billed.price and billed.price.repeats == "once" else matched

    def answer(self, matched: Matched, status: int, headers: Headers) -> Answer:
        """What is to be fed with the answer as it passes; its body is kept only where it can tell something."""
        route = matched.route
        rules = (route.charged if route else None) or self.rule.charged, self.rule.request_id
        look = any(rule.body for rule in rules if rule) or bool(route and route.job)
        return Answer(status, headers, look=look)

    def told(self, matched: Matched, answer: Answer) -> Told:
        """What the request cost, as its answer and its price tell."""
        request_id = one_text(self._find(self.rule.request_id, answer))
        route = matched.route
        if route is not None and route.job_charged and answer.good:
            return replace(self._of_job(matched, route, answer), request_id=request_id)
        job = one_text(compile_expression(route.job).find(answer.data)) if route and route.job and answer.good else ""
        if matched.once and answer.good:
            if len(self._seen) >= _SEEN:
                del self._seen[next(iter(self._seen))]
            self._seen[matched.operation, matched.once] = None
        return replace(self._of_request(matched, answer), request_id=request_id, job=job)

    def lost(self, matched: Matched) -> Told:
        """What is known of a request that was sent and whose answer never came, or broke off."""
        return Told(()) if matched.free else Told(None, why=LOST)

    def refusal(self, short: str, path: str = "") -> tuple[int, tuple[tuple[bytes, bytes], ...], bytes]:
        """The vendor's own answer to who cannot pay: status, headers, body. `short` says in words what is missing."""
        rule, values = self.rule.refusal, {"short": short, "path": path}
        text = dumps(_filled(rule.json, values)) if rule.json is not None else fill(rule.text, values)
        return rule.status, ((b"content-type", rule.content_type.encode()),), text.encode()

    def whole(self, call: Call) -> Call:
        """The call with the path of the vendor's base address in front, where only so it is one that a route knows."""
        base = self.rule.base.encode()
        if not base or call.path.startswith(base + b"/") or self._route(call)[0] is not None:
            return call
        longer = replace(call, path=base + call.path)
        return longer if self._route(longer)[0] is not None else call

    def address(self, base_url: str = "") -> SplitResult:
        """Where requests go: the vendor's host, or the account's own base on this computer where it has one.

        Raises `RequestRefused` for a base that is not of this computer.
        """
        host = self.rule.hosts.get(self._settings.get(self.rule.host_param, ""), "")
        url = f"{self.rule.url.partition('://')[0]}://{host}" if host else self.rule.url
        return located(self._definition.name, url, base_url)

    @property
    def bills_overage(self) -> bool:
        """Whether the account's plan goes on without credits, and bills them."""
        plan = self._definition.plan(self._settings)
        return plan is not None and plan.bills_overage

    def _route(self, call: Call) -> tuple[RouteRule | None, Sequence[str]]:
        if len(call.path) > MAX_QUERY:
            return None, ()
        steps = [unquote_to_bytes(step).decode("utf-8", "replace") for step in call.path.split(b"/")]
        for route, shape in self._routes.get((call.method, len(steps)), ()):
            if all(wanted is None or wanted == step for wanted, step in zip(shape, steps, strict=True)):
                return route, steps
        return None, ()

    def _bill(self, operation: Operation, factors: Mapping[str, str]) -> Bill | str:
        """The bill of an operation with these factors; text: why there is none."""
        key = operation.id, tuple(sorted(factors.items()))
        found = self._bills.get(key)
        if found is None:
            try:
                with localcontext(EXACT):
                    found = bill(operation, check_factors(operation, factors), self._settings)
                    price = found.price
                    if price is not None and not price.pools and price.draw == "each":
                        found = replace(found, price=replace(price, pools=self._definition.drain))
            except FactorError as error:
                found = f"{error.factor} has a value that the vendor does not list."
            if len(self._bills) >= _BILLS:
                self._bills.clear()
            self._bills[key] = found
        return found

    def _repeated(self, matched: Matched, found: object) -> Matched:
        """At a price by which a repeated item counts once: one that passed here before may cost nothing."""
        text = found.strip().casefold() if isinstance(found, str) and len(found) <= MAX_REMEMBERED else ""
        if (matched.operation, text) in self._seen:
            return replace(matched, low=ZERO, once=text, why=REPEATED)
        return replace(matched, once=text)

    def _of_job(self, matched: Matched, route: RouteRule, answer: Answer) -> Told:
        """A status read: free itself; where the job's charge stands in it, that is told with the job's id."""
        job = one_text(compile_expression(route.job).find(answer.data))
        found = compile_expression(route.job_charged).find(answer.data)
        amount = parse_amount(found)
        if not job or amount is None or amount < 0:
            return Told(())
        return Told(matched.drawn(amount), Known.REPORTED, job=job)

    def _of_request(self, matched: Matched, answer: Answer) -> Told:
        rule = (matched.route.charged if matched.route else None) or self.rule.charged
        found = self._find(rule, answer)
        if rule is not None and found is not None:
            amount = parse_amount(found)
            if amount is None or amount < 0:
                return Told(None, why=NOT_NUMBER)
            with localcontext(EXACT):
                own = matched.operation or not rule.pools
                paid = matched if own else replace(matched, pools=(rule.pools,))
                return Told(paid.drawn(amount * rule.scale), Known.REPORTED)
        free = self.rule.free_statuses
        if matched.free or answer.status in free or answer.status // 100 in free:
            return Told(())
        if not answer.good:
            return Told(None, why=FAILED)
        if matched.frees:
            return Told(None, why=FREED)
        when = matched.route.charged_when if matched.route else ()
        if when and answer.status not in when:
            return Told(())
        if rule is not None:
            return Told(None, why=NOT_TOLD)
        if answer.page:
            return Told(None, why=NO_ANSWER)
        return Told(matched.draws) if matched.exact else Told(None, why=matched.why or NO_PRICE)

    def _find(self, rule: ChargeRule | None, answer: Answer) -> object:
        if rule is None:
            return None
        if rule.header:
            return answer.header(rule.header.encode()) or None
        if not answer.streamed:
            return compile_expression(rule.body).find(answer.data)
        found = (compile_expression(rule.body).find(each) for each in answer.events())
        return next((each for each in found if each is not None), None)


_Shape = tuple[str | None, ...]


def _by_shape(routes: Sequence[RouteRule]) -> dict[tuple[str, int], list[tuple[RouteRule, _Shape]]]:
    """The routes by method and number of steps, those with fewer holes first; None in a shape is a hole."""
    found: dict[tuple[str, int], list[tuple[RouteRule, _Shape]]] = {}
    for route in routes:
        shape = tuple(None if holes(step) else step for step in route.path.split("/"))
        found.setdefault((route.method, len(shape)), []).append((route, shape))
    for same in found.values():
        same.sort(key=lambda each: [step is None for step in each[1]])
    return found


def _priced(matched: Matched, billed: Bill) -> Matched:
    """What these items cost, as the price says."""
    price = billed.price
    if price is None or (matched.items is None and price.per != "run" and not billed.free):
        return replace(matched, why=billed.notes[0] if price is None and billed.notes else NOT_COUNTED)
    pools = tuple((pool,) for pool in price.pools) if price.draw == "each" else (price.pools,)
    matched = replace(matched, pools=pools)
    count = 1 if matched.items is None else matched.items
    with localcontext(EXACT):
        low, high = billed.low(count), billed.high(count)
    if price.covers and not billed.free:
        low, high = ZERO, None  # packages may pay for it
    why = "" if low == high else price.unknown or NO_PRICE
    return replace(matched, low=low, high=high, draws=None if high is None else matched.drawn(high), why=why)


def _filled(value: object, values: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return fill(value, values)
    if isinstance(value, Mapping):
        return {name: _filled(each, values) for name, each in value.items()}
    return [_filled(each, values) for each in value] if isinstance(value, list | tuple) else value

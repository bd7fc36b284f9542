"""Compares the ledger with the sandbox's own books, request for request."""

from collections import Counter
from decimal import Decimal

from tests.gateway.trade import PROVIDERS, Market

from creditdesk.core.charges import ChargeState
from creditdesk.core.metering import cost


def hidden(running: Market, provider: str) -> Decimal:
    """What went and the ledger was not told: requests of unknown cost, and what others took."""
    return running.charged(provider) - running.booked(provider) + running.elsewhere(provider)


def assert_no_request_is_booked_falsely(running: Market) -> None:
    """No more is booked than was charged; what was charged and is not booked is no more than unknown charges say."""
    for provider in PROVIDERS:
        gap = running.charged(provider) - running.booked(provider)
        unknown = running.charges(provider, ChargeState.UNKNOWN)
        dear = sum((Decimal(25) if each.expected is None else each.expected for each in unknown), Decimal(0))
        assert 0 <= gap <= dear, provider
        ids = Counter(each.request_id for each in running.charges(provider) if each.request_id and each.draws)
        assert not ids or max(ids.values()) == 1
    told = {each["request_id"]: each["credits"] for each in running.journal("oneclickseo") if "request_id" in each}
    for each in running.charges("oneclickseo", ChargeState.BOOKED):
        if each.draws and not each.job:
            assert told[each.request_id] == cost(each.draws)
    assert_jobs_are_charged_once(running)


def assert_jobs_are_charged_once(running: Market) -> None:
    """Each job once, at what the vendor charged for it, however often it was told."""
    account = running.running.call(lambda box: box._services["oneclickseo"].named("oneclickseo-1"))
    by_job: Counter[str] = Counter()
    for each in running.charges("oneclickseo", ChargeState.BOOKED):
        if each.job and each.draws:
            by_job[each.job] += int(cost(each.draws))
    assert by_job
    for job, amount in by_job.items():
        assert account.jobs[job].charged == amount

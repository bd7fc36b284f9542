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
    assert_nothing_is_lost(running)
    assert_ids_are_booked_at_their_price(running)
    assert_jobs_are_charged_once(running)


def assert_ids_are_booked_at_their_price(running: Market) -> None:
    """What OneClickSEO told with a request's id is booked with it; where nothing could be read, nothing is."""
    told = {each["request_id"]: each["credits"] for each in running.journal("oneclickseo") if "request_id" in each}
    for each in running.charges("oneclickseo", ChargeState.BOOKED):
        if each.job or each.status not in (200, 201, 202):
            continue
        assert each.request_id or each.operation == "", each
        assert cost(each.draws or ()) == told.get(each.request_id, 0), each


def assert_nothing_is_lost(running: Market, providers: tuple[str, ...] = ("oneclickseo", "leadboxer")) -> None:
    """Whatever a vendor charged is booked or unknown, operation by operation; and no id is there twice."""
    for provider in providers:
        charges = running.charges(provider)
        assert len({each.id for each in charges}) == len(charges)
        kept = Counter(each.operation for each in charges if each.draws or each.state is ChargeState.UNKNOWN)
        journal = (each["operation"] for each in running.journal(provider))
        for operation, count in Counter(each for each in journal if each != "(another client)").items():
            assert kept[operation] >= count, operation


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

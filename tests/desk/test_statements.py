"""A month's statement on a real desk: an import for another client, accounts without one, removed ones, notes."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from tests.desk.posting import WORDS, Post
from tests.desk.world import START, World

from creditdesk.core.series import Event, EventKind
from creditdesk.core.statement import Reason, Statement
from creditdesk.core.timeline import TimelineQuery
from creditdesk.desk.notes import add_note
from creditdesk.desk.sending import SendError
from creditdesk.desk.statements import known_clients, month_statement, named_client
from creditdesk.desk.tools import Declined
from creditdesk.store.timeline import Timeline

D = Decimal
MONTH = START.strftime("%Y-%m")


@pytest.fixture
def post(world: World) -> Iterator[Post]:
    opened = Post.open(world, client="Acme")
    yield opened
    opened.close()


def of_month(world: World, month: str = MONTH) -> Statement:
    return world.run(month_statement(world.desk.tools, month, UTC))


def shares(made: Statement, pool: str = "keywords") -> dict[str, tuple[Decimal, Reason | None]]:
    return {line.client: (line.amount, line.reason) for line in made.lines if line.pool == pool}


def send(post: Post, words: tuple[str, ...], client: str = "") -> None:
    sending = post.world.run(post.sender.start(post.plan(words), client=client))
    assert sending.client == (client or "Acme")
    assert post.run(sending).done


def use_some(post: Post, count: int) -> None:
    """The vendor's keywords are used by other ways, and read."""
    post.world.clock.move(hours=2)
    post.world.running.call(lambda box: box.consume("ranktracker", keywords=count))
    post.world.read(post.account)


def test_an_import_is_its_accounts_clients_and_so_is_all_else(post: Post) -> None:
    send(post, WORDS)
    use_some(post, 7)
    made = of_month(post.world)
    assert shares(made) == {"Acme": (D(27), None)}
    assert [(each.client, each.items) for each in made.imports] == [("Acme", 10)]
    assert made.imports[0].used == (("Keywords", "keywords", D(20)), ("Data rows", "rows", D(20)))
    assert made.so_far == post.world.clock()


def test_an_import_for_another_client_is_that_clients_and_the_rest_is_named(post: Post) -> None:
    send(post, WORDS, "Beta")
    use_some(post, 7)
    made = of_month(post.world)
    assert shares(made) == {"Beta": (D(20), None), "": (D(7), Reason.SHARED)}
    assert made.units["keywords"] == D(27)
    assert post.world.run(known_clients(post.world.desk.tools)) == ("Acme", "Beta")
    timeline = Timeline(post.world.desk.tools.history.connections)
    clients = {post.account.id: "Acme"}
    told = timeline.events(TimelineQuery(client="Beta", clients=clients)).result(10)
    assert [each.kind for each in told] == [EventKind.SENT]
    assert told[0].detail.endswith(", for Beta")
    own = timeline.events(TimelineQuery(client="Acme", clients=clients)).result(10)
    assert EventKind.SENT not in [each.kind for each in own]


def test_an_import_keeps_its_client_when_the_account_gets_another_one(post: Post) -> None:
    send(post, WORDS)
    changed = post.world.desk.tools.chosen.account(post.account.id).changed(client="Other")
    post.world.run(post.world.desk.registry.change(changed))
    assert shares(of_month(post.world)) == {"Acme": (D(20), None)}


def test_what_a_removed_account_used_is_named(post: Post) -> None:
    use_some(post, 7)
    post.world.run(post.world.desk.registry.remove(post.account))
    assert shares(of_month(post.world)) == {"": (D(7), Reason.REMOVED)}


def test_use_and_imports_count_in_the_month_in_which_they_were_seen(post: Post) -> None:
    send(post, WORDS)
    post.world.clock.move(days=31)
    use_some(post, 5)
    assert shares(of_month(post.world)) == {"Acme": (D(20), None)}
    later = of_month(post.world, "2026-10")
    assert (shares(later), later.imports) == ({"Acme": (D(5), None)}, ())
    assert of_month(post.world, "2026-08").empty


def test_typed_balances_count_by_what_they_fell(world: World) -> None:
    account = world.add_typed("oneclickseo", plan="starter", edition="international")
    world.type(account, monthly=312)
    world.clock.move(days=1)
    world.type(account, monthly=300)
    (line,) = of_month(world).lines
    assert (line.amount, line.unit, line.typed, line.reason) == (D(12), "credits", True, Reason.NO_CLIENT)


def test_use_of_a_pool_that_had_another_unit_or_is_not_listed_is_not_lost(post: Post) -> None:
    use_some(post, 7)
    history = post.world.desk.tools.history
    for pool, unit, amount in (("keywords", "rows", -3), ("imported", "credits", -5)):
        event = Event(START, post.account.id, EventKind.USED, pool, D(amount), unit)
        history.add_event(event).result(10)
    made = of_month(post.world)
    assert (made.units["keywords"], made.units["rows"], made.units["credits"]) == (D(7), D(3), D(5))
    assert {line.client for line in made.lines} == {"Acme"}


@pytest.mark.parametrize("month", ["2026-9", "x", "2026-10"])
def test_a_month_that_is_none_or_not_begun_is_declined(world: World, month: str) -> None:
    with pytest.raises(Declined):
        of_month(world, month)


def test_an_unknown_client_is_told_which_there_are() -> None:
    known = ("Acme", "acme", "Beta GmbH")
    assert named_client(" beta gmbh ", known) == "Beta GmbH"
    assert named_client("acme", known) == "acme"
    with pytest.raises(Declined, match="There are: Acme, acme, Beta GmbH"):
        named_client("ACME", known)
    with pytest.raises(Declined, match="No account and no import has a client yet"):
        named_client("Acme", ())


def test_a_note_is_kept_with_its_date_and_never_holds_a_key(world: World) -> None:
    at = START - timedelta(days=3)
    note = world.run(add_note(world.desk.tools, "  Agreed\n with the client ", at))
    timeline = Timeline(world.desk.tools.history.connections)
    assert timeline.events(TimelineQuery(kinds=(EventKind.NOTE,))).result(10) == [note]
    assert (note.at, note.detail) == (at, "Agreed with the client")
    key = f"CAP-{'A1' * 16}"
    for text in ("", " \n", "x" * 501, f"the key is {key}."):
        with pytest.raises(Declined) as refused:
            world.run(add_note(world.desk.tools, text, at))
        assert key not in str(refused.value)


def test_a_key_is_no_clients_name(post: Post) -> None:
    with pytest.raises(SendError) as refused:
        post.world.run(post.sender.start(post.plan(), client=f"CAP-{'A1' * 16}"))
    assert "CAP-" not in str(refused.value)

"""What another process did is learned, and never in the place of something newer that this desk learned itself."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.desk.world import START, World

from creditdesk.core.series import Episode
from creditdesk.desk.known import Known
from creditdesk.store.history import Latest


def test_what_was_looked_up_before_this_desks_own_reading_is_not_learned(world: World) -> None:
    old = world.snapshot(world.add("ranktracker"))
    known = Known(old)
    seen = known.seen()
    known.succeeded(
        replace(old, read_at=START - timedelta(hours=8)), START - timedelta(hours=8)
    )  # the clock was set back
    assert not known.learn(Latest(old, None, 0, {}), seen)
    assert known.snapshot is not old
    assert known.learn(Latest(old, None, 0, {}), known.seen())


def test_an_account_whose_reading_is_just_being_written_learns_nothing_older(world: World) -> None:
    account = world.add("ranktracker")
    world.snapshot(account)
    world.clock.move(hours=-8)
    history, reader = world.desk.tools.history, world.desk.reader
    really = history.record

    async def story() -> bool:
        await reader.catch_up()
        writing, may_write = asyncio.Event(), asyncio.Event()

        async def slowly(*what: Any) -> tuple[Episode, ...]:
            writing.set()
            await may_write.wait()
            return await really(*what)

        history.record = slowly  # type: ignore[method-assign,assignment]
        reading = asyncio.create_task(reader.read(account.id))
        await writing.wait()
        learned = await reader.catch_up()
        may_write.set()
        await reading
        return learned

    assert not world.run(story())
    assert world.reading(account).read_at == world.clock.now

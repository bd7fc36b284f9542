"""A desk that sends to the sandbox: a domain, two search engines, short waits, and the sandbox's own books."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from tests.desk.world import World, soon

from creditdesk.core.import_plan import ImportPlan, Source
from creditdesk.core.pools import Account
from creditdesk.core.sending import Place, Sending
from creditdesk.desk.sending import Sender, Timing
from creditdesk.sandbox import FaultKind

CREATE = "POST /v1/domains/{domain}/keywords"
LIST = "GET /v1/domains/{domain}/keywords"
PATH = "/v1/domains"
OPERATION = "track-keywords"
DESKTOP = {"name": "google", "location": "United States", "language": "en", "device": "desktop"}
ENGINES = (DESKTOP, {**DESKTOP, "device": "mobile"})
WORDS = tuple(f"word {number}" for number in range(10))
QUICK = Timing(settle_s=0.3, deadline_s=0.25, throttle_s=0.01)


@dataclass(slots=True)
class Post:
    """An account with a key, its first domain, and a sender that waits less than the real one."""

    world: World
    account: Account
    place: Place
    sender: Sender
    seen: list[Sending] = field(default_factory=list)

    @classmethod
    def open(cls, world: World, timing: Timing = QUICK, **changes: Any) -> "Post":
        world.set("ranktracker", limits={"keywords": 5_000, "dataRows": 50_000})
        account = world.add("ranktracker", **changes)
        world.read(account)
        sender = Sender(world.desk.tools, world.desk.reader, timing=timing)
        places = world.run(sender.places(account.id))
        return cls(world, account, places[0], sender)

    def again(self, timing: Timing = QUICK) -> None:
        """Close the desk and open it anew, as after a restart."""
        self.world.run(self.sender.close())
        self.world.restart()
        self.sender = Sender(self.world.desk.tools, self.world.desk.reader, timing=timing)

    def close(self) -> None:
        self.world.run(self.sender.close())

    # ---- the story

    def plan(self, items: tuple[str, ...] = WORDS, batch: int = 4, **wanted: Any) -> ImportPlan:
        given: dict[str, Any] = {
            "place": self.place,
            "rows": ENGINES,
            "batch": batch,
            "source": Source(name="list"),
            **wanted,
        }
        return self.world.run(self.sender.plan(self.account.id, OPERATION, items, **given))

    def start(self, items: tuple[str, ...] = WORDS, batch: int = 4, again: bool = False, **wanted: Any) -> Sending:
        return self.world.run(self.sender.start(self.plan(items, batch, **wanted), again=again))

    def run(self, sending: Sending) -> Sending:
        self.seen = []
        return self.world.run(self.sender.run(sending.id, self.seen.append))

    def send(self, items: tuple[str, ...] = WORDS, batch: int = 4, **wanted: Any) -> Sending:
        return self.run(self.start(items, batch, **wanted))

    def while_running(self, sending: Sending, act: Callable[[asyncio.Task[Sending]], Coroutine[Any, Any, Any]]) -> Any:
        """What `act` makes of the run while it goes on."""

        async def story() -> Any:
            task = asyncio.ensure_future(self.sender.run(sending.id, self.seen.append))
            try:
                return await act(task)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

        return self.world.run(story())

    async def soon_posted(self, count: int = 1) -> None:
        await soon(lambda: self.posts() >= count)

    # ---- the sandbox's books

    def fault(self, kind: FaultKind, method: str = "POST", **fields: Any) -> None:
        self.world.fault(kind, "ranktracker", method=method, path=PATH, **fields)

    def requests(self) -> Counter[str]:
        page = self.world.books()["vendors"]["ranktracker"]["ranktracker-1"]["requests"]
        return Counter(page)

    def posts(self) -> int:
        return self.requests()[CREATE]

    def created(self) -> Counter[tuple[str, str]]:
        journal = self.world.running.call(lambda box: box.journal("ranktracker"))
        return Counter(
            (word, engine["device"])
            for entry in journal
            if entry["operation"] == "create"
            for word in entry["words"]
            for engine in entry["engines"]
        )

    def consume_then_refuse(self, skip: int = 0) -> None:
        """After a reading another client takes all that is left, so that the create is refused."""
        self.world.fault(
            FaultKind.CONSUME_BETWEEN,
            "ranktracker",
            times=1,
            skip=skip,
            amounts={"keywords": 5_000, "dataRows": 50_000},
        )


def once(items: tuple[str, ...] = WORDS) -> Counter[tuple[str, str]]:
    """Every item once on each search engine."""
    return Counter((item, engine["device"]) for item in items for engine in ENGINES)

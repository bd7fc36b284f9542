"""An account that gets low before the desk's eyes, and what the desk tells of it."""

from tests.app.screen import Screen

from creditdesk.core.pools import Account
from creditdesk.core.series import Delivery, Episode
from creditdesk.notify.message import Message

PLENTY = {"usage": {"keywords": 100, "dataRows": 100, "onDemand": 0, "serpAnalyser": 0}}


def one_account(screen: Screen, name: str = "Agency") -> Account:
    """An account that has plenty, read once."""
    screen.set("ranktracker", **PLENTY)
    (account,) = screen.prepare(screen.draft("ranktracker", name))
    screen.open()
    assert episodes(screen) == []
    return account


def episodes(screen: Screen) -> list[Episode]:
    return screen.desktop.parts.desk.tools.history.warned.episodes().result()


def spend(screen: Screen, keywords: int, minutes: int = 6) -> None:
    """Another client uses keywords, and the desk sees it at its next reading."""
    screen.consume("ranktracker", keywords=keywords)
    screen.look(minutes=minutes)


def told(screen: Screen, count: int = 1) -> Message:
    """Wait for this many messages, and that it is written down how they were told; the last one."""
    screen.clock.move(seconds=30)
    screen.until(lambda: len(screen.messages.shown) >= count)
    screen.until(lambda: all(each.delivered not in ("", "missed") for each in episodes(screen)))
    assert len(screen.messages.shown) == count
    return screen.messages.shown[-1]


def looks(screen: Screen, times: int) -> None:
    """Wait until the desk has looked so often at what waits to be told."""
    seen: list[int] = []
    screen.gathering.timeout.connect(lambda: seen.append(1))
    screen.until(lambda: len(seen) >= times)


def nothing_more(screen: Screen, count: int) -> None:
    """Give a further message the time it would take: there is none."""
    screen.clock.move(seconds=30)
    screen.until(lambda: not screen.gathering.isActive())
    screen.settle()
    assert len(screen.messages.shown) == count, screen.messages.shown


def deliveries(screen: Screen) -> list[tuple[str, str]]:
    """Where the episodes were told, the oldest first, and how that went."""
    warned = screen.desktop.parts.desk.tools.history.warned
    found: dict[int, tuple[Delivery, ...]] = warned.deliveries([each.id for each in episodes(screen)]).result()
    tries = sorted((each for tries in found.values() for each in tries), key=lambda each: each.at)
    return [(each.channel, each.outcome) for each in tries]

"""What the parts of the desktop share: the desk on its engine, the board, the window."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from creditdesk.core.definition import Definition
from creditdesk.core.offers import Fact
from creditdesk.core.pools import Reading
from creditdesk.core.settings import Settings
from creditdesk.desk.opening import Desk
from creditdesk.providers.catalogue import UnknownProvider
from creditdesk.providers.definitions import DefinitionError
from creditdesk.ui.board import Board, Entry
from creditdesk.ui.engine import Engine
from creditdesk.ui.window import MainWindow


@dataclass(slots=True)
class Parts:
    """The desk, the engine it runs on, what is on screen, and the user's settings as last read."""

    desk: Desk
    engine: Engine
    board: Board
    window: MainWindow
    settings: Settings
    sample: bool = False
    store_name: str = ""  # what the keyring is called; known a moment after the first paint

    def now(self) -> datetime:
        """The desk's clock."""
        return self.desk.tools.clock()

    def ask(self, job: Callable[[], Coroutine[Any, Any, Any]], tell: Callable[[Any], None] | None = None) -> None:
        """Run a story on the engine; `tell` hears its result on the GUI thread."""
        self.engine.ask(job, tell)

    def entry(self, reading: Reading) -> Entry:
        """The reading with its vendor's definition. One that is gone or broken leaves a card that can be removed."""
        provider = reading.account.provider
        try:
            return Entry(reading, self.desk.tools.catalogue.get(provider), self.sample)
        except (UnknownProvider, DefinitionError):
            return Entry(reading, Definition(provider, provider, Fact(self.now().date(), "")))

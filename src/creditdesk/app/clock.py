"""Says when this computer's clock is wrong: every age, reset and forecast would be wrong with it."""

from datetime import timedelta

from PySide6.QtCore import QObject

from creditdesk.app.parts import Parts
from creditdesk.ui import words
from creditdesk.ui.banner import Banner


class ClockStory(QObject):
    """Looks, after readings, what the vendors' own clocks say; one notice, closed when the clock is right again."""

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._strip: Banner | None = None

    def look(self) -> None:
        """Show or close the notice."""
        reader = self._parts.desk.reader

        async def story() -> timedelta | None:
            return reader.clock_ahead

        self._parts.ask(story, self._tell)

    def _tell(self, ahead: timedelta | None) -> None:
        if ahead is None:
            if self._strip is not None:
                self._strip.clear_news()
                self._strip = None
        elif self._strip is None:
            self._strip = self._parts.window.show_notice(words.clock_notice(ahead))

"""What is said instead of sending a list of which an earlier import brought something there; no network is imported."""

from creditdesk.core.sent_before import Before
from creditdesk.desk.tools import Declined


class SentBefore(Declined):
    """An import brought something of it there before: it is sent only when the user says so. `before` tells what."""

    def __init__(self, words: str, before: Before) -> None:
        super().__init__(words)
        self.before = before

"""What imports and charges really took, for the sizer's page: the same lessons as those of the command."""

from collections.abc import Callable, Iterable

from creditdesk.app.parts import Parts
from creditdesk.core.learned import learned_by
from creditdesk.core.sending import Sending
from creditdesk.core.tallies import Foretold, newest_lessons
from creditdesk.core.verdict import Learned
from creditdesk.desk.learning import foretold_of
from creditdesk.store.history import HistoryError

Told = dict[str, tuple[Foretold, ...]]


class Lessons:
    """What charges teach is brought whenever something was charged; `changed` is called when it is there."""

    def __init__(self, parts: Parts, changed: Callable[[], None]) -> None:
        self._parts = parts
        self._changed = changed
        self._seen: dict[str, int] = {}
        self._told: Told = {}

    def of(self, sendings: Iterable[Sending]) -> dict[str, dict[str, Learned]]:
        """By account and operation, what the newest of these imports or the newest charges teach."""
        self._look()
        newest = sorted(sendings, key=lambda each: each.created_at, reverse=True)
        found: dict[str, dict[str, Learned]] = {}
        for account in dict.fromkeys([*(each.account for each in newest), *self._told]):
            own = [each for each in newest if each.account == account]
            imports = {each: learned_by(own, each) for each in dict.fromkeys(each.operation for each in own)}
            if lessons := newest_lessons(imports, self._told.get(account, ())):
                found[account] = lessons
        return found

    def _look(self) -> None:
        history = self._parts.desk.tools.history
        versions = history.counts.versions()
        if versions == self._seen:
            return
        new, self._seen = [each for each in versions if versions[each] != self._seen.get(each)], versions

        async def look() -> Told:
            try:
                return {each: await foretold_of(history, each) for each in new}
            except HistoryError:
                return {}  # what is wrong with the history is said elsewhere

        def hear(found: Told) -> None:
            before, self._told = self._told, {**self._told, **found}
            if self._told != before:
                self._changed()

        self._parts.ask(look, hear)

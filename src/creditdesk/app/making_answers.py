"""The sample answers of an own vendor: pasted, out of a file, or fetched once it is approved. They are never kept."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from creditdesk.app.approving import Approving
from creditdesk.app.errands import Errand
from creditdesk.app.parts import Parts
from creditdesk.core.definition import Definition, RequestRule
from creditdesk.core.own_vendor import Look
from creditdesk.core.pools import Account, Custody, Trouble
from creditdesk.desk.tools import Declined
from creditdesk.providers.answers import Answer
from creditdesk.providers.binding import owned
from creditdesk.providers.samples import (
    MAX_SAMPLE,
    BadSample,
    Sample,
    known,
    of_answer,
    sample,
    shape,
    text_of,
    text_pattern,
)

TAKEN_OUT = "Your key stood in this answer. It was taken out; say that it is a secret, and readings drop it, too."

Fetched = tuple[dict[str, Sample], str]


class Answers(QObject):
    """Holds an answer for each request of the file.

    Signals:
        came(str, str): an answer of this request came, to be read as json, headers or text.
        told(str, bool): what to say of it; True: something is wrong.
    """

    came = Signal(str, str)
    told = Signal(str, bool)

    def __init__(self, parts: Parts, approving: Approving, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._approving = approving
        self._errand = Errand(parts, self)
        self.samples: dict[str, Sample] = {}
        self.chosen = ""

    def forget(self) -> None:
        """Drop all answers."""
        self._errand.cancel()
        self.samples.clear()
        self.chosen = ""
        self.told.emit("", False)

    def take(self, text: str, request: str, secrets: Iterable[str]) -> str:
        """Take a pasted text as the answer of a request; how it is read, "" when it cannot be used."""
        try:
            found = sample(text, secrets)
        except BadSample as error:
            self.told.emit(str(error), True)
            return ""
        self.samples[request] = found
        self.told.emit(TAKEN_OUT if found.hidden else "", False)
        return found.form

    def read(self, path: Path, then: Callable[[str], None]) -> None:
        """Read a file beside the window; `then` hears its text."""

        async def story() -> str:
            return await asyncio.to_thread(_text_of, path)

        self._errand.run(lambda _heard: story(), then, lambda problem: self.told.emit(problem, True))

    def fetch(self, definition: Definition, keys: Mapping[str, str], settings: Mapping[str, str]) -> None:
        """Ask the vendor once, after the user approved what is sent where. `settings` are its params."""
        own = owned(definition)

        def go(approved: bool) -> None:
            if approved:
                self.told.emit("Fetching…", False)
                self._errand.run(lambda _heard: self._ask(own, keys, settings), self._tell, self._fail)

        self._approving.ask_about(own, go)

    def data(self, request: str, look: Look) -> tuple[object, str]:
        """What expressions of this request select from, None when there is nothing; and what is wrong with it."""
        held, body = self.samples.get(request), self.body(request, look)
        if held is None:
            return None, ""
        pattern = _pattern(request, look)
        return shape(held, body, pattern), _fault(held, body)

    def state(self, request: str, look: Look) -> tuple[object, ...]:
        """What `data` depends on."""
        return request, self.body(request, look), _pattern(request, look), self.samples.get(request)

    def body(self, request: str, look: Look) -> str:
        """How the answer of a request is read."""
        return next((each.body for each in look.requests if each.id == request), "json")

    def text(self, request: str) -> str:
        """The body of a request's answer."""
        held = self.samples.get(request)
        return text_of(held) if held else ""

    async def _ask(self, definition: Definition, keys: Mapping[str, str], settings: Mapping[str, str]) -> Fetched:
        from creditdesk.providers.exchange import Exchange  # with it comes the network stack
        from creditdesk.providers.transport import open_client

        tools = self._parts.desk.tools
        found: dict[str, Sample] = {}

        def heard(rule: RequestRule, answer: Answer) -> None:
            found[rule.id] = of_answer(*known(answer, keys.values()))

        exchange = Exchange(open_client(tools.chosen.settings.ca_file), heard=heard)
        account = Account("maker", definition.name, definition.id, Custody.SESSION, settings=settings)
        try:
            result = await exchange.ask(tools.trust.standing(definition), account, keys, tools.clock)
        finally:
            await exchange.aclose()
        return found, result.message if isinstance(result, Trouble) else ""

    def _tell(self, fetched: Fetched) -> None:
        found, problem = fetched
        self.samples |= found
        hidden = any(each.hidden for each in found.values())
        said = TAKEN_OUT if hidden else "Fetched just now."
        self.told.emit(problem or said, bool(problem))
        if found:
            last, held = list(found.items())[-1]
            self.came.emit(last, held.form)

    def _fail(self, problem: str) -> None:
        self.told.emit(problem, True)


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_SAMPLE * 4 + 1)
    except OSError as error:
        raise Declined(f"{path.name} cannot be read: {error.strerror}.") from None
    return raw.decode("utf-8-sig", "replace")


def _fault(held: Sample, body: str) -> str:
    """Why an answer shows nothing when it is read like this, a sentence; "" when it does."""
    if body == "headers":
        return "" if held.answer.headers else "This answer has no headers: fetch it, or paste it with its headers."
    if held.fault and body == "json":
        return f"The answer cannot be read: it {held.fault}."
    if held.form == "json" and (held.data is None or isinstance(held.data, str | bool)):
        return "This answer is a single word: no number can be read from it. Copy the whole answer."
    if held.form == "text" and not text_pattern(text_of(held)):
        return "There is no number in this text. Copy the whole answer of the vendor."
    return "" if body in (held.form, "text") else "The answer is of another form than this."


def _pattern(request: str, look: Look) -> str:
    """The pattern of a request's answer, one that was checked."""
    rules = look.asks.requests if look.asks else ()
    return next((each.pattern for each in rules if each.id == request), "")

"""The step of an own vendor in which an answer is looked at: where it comes from, and what its values are."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from creditdesk.app.making_answers import Answers
from creditdesk.app.making_view import marks_of, offer_words
from creditdesk.core.own_vendor import Look, Place, Role
from creditdesk.providers import making, making_request
from creditdesk.providers.guessing import best, guesses
from creditdesk.providers.samples import text_pattern
from creditdesk.ui.maker_page import MakerPage
from creditdesk.ui.maker_words import role_word
from creditdesk.ui.standing import price_words


class AnswerStep(QObject):
    """Serves the second step of the page. `look` is what the file says now.

    Signals:
        changed(object): the file is to be changed by this function of its text.
    """

    changed = Signal(object)

    def __init__(self, page: MakerPage, answers: Answers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._answers = answers
        self.look = Look()
        self._shown: tuple[object, ...] = ()
        sample = page.sample
        sample.paste_wanted.connect(lambda: self.take(QGuiApplication.clipboard().text()))
        sample.file_wanted.connect(self._open)
        sample.fetch_wanted.connect(self._fetch)
        sample.request_chosen.connect(self._choose_request)
        sample.form_chosen.connect(self._choose_form)
        sample.role_chosen.connect(self._mark)
        sample.spread_wanted.connect(lambda pool, rows: self.changed.emit(lambda text: making.spread(text, pool, rows)))
        sample.guesses_taken.connect(self._take_guesses)
        answers.came.connect(self._show_answer)
        answers.told.connect(sample.show_state)

    def take(self, text: str) -> None:
        """Look at a pasted answer."""
        form = self._answers.take(text, self._request(), self._page.request.keys().values())
        if form:
            self._settle_form(form)

    def show_data(self) -> None:
        """Show the answer of the request that is looked at."""
        sample, request = self._page.sample, self._request()
        self._shown = self._answers.state(request, self.look)
        sample.show_requests([each.id for each in self.look.requests], request, self._answers.body(request, self.look))
        sample.show_cost(price_words(self.look.asks) if self.look.asks is not None else "")
        data, fault = self._answers.data(request, self.look)
        if fault:
            sample.show_state(fault, True)
        sample.show_answer(data, data is not None)
        self.show_marks()

    def show_marks(self) -> None:
        """Show what its values are, and what others look like."""
        request = self._request()
        if not self.look.writable:
            return  # what is on screen stays until the text is one again
        if self._answers.state(request, self.look) != self._shown:
            self.show_data()
            return
        data, _ = self._answers.data(request, self.look)
        guessed = guesses(data) if data is not None else ()
        offered = offer_words(best(guessed)) if not self.look.pools else ""
        words = {each.place: role_word(each.role) for each in guessed}
        self._page.sample.show_marks(self.look, marks_of(self.look, request), words, offered)

    def _open(self) -> None:
        file, _ = QFileDialog.getOpenFileName(self._page, "Open an answer")
        if file:
            self._answers.read(Path(file), self.take)

    def _fetch(self) -> None:
        request = self._page.request
        given = request.keys()
        if self.look.asks is None:
            self._page.sample.show_state("The request is not whole yet: see what is said beside it.", True)
        elif missing := [each.label for each in self.look.asks.credentials if each.name not in given]:
            self._page.sample.show_state(f"There is no {missing[0]} yet: type it in the first step.", True)
        else:
            self._answers.fetch(self.look.asks, given, request.settings())

    def _show_answer(self, request: str, form: str) -> None:
        """An answer came: look at it, read as what it is."""
        self._answers.chosen = request
        self._settle_form(form)

    def _settle_form(self, form: str) -> None:
        """Read a new answer as the file says, where that gives anything; else as it reads by itself."""
        sample = self._page.sample
        said, wrong = sample.state.text(), sample.error.text()
        self._page.tell()
        data, fault = self._answers.data(self._request(), self.look)
        if data is None or fault:
            self._choose_form(form)
            if not self._answers.data(self._request(), self.look)[1]:
                sample.show_state(wrong or said, bool(wrong))  # not what was wrong while it was read in another form
        else:
            self.show_data()

    def _choose_request(self, request: str) -> None:
        self._answers.chosen = request
        self.show_data()

    def _choose_form(self, form: str) -> None:
        """Read the answer in this way. A text without a number has no pattern, and stays as it is read."""
        request = self._request()
        number = next((at for at, each in enumerate(self.look.requests) if each.id == request), -1)
        pattern = text_pattern(self._answers.text(request)) if form == "text" else ""
        if number >= 0 and (pattern or form not in ("text", self.look.requests[number].body)):
            self.changed.emit(lambda text: making_request.formed(text, number, form, pattern))
        self._page.tell()
        self.show_data()

    def _mark(self, place: Place, role: Role, pool: int) -> None:
        choice = making.Choice(place, role, self._request(), pool)
        data, _ = self._answers.data(choice.request, self.look)
        self.changed.emit(lambda text: making.marked(text, choice, data))
        self._page.sample.choose(place)

    def _take_guesses(self) -> None:
        request = self._request()
        data, _ = self._answers.data(request, self.look)

        def all_of_them(text: str) -> str:
            for each in best(guesses(data)):
                text = making.marked(text, making.Choice(each.place, each.role, request, 0), data)
            return text

        self.changed.emit(all_of_them)

    def _request(self) -> str:
        """The request whose answer is looked at."""
        ids = [each.id for each in self.look.requests]
        return self._answers.chosen if self._answers.chosen in ids else (ids[-1] if ids else "")

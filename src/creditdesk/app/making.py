"""The window's side of an own vendor: examples, answers and clicks change the file, and the page shows what it says."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from creditdesk.app.accounts import AccountStories
from creditdesk.app.making_answers import Answers
from creditdesk.app.making_files import KEPT, Listed, OwnFiles
from creditdesk.app.making_step import AnswerStep
from creditdesk.app.making_view import entry_of
from creditdesk.app.parts import Parts
from creditdesk.core.own_vendor import AskSketch, Look, Place
from creditdesk.core.pools import Account
from creditdesk.paths import Places
from creditdesk.providers import making, making_request, plain_parts
from creditdesk.providers.curl import CurlError, parse, vendor_name
from creditdesk.providers.looking import look
from creditdesk.providers.places import NoPath
from creditdesk.providers.samples import masked
from creditdesk.providers.starts import starts
from creditdesk.providers.toml_edit import Uneditable
from creditdesk.store.own_definitions import text_digest
from creditdesk.ui.maker_page import MakerPage

NAME = "My vendor"


class MakingStory(QObject):
    """Makes the page for an own vendor and carries out its wishes.

    Signals:
        closed(): the page is left; another one should be shown.
        listed(): a definition was saved or removed: what is on screen may have another one now.
    """

    closed = Signal()
    listed = Signal()

    def __init__(self, parts: Parts, stories: AccountStories, where: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._page: MakerPage | None = None
        self.step: AnswerStep
        self._look = Look()
        self._starts = starts()
        self.files = OwnFiles(parts, where, self)
        self.answers = Answers(parts, stories.approving, self)

    @property
    def page(self) -> MakerPage:
        """The page, which `make` made."""
        assert self._page is not None
        return self._page

    def make(self) -> MakerPage:
        """The page, wired."""
        page = self._page = MakerPage([(each.id, each.title) for each in self._starts], masked)
        page.text_changed.connect(self._read)
        page.close_wanted.connect(self.closed)
        page.save_wanted.connect(self._save)
        page.export_wanted.connect(lambda: self.files.export(self._look.provider, page.text.toPlainText()))
        page.remove_wanted.connect(lambda: self.files.remove(self._look.name))
        page.double_wanted.connect(lambda: self._copy(page.text.toPlainText(), self._look.name))
        page.open_wanted.connect(self.open)
        page.begin_wanted.connect(self._begin_anew)
        page.import_wanted.connect(self._bring)
        page.copy_wanted.connect(
            lambda each: self.files.read(each, lambda text: self._copy(text, self.files.name(each)))
        )
        request = page.request
        request.example_given.connect(self.take_example)
        request.start_chosen.connect(self._start)
        request.named.connect(self._name)
        request.asked.connect(self._ask)
        request.keyed.connect(self._key)
        self.step = AnswerStep(page, self.answers, self)
        self.step.changed.connect(self._change)
        page.pools.changed.connect(lambda *said: self._change(lambda text: making.set_pool(text, *said)))
        for shown in (page.pools, page.sample):
            shown.taken_back.connect(lambda *said: self._change(lambda text: making.unmarked(text, *said)))
        page.pools.dropped.connect(lambda pool: self._change(lambda text: making.without_pool(text, pool)))
        self.files.kept.connect(self._kept)
        self.files.gone.connect(self._gone)
        self.files.returned.connect(self.listed)
        self.files.returned.connect(self.renew)
        self.begin()
        return page

    def renew(self) -> None:
        """Learn which definitions there are, for the menu."""
        self.files.tell_all(self._show_menu)

    def _show_menu(self, own: Listed, others: Listed) -> None:
        if self._page is not None:
            self._page.show_menu(own, others)
            self._page.show_kept(bool(self.files.saved))

    def settle(self) -> None:
        """The desk's settings changed."""
        self._show_look()

    def resume(self) -> None:
        """Go on with what is not kept yet, or begin a new vendor."""
        if self.files.state(self.page.text.toPlainText()) == KEPT:
            self.begin()

    def begin(self) -> None:
        """Begin a new vendor."""
        self.files.forget()
        self._begin(self._starts[0].text(NAME, self.files.free_id(NAME), self._parts.now().date()))

    def open(self, provider: str) -> None:
        """Open a definition of the user's own."""

        def told(text: str) -> None:
            before = self._kept_aside()
            self.files.take(provider, text)
            self._begin(text, 2)
            self._offer_back(before, f"Opened {self._look.name or provider}.")

        self.files.read(provider, told)

    # ---- the request

    def _start(self, start: str) -> None:
        found = next(each for each in self._starts if each.id == start)
        name = self._look.name or NAME
        provider = self.files.saved or self.files.free_id(name)
        self.answers.forget()
        self.page.put(found.text(name, provider, self._parts.now().date()))
        self.step.show_data()

    def take_example(self, text: str) -> None:
        """Make the request that a curl example shows; what is wrong with it is said beside it."""
        try:
            copied = parse(text)
        except CurlError as error:
            self.page.request.show_error(str(error))
            return
        name = self._look.name if self._look.name not in ("", NAME) else vendor_name(copied.rule.url) or NAME
        provider = self.files.saved or self.files.free_id(name)
        self.answers.forget()
        self.page.put(making_request.begin(copied, name, provider, self._parts.now().date()))
        self.page.request.show_copied(copied)
        if copied.keys:
            self._stories.clipboard.note(text)

    def _name(self, name: str) -> None:
        provider = self.files.saved or self.files.free_id(name)
        self._change(lambda text: making_request.named(text, name, provider))

    def _ask(self, number: int, sketch: AskSketch) -> None:
        self._change(lambda text: making_request.asked(text, number, sketch))

    def _key(self, number: int, what: Place | str) -> None:
        """A value of the request, or a text that is selected in the example, is a key: it goes out of file and box."""
        page = self.page
        text = page.text.toPlainText()
        try:
            piece = what if isinstance(what, str) else ""
            where = plain_parts.holder_of(text, number, what) if isinstance(what, str) else what
            text, name, key = plain_parts.as_key(text, number, where, piece)
        except (NoPath, Uneditable) as error:
            self._say(str(error))
            return
        self._say("")
        page.put(text)
        page.request.show_keyed(name, key, plain_parts.hidden(page.request.example.toPlainText(), key))

    def take_answer(self, text: str) -> None:
        """Look at a pasted answer."""
        self.step.take(text)

    # ---- the file

    def _begin(self, text: str, step: int = 0) -> None:
        self.answers.forget()
        self.page.begin(text, step)
        self.step.show_data()
        self.page.show_kept(bool(self.files.saved))

    def _copy(self, text: str, name: str) -> None:
        """Begin with the text of another definition, under a name of its own."""
        before, name = self._kept_aside(), f"{name} copy"
        try:
            copy = making_request.named(text, name, self.files.free_id(name))
        except Uneditable as error:
            self._parts.window.show_toast(str(error))
            return
        self.files.forget()
        self._begin(copy, 2)
        self._offer_back(before, f"{name} is not saved yet.")

    def _begin_anew(self) -> None:
        before = self._kept_aside()
        self.begin()
        self._offer_back(before, "A new vendor was begun.")

    def _bring(self) -> None:
        """Begin with a file from elsewhere; it is saved, and approved, like any other."""

        def told(text: str) -> None:
            before = self._kept_aside()
            self.files.forget()
            self._begin(text, 2)
            self._offer_back(before, f"{self._look.name} is not saved yet.")

        self.files.bring(told)

    def _kept_aside(self) -> tuple[str, str, str]:
        return (self.page.text.toPlainText(), self.files.saved, self.files.digest)

    def _offer_back(self, before: tuple[str, str, str], said: str) -> None:
        """Another file was opened; what was changed before and not saved can be brought back."""

        def back() -> None:
            self.files.saved, self.files.digest = before[1:]
            self._begin(before[0], 2)

        changed = text_digest(before[0]) != before[2]
        self._parts.window.show_toast(said, back if changed else None)

    def _change(self, change: Callable[[str], str]) -> None:
        """Change the text; what cannot be done is said under it."""
        page = self.page
        try:
            page.put(change(page.text.toPlainText()))
        except (NoPath, Uneditable) as error:
            self._say(str(error))
        else:
            self._say("")

    def _say(self, problem: str) -> None:
        self.page.error.setText(problem)
        self.page.error.setVisible(bool(problem))

    def _read(self, text: str) -> None:
        """The text is another one: look at it anew."""
        self._look = look(text, self.answers.samples, self._parts.now())
        self.step.look = self._look
        self._show_look()

    def _show_look(self) -> None:
        if self._page is None:
            return
        found, page = self._look, self._page
        page.show_title(found.name or "Your own vendor", self.files.state(page.text.toPlainText()))
        settings, now = self._parts.settings, self._parts.now()
        page.preview.show_entry(entry_of(found, settings, now) if page.step else None, now, settings)
        page.show_look(found, bool(self.answers.samples))
        has_account = bool(self._accounts(found.provider))
        page.save.show_text("Save" if has_account else "Save and add account")
        self.step.show_marks()

    def _save(self) -> None:
        if self._look.definition is not None:
            self.files.save(self._look.provider, self.page.text.toPlainText())

    def _kept(self, provider: str) -> None:
        """The file lies in the user's folder: go on to the account, unless there is one."""
        self.listed.emit()
        self.renew()
        self._show_look()
        keys, settings = self.page.request.keys(), self.page.request.settings()
        self.closed.emit()
        accounts = self._accounts(provider)
        if accounts:
            self._parts.window.show_toast(f"{self._look.name} was saved.")
            self._stories.approving.ask(provider, lambda _approved: self._read_again(accounts))
        else:
            like = Account("", self._look.name, provider, settings=settings) if settings else None
            self._stories.add(provider, like, keys)

    def _accounts(self, provider: str) -> list[str]:
        return [each.id for each in self._parts.board.entries() if each.reading.account.provider == provider]

    def _read_again(self, accounts: list[str]) -> None:
        for each in accounts:
            self._stories.changed.emit(each)

    def _gone(self) -> None:
        self.listed.emit()
        self.renew()
        self.begin()

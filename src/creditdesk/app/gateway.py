"""The window's side of the gateway page: its switch, the tokens, what scripts spent, and what passes."""

from datetime import datetime, timedelta
from urllib.parse import quote

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from creditdesk.app.accounts import AccountStories
from creditdesk.app.pacing import Paced
from creditdesk.app.parts import Parts
from creditdesk.app.serving import Serving
from creditdesk.core.charges import ChargeState
from creditdesk.core.requests import AuthKind, RequestRule
from creditdesk.core.seen import Seen
from creditdesk.core.tallies import Total, added_up
from creditdesk.store.charges import Charges
from creditdesk.store.history import HistoryError
from creditdesk.store.tokens import Token, Tokens, new_secret
from creditdesk.ui import gateway_words, words
from creditdesk.ui.board import Entry
from creditdesk.ui.dialogs import Question
from creditdesk.ui.gateway_page import GatewayPage
from creditdesk.ui.gateway_token import TokenDialog, TokenShown
from creditdesk.ui.gateway_values import Script, Wanted, Way

_Spent = dict[tuple[str, str], tuple[Total, Total]]
"""By account and token: what was spent today and this month (UTC)."""


class GatewayStory(QObject):
    """Makes the gateway page and carries out its wishes.

    Signals:
        ledger_requested(str): the ledger of an account is wanted.
    """

    ledger_requested = Signal(str)

    def __init__(self, parts: Parts, stories: AccountStories, serving: Serving, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._stories = stories
        self._serving = serving
        self._page: GatewayPage | None = None
        self._tokens: list[Token] = []
        self._spent: _Spent = {}
        self._sums = Paced(self._bring, self)
        serving.changed.connect(self._stands)
        serving.passed.connect(self._passed)

    def make(self) -> GatewayPage:
        """The page, wired."""
        page = self._page = GatewayPage()
        page.add_account_requested.connect(lambda: self._stories.add())
        page.switched.connect(self._serving.switch)
        page.status.copy_requested.connect(self._copy)
        page.scripts.add_requested.connect(self._add)
        page.scripts.revoke_requested.connect(self._ask_revoke)
        page.scripts.ledger_requested.connect(self.ledger_requested)
        page.requests.ledger_requested.connect(self.ledger_requested)
        page.show_settings(self._parts.settings)
        page.show_standing(self._serving.standing)
        self.renew()
        page.requests.show_anew(self._serving.seen())
        return page

    def renew(self) -> None:
        """Show the accounts as they stand now, the tokens, and what came with them."""
        if self._page is not None:
            entries = self._parts.board.entries()
            ways = [way for entry in entries if (way := way_of(entry, self._parts.settings.hide_names)) is not None]
            self._page.show_accounts(entries, ways, self._parts.settings, self._parts.now())
            self._serving.look()
            self._sums.ask()

    def settle(self) -> None:
        """The desk's settings changed."""
        if self._page is not None:
            self._page.show_settings(self._parts.settings)
            self.renew()

    def _stands(self) -> None:
        if self._page is not None:
            self._page.show_standing(self._serving.standing)

    def _passed(self, seen: tuple[Seen, ...]) -> None:
        if self._page is None:
            return
        self._page.add_requests(seen)
        if self._page.isVisible():
            self._sums.ask()

    def _bring(self) -> None:
        """Bring the tokens and their sums."""
        connections, now = self._parts.desk.tools.history.connections, self._parts.now()

        async def story() -> tuple[list[Token], _Spent] | str:
            try:
                tokens = [each for each in await Tokens(connections).listing() if each.revoked_at is None]
                return tokens, await spent(Charges(connections), {each.account for each in tokens}, now)
            except HistoryError as error:
                return str(error)

        def told(found: tuple[list[Token], _Spent] | str) -> None:
            self._sums.done()
            if isinstance(found, str):
                return  # what is wrong with the history is said elsewhere
            self._tokens, self._spent = found
            self._show_scripts()

        self._parts.ask(story, told)

    def _show_scripts(self) -> None:
        if self._page is None:
            return
        counts, nothing = self._serving.counts(), (Total(""), Total(""))
        self._page.show_scripts(
            [
                _script(each, self._spent.get((each.account, each.id), nothing), counts.get(each.id, (0, 0)))
                for each in reversed(self._tokens)
            ]
        )

    def _add(self) -> None:
        page = self._page
        if page is None:
            return
        entries = {entry.id: entry for entry in self._parts.board.entries()}
        hide = self._parts.settings.hide_names
        ways = {way.account: way for entry in entries.values() if (way := way_of(entry, hide)) is not None}
        names = [
            (each, words.account_name(entries[each].reading.account, entries[each].definition, hide)) for each in ways
        ]
        units = {each: way.unit for each, way in ways.items()}
        clients = {} if hide else {each: entries[each].reading.account.client for each in ways}
        dialog = TokenDialog(names, units, clients, self._parts.window)
        dialog.choose(str(page.status.accounts.currentData() or ""))
        dialog.saved.connect(lambda wanted: self._save(dialog, wanted, ways[wanted.account]))
        dialog.open()

    def _save(self, dialog: TokenDialog, wanted: Wanted, way: Way) -> None:
        history = self._parts.desk.tools.history
        if not history.durable:
            dialog.show_error("The token cannot be kept: the history's file cannot be used.")
            return
        number, secret, digest = new_secret()
        told_of = (number, wanted.account, wanted.client, wanted.guard, self._parts.now(), digest)
        token = Token(*told_of, wanted.budget_day, wanted.budget_month)

        async def story() -> str:
            try:
                await Tokens(history.connections).add(token)
            except HistoryError as error:
                return str(error)
            return ""

        def told(problem: str) -> None:
            if problem:
                dialog.show_error(problem)
                return
            dialog.accept()
            self._sums.at_once()
            self._show_once(secret, way)

        self._parts.ask(story, told)

    def _show_once(self, secret: str, way: Way) -> None:
        standing = self._serving.standing
        url = f"{standing.url}{way.path}" if standing.serves else ""
        shown = TokenShown(secret, url, way.key, self._parts.window)
        shown.copy_requested.connect(self._copy_secret)
        shown.url_copy_requested.connect(self._copy)
        shown.open()

    def _copy_secret(self, secret: str) -> None:
        QGuiApplication.clipboard().setText(secret)
        self._stories.clipboard.note(secret)
        self._parts.window.show_toast("Copied the token. It is taken off the clipboard after ten seconds.")

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._parts.window.show_toast("Copied the base URL.")

    def _ask_revoke(self, token_id: str) -> None:
        """A token that is revoked cannot come back: it is asked before."""
        token = next((each for each in self._tokens if each.id == token_id), None)
        if token is None:
            return
        who = gateway_words.client_name(token.client, self._parts.settings.hide_names)
        text = "Scripts that send it are let in no more. It cannot be brought back; what it spent stays in the ledger."
        question = Question(f"Revoke the token of {who}?", text, "Revoke", self._parts.window)
        question.accepted.connect(lambda: self._revoke(token))
        question.open()

    def _revoke(self, token: Token) -> None:
        connections, now = self._parts.desk.tools.history.connections, self._parts.now()

        async def story() -> str:
            try:
                await Tokens(connections).revoke(token.id, now)
            except HistoryError as error:
                return str(error)
            return ""

        def told(problem: str) -> None:
            said = f"The token was not revoked: {problem}" if problem else "Revoked. It lets nobody in any more."
            self._parts.window.show_toast(said)
            self._sums.at_once()

        self._parts.ask(story, told)


def way_of(entry: Entry, hide: bool = False) -> Way | None:
    """The way of requests to this account, by its id where its name is hidden; None where they cannot pass."""
    rule, account = entry.definition.gateway, entry.reading.account
    if rule is None:
        return None
    units = list(dict.fromkeys(pool.unit for pool in entry.definition.pools))
    unit = units[0] if len(units) == 1 else ""
    path = account.id if hide else quote(account.name, safe="")
    return Way(account.id, path, f"{rule.url}{rule.base}", _place(rule.key), unit)


def _place(rule: RequestRule) -> str:
    """Where a vendor wants its key, in words."""
    auth = next((each for each in rule.auth if each.kind is not AuthKind.NONE), None)
    if auth is not None:
        named = {AuthKind.HEADER: f"in the header {auth.name}", AuthKind.QUERY: f"in the address, as {auth.name}=..."}
        named |= {AuthKind.BEARER: "in the header Authorization, after Bearer", AuthKind.BASIC: "as user and password"}
        return named[auth.kind]
    places = (("header", rule.headers), ("address", rule.query), ("JSON body", rule.json), ("form", rule.form))
    for where, fields in places:
        for name, value in (fields or {}).items():
            if "{" in str(value):
                return f"in the {where}, as {name}"
    return "in the path of the address"


async def spent(charges: Charges, accounts: set[str], now: datetime) -> _Spent:
    """What the tokens of these accounts spent today and in this month. Raises HistoryError."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found: dict[tuple[str, str], list[Total]] = {}
    for account in accounts:
        for place, since in enumerate((day, day.replace(day=1))):
            tallies = await charges.tallies(account, (since, day + timedelta(days=1)), "token")
            for total in added_up(each for each in tallies if each.key and each.state is not ChargeState.OPEN):
                found.setdefault((account, total.key), [Total(""), Total("")])[place] = total
    return {key: (both[0], both[1]) for key, both in found.items()}


def _script(token: Token, both: tuple[Total, Total], counts: tuple[int, int]) -> Script:
    return Script(
        id=token.id,
        account=token.account,
        client=token.client,
        guard=token.guard,
        created_at=token.created_at,
        used_at=token.used_at,
        budget_day=token.budget_day,
        budget_month=token.budget_month,
        today=both[0],
        month=both[1],
        refused=counts[0],
        failed=counts[1],
    )

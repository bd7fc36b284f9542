"""The form of the account dialog: name, key, settings, typed balances, warnings and what is seldom needed."""

from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from creditdesk.core.definition import Definition
from creditdesk.core.pools import Account, Custody
from creditdesk.core.typed import typed_rules
from creditdesk.ui import parts, theme
from creditdesk.ui.account_draft import (
    Edited,
    Surroundings,
    asked_later,
    doubled,
    evidence_line,
    free_name,
    hosts,
    interval_words,
    loopback_origin,
    name_problem,
    needs_key,
    server_of,
)
from creditdesk.ui.account_key import KeySection
from creditdesk.ui.account_limits import WarnAmounts, chosen_thresholds, percent_of
from creditdesk.ui.account_params import ParamFields
from creditdesk.ui.account_result import TestBox
from creditdesk.ui.amount_field import TypedFields, mark, padded
from creditdesk.ui.client_field import client_field
from creditdesk.ui.reminder_field import ReminderField


class AccountForm(QWidget):
    """The fields of one account. It holds a key only while it is on screen; `hand_over` empties it.

    Signals:
        test_asked(): the user wants to know whether the key works.
        server_changed(str): this test server would be asked instead of the vendor; "" for the vendor itself.
        link_requested(str): a page of the vendor should be opened.
    """

    test_asked = Signal()
    server_changed = Signal(str)
    link_requested = Signal(str)

    def __init__(
        self,
        definition: Definition,
        around: Surroundings,
        edited: Edited | None = None,
        like: Account | None = None,
    ) -> None:
        """`edited`: the account that exists; `like`: the one that a new one takes its choices from, not its key."""
        super().__init__()
        self.definition = definition
        self._around = around
        self._account = edited.account if edited else None
        account = self._account
        self._base = base = account or (doubled(like) if like else Account("", "", definition.id))
        own = base.thresholds or around.thresholds
        self.name = QLineEdit(account.name if account else free_name(base.name or definition.name, around.names))
        self.name_error = parts.error()
        self.key = KeySection(definition, around, account)
        self.result = TestBox()
        self.evidence = parts.small(evidence_line(definition) if edited is None or edited.untried else "")
        self.evidence.setVisible(bool(self.evidence.text()))
        self.params = ParamFields(definition, base.settings if account or like else None)
        self.typed = TypedFields(typed_rules(definition))
        self.remind = ReminderField(base.remind_days)
        self.percent = percent_of(definition, own)
        self.amounts = WarnAmounts(definition, own)
        self.client = client_field(base.client, around.clients)
        self._lay_out()
        self._wire()
        if edited:
            self.typed.show_typed(edited.typed)
        self._settings_changed()

    def start(self) -> None:
        """Put the keyboard where the user goes on."""
        fields = self.definition.credentials
        first: QWidget = self.key.field(fields[0].name) if fields and self._account is None else self.name
        first.setFocus()
        if first is self.name:
            self.name.selectAll()

    def check(self) -> bool:
        """Whether everything may be saved; what is wrong is said beside its field, and the first gets the keyboard."""
        problem = name_problem(self.name.text(), self._around.names, self._account.name if self._account else "")
        self.name_error.setText(problem)
        self.name_error.setVisible(bool(problem))
        mark(self.name, bool(problem))
        wrong = [self.name if problem else None, self._check_key(), self.key.check_power(), self.params.check()]
        typed_right = not self.typed.isVisibleTo(self) or self.typed.check()
        wrong += [self.percent.check() if self.percent else None, self.amounts.check(), self._check_base_url()]
        hidden = self._check_base_url() or (self.amounts.check() if self.percent else None)
        if hidden is not None:
            self.more.setChecked(True)
        first = next((field for field in wrong if field is not None), None)
        if first is not None:
            first.setFocus()
        return first is None and typed_right

    def check_for_test(self) -> bool:
        """Whether there is enough to try the key."""
        wrong = [self._check_key(needed=True), self.params.check(), self._check_base_url()]
        first = next((field for field in wrong if field is not None), None)
        if first is not None:
            first.setFocus()
        return first is None

    def draft(self) -> Account:
        """The account as the form says it. A new one has no id yet."""
        before = self._base
        has_key = bool(self.definition.credentials)
        return before.changed(
            name=self.name.text().strip(),
            custody=self.key.custody() if has_key else Custody.NONE,
            key_env=self.key.key_env() if has_key else "",
            base_url=loopback_origin(self.base_url.text()) or "",
            settings=self.params.settings(),
            client=self.client.text().strip(),
            interval_s=self._interval(),
            remind_days=self.remind.value() if self.remind.isVisibleTo(self) else before.remind_days,
            thresholds=chosen_thresholds(self._around.thresholds, before.thresholds, self.percent, self.amounts),
        )

    def typed_values(self) -> dict[str, tuple[Decimal, Decimal | None]]:
        """The balances typed, by pool id; none where the plan shows an upgrade instead."""
        return self.typed.values() if self.typed.isVisibleTo(self) else {}

    def secrets(self) -> dict[str, str]:
        """The pasted credentials, for a test: they stay in the form."""
        return self.key.secrets()

    def hand_over(self) -> dict[str, str]:
        """The pasted credentials, leaving the form without them."""
        secrets = self.key.secrets()
        self.key.wipe()
        return secrets

    def _check_key(self, needed: bool = False) -> QWidget | None:
        return self.key.check(needed or needs_key(self.definition)) if self.definition.credentials else None

    def _check_base_url(self) -> QWidget | None:
        text = self.base_url.text().strip()
        origin = loopback_origin(text) if text else ""
        problem = ""
        culprit: QWidget = self.base_url
        if origin is None:
            problem = "Only an address on this computer, such as http://127.0.0.1:8080."
        elif origin and not self.confirm.isChecked():
            problem, culprit = "Confirm it first.", self.confirm
        self.base_url_error.setText(problem)
        self.base_url_error.setVisible(bool(problem))
        mark(self.base_url, bool(problem))
        return culprit if problem else None

    def _interval(self) -> int:
        before = self._base.interval_s
        chosen = self.interval.value() * 60
        return before if before and chosen == _minutes(before) * 60 else chosen

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.GAP_PX))
        name = parts.field("Name", self.name)
        name.addWidget(self.name_error)
        column.addLayout(name)
        column.addWidget(self.key)
        column.addWidget(self.result)
        column.addWidget(self.evidence)
        column.addWidget(self.params)
        column.addWidget(self.typed)
        column.addWidget(self.remind)
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.GAP_PX))
        warn: QWidget = self.percent or self.amounts
        row.addWidget(warn, 1)
        client = parts.field("Client or project (optional)", self.client)
        client.addStretch(1)
        row.addLayout(client, 1)
        column.addLayout(row)
        self.more = parts.button("More", "link", name="More settings")
        self.more.setCheckable(True)
        column.addWidget(self.more)
        column.addWidget(self._rest())
        column.addStretch(1)
        self.key.setVisible(bool(self.definition.credentials))
        self.params.setVisible(bool(self.definition.params or self.definition.notices))
        self.more.setVisible(self.definition.readable or (self.percent is not None and not self.amounts.isHidden()))

    def _rest(self) -> QWidget:
        """What is seldom needed."""
        self._seldom = QWidget()
        column = QVBoxLayout(self._seldom)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        if self.percent is not None:
            column.addWidget(self.amounts)
        self._reading = QWidget()
        reading = QVBoxLayout(self._reading)
        reading.setContentsMargins(0, 0, 0, 0)
        reading.setSpacing(theme.px(10))
        self.interval = padded(QSpinBox())
        least = _minutes(self.definition.min_interval)
        self.interval.setRange(least - 1, 24 * 60)
        self.interval.setSpecialValueText(f"as the desk, {interval_words(self._around.interval_s)}")
        self.interval.setSuffix(" min")
        stored = self._base.interval_s
        self.interval.setValue(_minutes(stored) if stored else least - 1)
        self.base_url = QLineEdit(self._base.base_url)
        self.base_url.setPlaceholderText("http://127.0.0.1:8080")
        self.base_url_error = parts.error()
        self.confirm = QCheckBox()
        self.confirm.setChecked(bool(self.base_url.text()))
        reading.addLayout(parts.field("Read every", self.interval))
        address = parts.field("Server on this computer, for tests (optional)", self.base_url)
        address.addWidget(self.confirm)
        address.addWidget(self.base_url_error)
        reading.addLayout(address)
        self._reading.setVisible(self.definition.readable)
        column.addWidget(self._reading)
        self._seldom.hide()
        return self._seldom

    def _wire(self) -> None:
        self.name.textChanged.connect(self._named)
        self.key.changed.connect(self._outdate)
        self.key.test_asked.connect(self.test_asked)
        self.key.link_requested.connect(self.link_requested)
        self.params.changed.connect(self._settings_changed)
        self.params.link_requested.connect(self.link_requested)
        self.more.toggled.connect(self._show_more)
        self.base_url.textChanged.connect(self._base_url_typed)
        self.confirm.toggled.connect(lambda _on: self._forget_base_url_problem())
        self._base_url_typed(self.base_url.text(), keep=True)

    def _named(self) -> None:
        self.name_error.hide()
        mark(self.name, False)

    def _show_more(self, on: bool) -> None:
        self._seldom.setVisible(on)
        self.more.show_text("Less" if on else "More")

    def _base_url_typed(self, text: str, keep: bool = False) -> None:
        origin = loopback_origin(text)
        if not keep:
            self.confirm.setChecked(False)
            self._outdate()
        self.confirm.setVisible(bool(origin))
        asked = " and ".join(hosts(self.definition) or asked_later(self.definition)) or "the vendor"
        self.confirm.setText(f"Send the key to {origin} instead of {asked}")
        self.confirm.setAccessibleName(self.confirm.text())
        self._forget_base_url_problem()
        self.key.show_server(server_of(text))
        self.server_changed.emit(server_of(text))

    def _forget_base_url_problem(self) -> None:
        self.base_url_error.hide()
        mark(self.base_url, False)

    def _settings_changed(self) -> None:
        settings = self.definition.settings(self.params.settings())
        plan = self.definition.plan(settings)
        self.typed.show_limits(plan.limits if plan else {})
        self.typed.show_units(settings)
        self.amounts.show_units(settings)
        self.typed.setVisible(bool(typed_rules(self.definition)) and not (plan is not None and plan.upgrade))
        self.remind.setVisible(self.typed.isVisibleTo(self))
        self._outdate()

    def _outdate(self) -> None:
        """A result is no longer that of what stands in the fields."""
        if not self.result.isHidden():
            self.result.clear()


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)

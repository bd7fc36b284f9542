"""The rules of warning: each with its switch, its numbers, the accounts it leaves out, and a try over the past."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from creditdesk.core.rules import RuleKind, Rules
from creditdesk.core.series import Episode
from creditdesk.core.settings import Settings
from creditdesk.ui import alert_words, parts, theme, words
from creditdesk.ui.board import Entry
from creditdesk.ui.drop_down import DropDown
from creditdesk.ui.settings_rows import NumberRow, Row, SwitchRow

TRIED_DAYS = 90
_MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class _Said:
    """A rule in words; its numbers as (field of Rules, title, unit, least, most)."""

    title: str
    hint: str
    numbers: tuple[tuple[str, str, str, int, int], ...] = ()


_SAID: Mapping[RuleKind, _Said] = {
    RuleKind.LEVEL: _Said(
        "Little is left", "Under {low} of the limit, or under an amount that you set; again under {critical}."
    ),
    RuleKind.RUNS_OUT: _Said(
        "It runs out too soon", "Before its reset, or within {days}; only from a forecast that is sure enough."
    ),
    RuleKind.EXPIRES: _Said(
        "Credits expire", "Something is left that is gone soon.", (("expires_days", "Days before", "days", 1, 365),)
    ),
    RuleKind.KEY_EXPIRES: _Said(
        "A key expires", "Where the vendor tells until when it takes the key; so many days before, too."
    ),
    RuleKind.SLOTS_FULL: _Said("All slots are taken", "Nothing more fits in before something is removed."),
    RuleKind.BUDGET: _Said("Over budget", "More was used than the limit that you set."),
    RuleKind.UNUSUAL: _Said(
        "Unusual use",
        "Today against the same weekday of the last weeks. An import of your own is unusual, too.",
        (
            ("unusual_times", "Times the usual", "times", 2, 100),
            ("unusual_least_percent", "And at least, of what there was", "%", 1, 100),
        ),
    ),
    RuleKind.KEY_REJECTED: _Said("A key is rejected", "The vendor does not take the key any more."),
    RuleKind.NOT_READ: _Said(
        "Not read for long",
        "No reading succeeded, for whatever reason.",
        (("not_read_hours", "After", "hours", 1, 720),),
    ),
    RuleKind.LOOK_UP: _Said(
        "A balance by hand is old", "Once after as many days as an account says, and again after as many more."
    ),
    RuleKind.REFILLED: _Said("Filled up", "A reset or a top-up. News, not a warning."),
}


class RuleRow(QWidget):
    """One rule.

    Signals:
        switched(bool): it is on, or off, for every account.
        number_changed(str, object): a field of `Rules` and its new Decimal.
        exception_changed(str, bool): it is off (True) for this account, or on again.
        try_requested(): when it would have fired is wanted.
    """

    switched = Signal(bool)
    number_changed = Signal(str, object)
    exception_changed = Signal(str, bool)
    try_requested = Signal()

    def __init__(self, kind: RuleKind) -> None:
        super().__init__()
        self._kind, said = kind, _SAID[kind]
        self.except_for = parts.button("For all accounts")
        self._listed: tuple[Settings, Sequence[Entry]] = (Settings(), ())
        self.menu = QMenu(self.except_for)
        self.menu.aboutToShow.connect(self._fill)
        self.except_for.setMenu(self.menu)
        self.try_it = parts.button("Try this rule", name=f"Try the rule: {said.title}")
        self.try_it.clicked.connect(self.try_requested)
        self.switch = SwitchRow(said.title, said.hint, self.except_for, self.try_it)
        self.switch.switched.connect(self.switched)
        self.numbers: dict[str, NumberRow] = {}
        self.found = parts.small()
        self.found.setMinimumWidth(theme.px(300))  # else a scrolled page takes it for very high
        self.found.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(self.switch)
        for name, title, unit, least, most in said.numbers:
            row = self.numbers[name] = NumberRow(title, "", unit, (least, most))
            row.field.setAccessibleName(f"{said.title}: {title.lower()}, {unit}")
            row.value_changed.connect(self._numbering(name))
            column.addWidget(row)
        column.addWidget(self.found)

    def show_rule(self, settings: Settings, entries: Sequence[Entry]) -> None:
        """Show its switch, its numbers and for whom it is off."""
        rules, levels = settings.rules, settings.thresholds
        on = self._kind not in rules.off
        self.switch.box.setChecked(on)
        low, critical = words.percent(levels.low_percent), words.percent(levels.critical_percent)
        days = words.amount(settings.low_days, "days")
        self.switch.show_hint(_SAID[self._kind].hint.format(low=low, critical=critical, days=days))
        for name, row in self.numbers.items():
            if row.value() != getattr(rules, name) and not row.field.hasFocus():
                row.show_value(getattr(rules, name))
            row.setVisible(on)
        self._show_exceptions(settings, entries, on)

    def show_found(self, text: str) -> None:
        """Say when it would have fired."""
        self.found.setText(text)
        self.found.setVisible(bool(text))

    def _show_exceptions(self, settings: Settings, entries: Sequence[Entry], on: bool) -> None:
        self._listed = (settings, entries)
        off = sum(self._kind in entry.reading.account.rules_off for entry in entries)
        self.except_for.show_text(f"For all but {off}" if off else "For all accounts")
        self.except_for.setAccessibleName(f"Accounts of the rule: {_SAID[self._kind].title}")
        self.except_for.setEnabled(on and bool(entries))
        self.try_it.setEnabled(bool(entries))

    def _fill(self) -> None:
        """The menu opens: a tick for every account. Made now, for there may be many of both."""
        self.menu.clear()
        settings, entries = self._listed
        for entry in entries:
            account = entry.reading.account
            name = words.account_name(account, entry.definition, settings.hide_names)
            action = self.menu.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(self._kind not in account.rules_off)
            action.toggled.connect(self._excepting(account.id))

    def _numbering(self, name: str) -> Callable[[Decimal], None]:
        return lambda value: self.number_changed.emit(name, value)

    def _excepting(self, account_id: str) -> Callable[[bool], None]:
        return lambda on: self.exception_changed.emit(account_id, not on)


class RulesCard(parts.Card):
    """All rules, and the account on whose past one is tried.

    Signals:
        rules_changed(object): the Rules are these now.
        exception_changed(str, str, bool): an account, a RuleKind, and whether that is off for it now.
        try_requested(str, str): a RuleKind, and the account on whose past it is to be tried.
    """

    rules_changed = Signal(object)
    exception_changed = Signal(str, str, bool)
    try_requested = Signal(str, str)

    def __init__(self) -> None:
        super().__init__("Rules")
        self._rules = Rules()
        self._shown: object = None
        self.body.addWidget(parts.heading("Rules"))
        self.account = DropDown()
        self.account.setAccessibleName("Try a rule on the past of")
        self.account.setMaximumWidth(theme.px(260))
        self.account.activated.connect(lambda _: self._forget())
        hint = f"The last {TRIED_DAYS} days; nobody is told."
        self.body.addWidget(Row("Try a rule on the past of", hint, self.account))
        self.rows = {kind: self._row(kind) for kind in RuleKind}

    def show_rules(self, settings: Settings, entries: Sequence[Entry]) -> None:
        """Show the desk's rules and the accounts; what the user is typing stays."""
        hide = settings.hide_names
        named = [(words.account_name(each.reading.account, each.definition, hide), each.id) for each in entries]
        stamp = (settings, named, [each.reading.account.rules_off for each in entries])
        if stamp == self._shown:
            return
        self._shown, self._rules = stamp, settings.rules
        chosen = self.account.currentData()
        self.account.clear()
        for name, account_id in named:
            self.account.addItem(name, account_id)
        self.account.setCurrentIndex(max(0, self.account.findData(chosen)))
        self.account.setEnabled(bool(named))
        for row in self.rows.values():
            row.show_rule(settings, entries)

    def show_trying(self, kind: str) -> None:
        """Say that the past is being gone through."""
        self.rows[RuleKind(kind)].show_found("Looking through the past …")

    def show_tried(self, kind: str, found: Sequence[Episode], entry: Entry, settings: Settings, now: datetime) -> None:
        """Say when the rule would have fired over this account's past, the newest first."""
        if not found:
            self.rows[RuleKind(kind)].show_found(f"Never in the last {TRIED_DAYS} days.")
            return
        newest = sorted(found, key=lambda each: each.fired_at, reverse=True)
        times = "once" if len(found) == 1 else f"{len(found)} times"
        lines = [f"It would have told you {times} in the last {TRIED_DAYS} days:"]
        for each in newest[:_MOST_LINES]:
            why = alert_words.why(None, each, settings, now)
            lines.append(f"{words.moment(each.fired_at, now)} · {alert_words.headline(entry, each)} · {why}")
        if len(newest) > _MOST_LINES:
            lines.append(f"and {len(newest) - _MOST_LINES} more before.")
        self.rows[RuleKind(kind)].show_found("\n".join(lines))

    def _row(self, kind: RuleKind) -> RuleRow:
        row = RuleRow(kind)
        row.switched.connect(lambda on: self._change(off=self._rules.off - {kind} if on else self._rules.off | {kind}))
        row.number_changed.connect(lambda name, value: self._change(**{name: value}))
        row.exception_changed.connect(lambda account, off: self.exception_changed.emit(account, kind.value, off))
        row.try_requested.connect(lambda: self.try_requested.emit(kind.value, self.account.currentData()))
        self.body.addWidget(parts.rule())
        self.body.addWidget(row)
        return row

    def _change(self, **values: object) -> None:
        self._rules = replace(self._rules, **values)  # type: ignore[arg-type]  # the rows know their fields
        self.rules_changed.emit(self._rules)

    def _forget(self) -> None:
        """Another account was chosen: what was found on the first one's past is not true of it."""
        for row in self.rows.values():
            row.show_found("")

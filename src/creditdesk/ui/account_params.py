"""The plain settings of a vendor in the account dialog: plan, edition, price list and the like, and its notices."""

from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from creditdesk.core.definition import Definition, Param
from creditdesk.core.offers import Notice, holds
from creditdesk.ui import parts, theme
from creditdesk.ui.account_draft import choices_of, param_problem
from creditdesk.ui.amount_field import mark
from creditdesk.ui.drop_down import DropDown

NOT_SET = "Not set"


class ParamFields(QWidget):
    """A field for each param. What one allows may depend on the others: it follows them at once.

    Signals:
        changed(): a setting is another one now.
        link_requested(str): a page of the vendor should be opened.
    """

    changed = Signal()
    link_requested = Signal(str)

    def __init__(self, definition: Definition, chosen: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self._definition = definition
        self._chosen = dict(chosen or {})
        self._fields: dict[str, QComboBox | QLineEdit] = {}
        self._errors: dict[str, QLabel] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        row: QHBoxLayout | None = None
        for param in definition.params:
            if row is None or row.count() == 2:
                row = QHBoxLayout()
                row.setSpacing(theme.px(theme.GAP_PX))
                column.addLayout(row)
            row.addLayout(self._add(param), 1)
        self._news = QVBoxLayout()
        self._news.setSpacing(theme.px(8))
        column.addLayout(self._news)
        self._refill()

    def settings(self) -> dict[str, str]:
        """What the user set, by param name; what is not set is left out."""
        found = {name: _value(field) for name, field in self._fields.items()}
        return {name: value for name, value in found.items() if value}

    def set(self, name: str, value: str) -> None:
        """Set one param. Raises KeyError when the vendor has none of this name."""
        field = self._fields[name]
        if isinstance(field, QLineEdit):
            field.setText(value)
        else:
            field.setCurrentIndex(max(0, field.findData(value)))

    def field(self, name: str) -> QComboBox | QLineEdit:
        """The field of this param. Raises KeyError when the vendor has none of this name."""
        return self._fields[name]

    def check(self) -> QWidget | None:
        """The first field that is wrong, with the reason said beside it; None when all will do."""
        first: QWidget | None = None
        for param in self._definition.params:
            field = self._fields[param.name]
            problem = param_problem(param, _value(field)) if isinstance(field, QLineEdit) else ""
            self._errors[param.name].setText(problem)
            self._errors[param.name].setVisible(bool(problem))
            mark(field, bool(problem))
            if problem:
                first = first or field
        return first

    def _add(self, param: Param) -> QVBoxLayout:
        field: QComboBox | QLineEdit
        if (
            choices_of(self._definition, param, {})
            or param.choices
            or (param.name == "plan" and self._definition.plans)
        ):
            field = DropDown()
            field.setMinimumContentsLength(10)
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.currentIndexChanged.connect(self._refill)
        else:
            field = QLineEdit(self._chosen.get(param.name, param.default))
            field.textChanged.connect(lambda _text: self._typed())
        self._fields[param.name] = field
        self._errors[param.name] = parts.error()
        column = parts.field(param.label, field)
        column.addWidget(self._errors[param.name])
        return column

    def _typed(self) -> None:
        self._show_news()
        self.changed.emit()

    def _refill(self) -> None:
        """Offer what the other settings allow, keeping what is chosen where it still may be."""
        for param in self._definition.params:
            field = self._fields[param.name]
            if isinstance(field, QLineEdit):
                continue
            others = {**self._definition.settings({}), **self.settings()}
            offered = choices_of(self._definition, param, others)
            wanted = _value(field) if field.count() else self._chosen.get(param.name, param.default)
            with QSignalBlocker(field):
                field.clear()
                if not param.default or param.default not in [value for value, _ in offered]:
                    field.addItem(NOT_SET, "")
                for value, shown in offered:
                    field.addItem(shown, value)
                default = max(0, field.findData(param.default))
                place = field.findData(wanted)
                field.setCurrentIndex(place if place >= 0 else default)
        self._show_news()
        self.changed.emit()

    def _show_news(self) -> None:
        """What the vendor's definition has to say under these settings."""
        while (item := self._news.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        settings = self._definition.settings(self.settings())
        for notice in self._definition.notices:
            if holds(notice.when, settings):
                self._news.addWidget(self._notice(notice))
        plan = self._definition.plan(settings)
        if plan is not None and plan.upgrade:
            button = parts.button("See plans", "link", "external")
            button.clicked.connect(lambda _on=False, url=plan.upgrade_url: self.link_requested.emit(url))
            button.setVisible(bool(plan.upgrade_url))
            self._news.addWidget(_strip(plan.upgrade, button))

    def _notice(self, notice: Notice) -> QWidget:
        button = parts.button(notice.button or "Change", "link")
        button.setVisible(bool(notice.set))
        button.clicked.connect(lambda _on=False, values=dict(notice.set): self._apply(values))
        return _strip(f"{notice.text} ({notice.fact.as_of.isoformat()})", button)

    def _apply(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            if name in self._fields:
                self.set(name, value)


def _strip(text: str, button: QWidget) -> QWidget:
    frame = parts.Card(text, tone="info")
    frame.body.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
    row = QHBoxLayout()
    row.addWidget(parts.text(text, wrap=True), 1)
    row.addWidget(button)
    frame.body.addLayout(row)
    return frame


def _value(field: QComboBox | QLineEdit) -> str:
    return field.text().strip() if isinstance(field, QLineEdit) else str(field.currentData() or "")

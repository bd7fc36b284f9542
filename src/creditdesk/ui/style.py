"""The one stylesheet, made from a theme's colours and the user's font size.

What it styles is chosen by class and by the properties `role` (labels), `kind` (buttons) and `tone` (frames), which
`creditdesk.ui.parts` sets. Widgets with numbers and shapes paint themselves and need no rule here.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

ITEM_MARGIN_PX = 3
"""What Qt puts between an item's padding and its text; a header's title gets none by itself."""


class Colours(Protocol):
    """What a stylesheet needs of a theme."""

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        ...

    def hex(self, token: str) -> str:
        """The colour of this token as "#RRGGBB"."""
        ...


def stylesheet(theme: Colours, px: Callable[[float], int], icons: Path) -> str:
    """The text of the stylesheet. `px` turns the picture's pixels into the user's; `icons` holds the arrows' files."""
    shade = "dark" if theme.dark else "light"

    def colour(token: str) -> str:
        return theme.hex(token)

    parts = (_labels(colour, px), _buttons(colour, px), _fields(colour, px, (icons, shade)), _lists(colour, px))
    return "\n".join(parts)


def _labels(c: Callable[[str], str], px: Callable[[float], int]) -> str:
    return f"""
QToolTip {{ background: {c("text")}; color: {c("surface")}; border: none; padding: {px(4)}px {px(6)}px; }}
QMainWindow, QDialog {{ background: {c("background")}; }}
QLabel[role="title"] {{ font-size: {px(19)}px; font-weight: 700; }}
QLabel[role="heading"] {{ font-size: {px(13)}px; font-weight: 600; }}
QLabel[role="lead"] {{ font-size: {px(16)}px; font-weight: 700; }}
QLabel[role="muted"] {{ color: {c("muted")}; }}
QLabel[role="small"] {{ color: {c("muted")}; font-size: {px(12)}px; }}
QLabel[role="label"] {{ color: {c("muted")}; font-size: {px(12)}px; font-weight: 500; }}
QLabel[role="error"] {{ color: {c("critical")}; font-size: {px(12)}px; }}
QLabel[role="ok"] {{ color: {c("ok")}; font-weight: 600; }}
QFrame[tone="card"] {{ background: {c("surface")}; border: 1px solid {c("line")}; border-radius: {px(10)}px; }}
QFrame[tone="well"] {{ background: {c("well")}; border: none; border-radius: {px(8)}px; }}
QFrame[tone="ok"] {{ background: {c("ok_soft")}; border: none; border-radius: {px(10)}px; }}
QFrame[tone="low"] {{ background: {c("low_soft")}; border: none; border-radius: {px(8)}px; }}
QFrame[tone="critical"] {{ background: {c("critical_soft")}; border: none; border-radius: {px(8)}px; }}
QFrame[tone="info"] {{ background: {c("accent_soft")}; border: none; border-radius: {px(8)}px; }}
QFrame[tone="rule"] {{ background: {c("line")}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[tone="sidebar"] {{ background: {c("surface")}; border: none; border-right: 1px solid {c("line")}; }}
QFrame[tone="toast"] {{ background: {c("text")}; border: none; border-radius: {px(8)}px; }}
QFrame[tone="toast"] QLabel {{ color: {c("surface")}; }}
QScrollArea, QScrollArea > QWidget > QWidget[role="page"] {{ background: transparent; border: none; }}
"""


def _buttons(c: Callable[[str], str], px: Callable[[float], int]) -> str:
    return f"""
QPushButton {{ background: {c("surface")}; color: {c("text")}; border: 1px solid {c("line")};
  border-radius: {px(6)}px; padding: {px(7)}px {px(12)}px; font-weight: 500; }}
QPushButton:hover, QPushButton:open {{ background: {c("hover")}; }}
QPushButton:pressed {{ background: {c("track")}; }}
QPushButton:focus {{ border: 2px solid {c("accent")}; padding: {px(7) - 1}px {px(12) - 1}px; }}
QPushButton:disabled {{ color: {c("muted")}; background: {c("background")}; }}
QPushButton:checked {{ color: {c("accent")}; background: {c("accent_soft")}; border-color: {c("accent_soft")}; }}
QPushButton:checked:focus {{ border-color: {c("accent")}; }}
QPushButton[kind="primary"] {{ background: {c("accent")}; color: {c("on_accent")}; border-color: {c("accent")}; }}
QPushButton[kind="primary"]:hover {{ background: {c("accent_hover")}; border-color: {c("accent_hover")}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c("text")}; }}
QPushButton[kind="primary"]:disabled {{ background: {c("accent_dim")}; border-color: {c("accent_dim")};
  color: {c("on_accent")}; }}
QPushButton[kind="danger"] {{ background: {c("critical")}; color: {c("on_accent")}; border-color: {c("critical")}; }}
QPushButton[kind="danger"]:focus {{ border: 2px solid {c("text")}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; padding: {px(5)}px {px(7)}px; }}
QPushButton[kind="quiet"]:hover, QPushButton[kind="quiet"]:open {{ background: {c("track")}; }}
QPushButton[kind="quiet"]:focus {{ border: 2px solid {c("accent")}; padding: {px(5) - 1}px {px(7) - 1}px; }}
QPushButton[kind="link"] {{ background: transparent; border-color: transparent; color: {c("accent")};
  padding: {px(3)}px {px(4)}px; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {c("accent")}; padding: {px(3) - 1}px {px(4) - 1}px; }}
QPushButton[kind="chip"] {{ padding: {px(4)}px {px(10)}px; font-weight: 400; }}
QPushButton[kind="chip"]:focus {{ border: 2px solid {c("accent")}; padding: {px(4) - 1}px {px(10) - 1}px; }}
QPushButton[kind="chip"]:checked {{ background: {c("surface")}; border-color: {c("accent")}; }}
QPushButton[kind="toast"] {{ background: transparent; border-color: transparent; color: {c("surface")};
  font-weight: 600; }}
QPushButton[kind="toast"]:hover {{ text-decoration: underline; background: transparent; }}
QPushButton[kind="toast"]:focus {{ border: 2px solid {c("surface")}; }}
QPushButton::menu-indicator {{ image: none; width: 0px; }}
"""


def _fields(c: Callable[[str], str], px: Callable[[float], int], arrows: tuple[Path, str]) -> str:
    folder, shade = arrows
    boxes = "QLineEdit, QComboBox, QPlainTextEdit, QTextEdit, QAbstractSpinBox"
    focused = ", ".join(f"{each}:focus" for each in boxes.split(", "))
    disabled = ", ".join(f"{each}:disabled" for each in boxes.split(", "))
    down = (folder / f"arrow-down-{shade}.svg").as_posix()
    up = (folder / f"arrow-up-{shade}.svg").as_posix()
    return f"""
{boxes} {{ background: {c("surface")}; color: {c("text")}; border: 1px solid {c("line")};
  border-radius: {px(6)}px; padding: {px(6)}px {px(9)}px; selection-background-color: {c("accent")};
  selection-color: {c("on_accent")}; }}
{focused} {{ border: 2px solid {c("accent")}; padding: {px(6) - 1}px {px(9) - 1}px; }}
{disabled} {{ color: {c("muted")}; background: {c("background")}; }}
QLineEdit[state="wrong"], QPlainTextEdit[state="wrong"] {{ border-color: {c("critical")}; }}
QComboBox::drop-down, QDateTimeEdit::drop-down, QAbstractSpinBox::up-button,
QAbstractSpinBox::down-button {{ border: none; background: transparent; width: {px(20)}px; }}
QComboBox::down-arrow, QDateTimeEdit::down-arrow, QAbstractSpinBox::down-arrow {{ image: url("{down}");
  width: {px(10)}px; height: {px(10)}px; }}
QAbstractSpinBox::up-arrow {{ image: url("{up}"); width: {px(10)}px; height: {px(10)}px; }}
QCheckBox, QRadioButton {{ spacing: {px(8)}px; padding: {px(3)}px; border: 1px solid transparent;
  border-radius: {px(4)}px; }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {c("accent")}; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: {px(15)}px; height: {px(15)}px;
  border: 1px solid {c("field")}; background: {c("surface")}; }}
QCheckBox::indicator {{ border-radius: {px(4)}px; }}
QRadioButton::indicator {{ border-radius: {px(8)}px; }}
QCheckBox::indicator:checked {{ background: {c("accent")}; border-color: {c("accent")};
  image: url("{(folder / f"tick-{shade}.svg").as_posix()}"); }}
QRadioButton::indicator:checked {{ background: {c("surface")}; border: {px(5)}px solid {c("accent")};
  width: {px(15) - 2 * px(5) + 2}px; height: {px(15) - 2 * px(5) + 2}px; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {c("muted")}; }}
QComboBox {{ combobox-popup: 0; }}
QComboBox QAbstractItemView::item {{ padding: {px(5)}px {px(6)}px; }}
QComboBox QAbstractItemView {{ background: {c("surface")}; border: 1px solid {c("line")}; outline: none;
  selection-background-color: {c("accent_soft")}; selection-color: {c("text")}; }}
"""


def _lists(c: Callable[[str], str], px: Callable[[float], int]) -> str:
    return f"""
QTableView, QListView, QTreeView {{ background: {c("surface")}; border: none; outline: none;
  gridline-color: {c("line")}; alternate-background-color: {c("surface")};
  selection-background-color: {c("accent_soft")}; selection-color: {c("text")}; }}
QTableView::item {{ padding: {px(5)}px {px(8)}px; border: none; border-bottom: 1px solid {c("line")}; }}
QTableView::item:selected, QListView::item:selected {{ background: {c("accent_soft")}; color: {c("text")}; }}
QTableView:focus, QListView:focus {{ border: 1px solid {c("accent")}; border-radius: {px(6)}px; }}
QHeaderView {{ background: {c("surface")}; }}
QHeaderView::section {{ background: {c("surface")}; color: {c("muted")}; border: none;
  border-bottom: 1px solid {c("line")}; padding: {px(5)}px {px(8) + ITEM_MARGIN_PX}px; font-weight: 500; }}
QTableCornerButton::section {{ background: {c("surface")}; border: none; }}
QMenu {{ background: {c("surface")}; border: 1px solid {c("line")}; padding: {px(4)}px; }}
QMenu::item {{ padding: {px(6)}px {px(18)}px {px(6)}px {px(10)}px; border-radius: {px(4)}px; }}
QMenu::icon {{ padding-left: {px(8)}px; }}
QMenu::item:selected {{ background: {c("accent_soft")}; color: {c("text")}; }}
QMenu::item:disabled {{ color: {c("muted")}; }}
QMenu::separator {{ height: 1px; background: {c("line")}; margin: {px(4)}px {px(6)}px; }}
QScrollBar:vertical {{ background: transparent; width: {px(10)}px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: {px(10)}px; margin: 0; }}
QScrollBar::handle {{ background: {c("handle")}; border-radius: {px(3)}px; margin: {px(2)}px; }}
QScrollBar::handle:hover {{ background: {c("field")}; }}
QScrollBar::handle:vertical {{ min-height: {px(30)}px; }}
QScrollBar::handle:horizontal {{ min-width: {px(30)}px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QTabBar::tab {{ padding: {px(7)}px {px(12)}px; border: none; color: {c("muted")}; }}
QTabBar::tab:selected {{ color: {c("accent")}; border-bottom: 2px solid {c("accent")}; }}
QProgressBar {{ background: {c("track")}; border: none; border-radius: {px(4)}px; max-height: {px(8)}px; }}
QProgressBar::chunk {{ background: {c("accent")}; border-radius: {px(4)}px; }}
"""

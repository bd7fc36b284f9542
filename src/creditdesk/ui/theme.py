"""The colours and measures of the window, and the one place that puts them on the application.

Measures are given in pixels of the picture (a base font of 13 px) and grow with the user's font through `px`, so that a
larger font or a scale of 100 to 200 % clips nothing. Device scaling is Qt's own and is not seen here.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication

from creditdesk import paths
from creditdesk.core.pools import Level
from creditdesk.core.settings import ThemeChoice
from creditdesk.ui.style import stylesheet

BASE_PX = 13
TITLE = 1.45  # page titles, in base fonts
NUMBER = 1.55  # a tile's number
HERO = 2.3  # the one number of a wallet
SMALL = 0.93  # the quiet lines
RADIUS_PX = 10  # cards
CONTROL_RADIUS_PX = 6
GAP_PX = 14
GAUGE_PX = 8
SIDEBAR_PX = 212
MIN_WINDOW_PX = (900, 600)

_SANS = (
    "Inter",
    "Segoe UI",
    "Helvetica Neue",
    "Noto Sans",
    "Cantarell",
    "Ubuntu",
    "Roboto",
    "Open Sans",
    "Liberation Sans",
    "Nimbus Sans",
    "DejaVu Sans",
)
_PLAIN_FAMILIES = frozenset({"sans", "sans serif", "sans-serif", "dejavu sans", "helvetica", "ms shell dlg 2", ""})


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as "#RRGGBB". The names are those of the theme files; a missing or unknown one is an error."""

    name: str
    dark: bool
    background: str
    surface: str
    well: str
    line: str
    field: str
    track: str
    text: str
    muted: str
    accent: str
    accent_soft: str
    accent_hover: str
    accent_dim: str
    on_accent: str
    used: str
    ok: str
    ok_soft: str
    low: str
    low_fill: str
    low_soft: str
    critical: str
    critical_soft: str
    stale: str
    hover: str
    handle: str
    scrim: str
    series_b: str
    series_c: str
    series_d: str
    series_e: str
    series_f: str

    def hex(self, token: str) -> str:
        """The colour of this token as "#RRGGBB". Raises AttributeError for an unknown token."""
        return str(getattr(self, token))

    def colour(self, token: str) -> QColor:
        """The colour of this token. Raises AttributeError for an unknown token."""
        return QColor(self.hex(token))


@dataclass(frozen=True, slots=True)
class State:
    """How a level looks: a shape, a word, and the tokens of its shape, its text and the ground under its text."""

    shape: str  # disc, square, triangle, ring
    word: str
    fill: str
    text: str
    soft: str
    gauge: str


STATES: Mapping[Level, State] = {
    Level.GOOD: State("disc", "Good", "ok", "ok", "ok_soft", "accent"),
    Level.LOW: State("square", "Low", "low_fill", "low", "low_soft", "low_fill"),
    Level.CRITICAL: State("triangle", "Critical", "critical", "critical", "critical_soft", "critical"),
    Level.EXHAUSTED: State("triangle", "Used up", "critical", "critical", "critical_soft", "critical"),
    Level.NOT_READ: State("ring", "Not read", "stale", "muted", "track", "stale"),
}


@dataclass(slots=True)
class _Worn:
    """What the application wears now."""

    theme: Theme | None = None
    base_px: int = BASE_PX
    wanted: ThemeChoice = ThemeChoice.FOLLOW
    listening: bool = False


_worn = _Worn()


@cache
def load(name: str, folder: Path | None = None) -> Theme:
    """The theme of this name. Raises OSError when there is none, ValueError when a colour is missing or unknown."""
    file = (folder or paths.resources() / "themes") / f"{name}.toml"
    data = tomllib.loads(file.read_text("utf-8"))
    colours = data["colours"]
    known = {each.name for each in fields(Theme)} - {"name", "dark"}
    if wrong := known.symmetric_difference(colours):
        raise ValueError(f"{file.name}: missing or unknown colours: {', '.join(sorted(wrong))}")
    return Theme(name=data["name"], dark=data["dark"], **colours)


def active() -> Theme:
    """The theme on screen; the light one before `apply` was called."""
    return _worn.theme or load("light")


def px(value: float) -> int:
    """Pixels of the picture as logical pixels for the user's font; at least 1 for any positive value."""
    return max(1, round(value * _worn.base_px / BASE_PX)) if value > 0 else 0


def font(scale: float = 1.0, weight: int = QFont.Weight.Normal) -> QFont:
    """The application's font, `scale` times as large, with tabular figures where the font has them."""
    return QFont(_font(scale, weight))


@cache
def metrics(scale: float = 1.0, weight: int = QFont.Weight.Normal) -> QFontMetrics:
    """The measures of `font(scale, weight)`."""
    return QFontMetrics(_font(scale, weight))


@cache
def _font(scale: float, weight: int) -> QFont:
    made = QFont(QApplication.font())
    made.setPixelSize(max(1, round(_worn.base_px * scale)))
    made.setWeight(QFont.Weight(weight))
    return made


def apply(app: QApplication, theme: Theme) -> None:
    """Put this theme on the application: font, palette and one stylesheet. Open windows change at once.

    The stylesheet is made for Qt's Fusion style, with which the application is begun.
    """
    first = _worn.theme is None or app.property("creditdesk_font") is None
    if first:
        _set_font(app)
    if not first and _worn.theme == theme:
        return
    _worn.theme = theme
    app.setPalette(_palette(theme))
    app.setStyleSheet(stylesheet(theme, px, paths.resources() / "icons"))


def choose(app: QApplication, choice: ThemeChoice) -> None:
    """Wear light, dark, or what the system wears; the last follows the system's later changes."""
    _worn.wanted = choice
    if not _worn.listening:
        app.styleHints().colorSchemeChanged.connect(lambda _scheme: _follow(app))
        _worn.listening = True
    if choice is ThemeChoice.FOLLOW:
        app.styleHints().unsetColorScheme()
    else:
        scheme = Qt.ColorScheme.Dark if choice is ThemeChoice.DARK else Qt.ColorScheme.Light
        app.styleHints().setColorScheme(scheme)
    apply(app, _wanted_theme(app))


def state(level: Level) -> State:
    """How this level looks."""
    return STATES[level]


def _follow(app: QApplication) -> None:
    if _worn.wanted is ThemeChoice.FOLLOW:
        apply(app, _wanted_theme(app))


def _wanted_theme(app: QApplication) -> Theme:
    if _worn.wanted is ThemeChoice.FOLLOW:
        return load("dark" if app.styleHints().colorScheme() is Qt.ColorScheme.Dark else "light")
    return load(_worn.wanted.value)


def _set_font(app: QApplication) -> None:
    """Inter where it is installed, else the user's own font, else a clean sans; never smaller than the picture's."""
    system = app.font()
    family = _family(system)
    pixels = max(BASE_PX, QFontInfo(system).pixelSize())
    base = QFont(family) if family else QFont(system)
    base.setPixelSize(pixels)
    base.setFeature(QFont.Tag("tnum"), 1)
    _worn.base_px = pixels
    app.setFont(base)
    _font.cache_clear()
    metrics.cache_clear()
    app.setProperty("creditdesk_font", base.family())


def _family(system: QFont) -> str:
    if QFontDatabase.hasFamily(_SANS[0]):
        return _SANS[0]
    if system.family().casefold() not in _PLAIN_FAMILIES:
        return ""
    return next((family for family in _SANS if QFontDatabase.hasFamily(family)), "")


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    pairs = {
        role.Window: theme.background,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.well,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.surface,
        role.ButtonText: theme.text,
        role.BrightText: theme.critical,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.on_accent,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.ToolTipBase: theme.text,
        role.ToolTipText: theme.surface,
        role.Light: theme.surface,
        role.Midlight: theme.line,
        role.Mid: theme.line,
        role.Dark: theme.field,
        role.Shadow: theme.field,
    }
    for each, colour in pairs.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(theme.muted))
    return palette

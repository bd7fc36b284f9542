"""The colours hold their contrast, the stylesheet is clean, and the window follows the system's choice."""

import re
from collections.abc import Callable
from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from creditdesk import paths
from creditdesk.core.pools import Level
from creditdesk.core.settings import ThemeChoice
from creditdesk.ui import icons, theme

THEMES = ("light", "dark")
GROUNDS = ("background", "surface", "well")
TEXT_PAIRS = [
    *product(("text", "muted", "accent", "ok", "low", "critical", "stale"), GROUNDS),
    *product(("text", "muted"), ("hover", "track", "accent_soft", "ok_soft", "low_soft", "critical_soft")),
    *(("accent", "accent_soft"), ("ok", "ok_soft"), ("low", "low_soft"), ("critical", "critical_soft")),
    *(("on_accent", "accent"), ("on_accent", "accent_hover"), ("on_accent", "critical"), ("surface", "text")),
]
SHAPE_PAIRS = [
    *product(("accent", "low_fill", "critical", "stale", "text"), ("track", "surface")),
    *product(("ok", "low_fill", "critical", "stale", "used", "field"), ("surface", "background")),
    *(("low_fill", "low_soft"), ("critical", "critical_soft"), ("accent", "background")),
    ("used", "track"),
    *product(("series_b", "series_c", "series_d", "series_e", "series_f"), ("surface", "background")),
]


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2 (w3.org/TR/WCAG22, read 2025-11-01)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("name", "pair"), list(product(THEMES, TEXT_PAIRS)))
def test_text_holds_a_contrast_of_four_and_a_half(name: str, pair: tuple[str, str]) -> None:
    worn = theme.load(name)
    assert contrast(worn.hex(pair[0]), worn.hex(pair[1])) >= 4.5


@pytest.mark.parametrize(("name", "pair"), list(product(THEMES, SHAPE_PAIRS)))
def test_meaningful_shapes_hold_a_contrast_of_three(name: str, pair: tuple[str, str]) -> None:
    worn = theme.load(name)
    assert contrast(worn.hex(pair[0]), worn.hex(pair[1])) >= 3.0


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("level", Level)
def test_every_state_is_legible_by_its_own_colours(name: str, level: Level) -> None:
    worn, look = theme.load(name), theme.state(level)
    assert contrast(worn.hex(look.text), worn.hex(look.soft)) >= 4.5
    assert contrast(worn.hex(look.fill), worn.hex("surface")) >= 3.0


def test_no_two_states_that_matter_share_a_shape_and_a_word() -> None:
    looks = {(look.shape, look.word) for look in theme.STATES.values()}
    assert len(looks) == len(Level)
    shapes = [theme.state(level).shape for level in (Level.GOOD, Level.LOW, Level.CRITICAL, Level.NOT_READ)]
    assert len(set(shapes)) == 4


def test_a_theme_with_a_colour_missing_is_refused_by_name(tmp_path) -> None:
    (tmp_path / "odd.toml").write_text('name = "odd"\ndark = false\n[colours]\ntext = "#000000"\n')
    with pytest.raises(ValueError, match="accent"):
        theme.load("odd", tmp_path)


@pytest.mark.parametrize("name", THEMES)
def test_the_stylesheet_has_no_hole_left(name: str, worn: Callable[[str], None], qapp: QApplication) -> None:
    worn(name)
    sheet = qapp.styleSheet()
    assert sheet
    assert "None" not in sheet
    assert not re.search(r"\{[a-z_]+\}", sheet)
    assert sheet.count("{") == sheet.count("}")


def test_a_new_theme_changes_open_widgets_at_once(worn: Callable[[str], None], qapp: QApplication, qtbot) -> None:
    made = QLabel("x")
    qtbot.addWidget(made)
    made.show()
    worn("dark")
    assert theme.active().name == "dark"
    assert made.palette().windowText().color() == theme.load("dark").colour("text")


def test_following_the_system_wears_what_the_system_wears(worn, qapp: QApplication) -> None:
    theme.choose(qapp, ThemeChoice.DARK)
    assert theme.active().dark
    theme.choose(qapp, ThemeChoice.LIGHT)
    assert not theme.active().dark
    theme.choose(qapp, ThemeChoice.FOLLOW)
    dark = qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark
    assert theme.active().dark == dark


def test_measures_grow_with_the_font(worn, monkeypatch: pytest.MonkeyPatch) -> None:
    small = theme.px(10)
    monkeypatch.setattr(theme._worn, "base_px", theme._worn.base_px * 2)
    assert theme.px(10) == 2 * small
    assert theme.px(0.1) == 1
    assert theme.px(0) == 0


def test_figures_are_tabular_in_the_font_of_the_window(worn, qapp: QApplication) -> None:
    measures = theme.metrics()
    assert len({measures.horizontalAdvance(figure) for figure in "0123456789"}) == 1


def test_every_icon_can_be_drawn_in_any_colour(worn, qtbot) -> None:
    names = sorted(file.stem for file in (paths.resources() / "icons").glob("*.svg"))
    assert {"overview", "sizer", "history", "activity", "alerts", "add", "settings", "key", "ring"} <= set(names)
    for name in names:
        image = icons.pixmap(name, "#123456", 16, 2.0).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(32) for y in range(32)), name


def test_an_icon_that_does_not_exist_is_an_error(worn) -> None:
    with pytest.raises(OSError):
        icons.icon("no-such-icon")


def test_a_focused_button_shows_it(worn, qtbot) -> None:
    made = QPushButton("Go")
    qtbot.addWidget(made)
    made.show()
    before = made.grab().toImage()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    assert made.grab().toImage() != before

"""Line icons, drawn from the small SVG files in resources/icons in any colour and size."""

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from creditdesk import paths
from creditdesk.ui import theme

SIZE_PX = 16


def icon(name: str, colour: str | None = None) -> QIcon:
    """The icon of this name in this colour ("#RRGGBB"; the text's colour when None), its disabled form fainter.

    Raises OSError when there is no such icon. It is drawn for the theme of now: ask again when the theme changes, as
    `creditdesk.ui.buttons.Button` does.
    """
    worn = theme.active()
    off = worn.hex("handle") if colour == worn.muted else worn.muted
    made = QIcon()
    size = theme.px(SIZE_PX)
    for ratio in _ratios():
        made.addPixmap(pixmap(name, colour or worn.text, size, ratio))
        made.addPixmap(pixmap(name, off, size, ratio), QIcon.Mode.Disabled)
    return made


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon as a square picture of `size` logical pixels at a device ratio. Raises OSError when there is none."""
    renderer = _renderer(name, colour, theme.active().track)
    drawn = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return drawn


def app_icon() -> QIcon:
    """The program's own icon for the window and the task bar, drawn by Qt in the size that is asked for."""
    return QIcon(str(paths.resources() / "icons" / "creditdesk.svg"))


@lru_cache(maxsize=256)
def _renderer(name: str, colour: str, track: str) -> QSvgRenderer:
    text = _source(name).replace("currentColor", colour).replace("currentTrack", track)
    return QSvgRenderer(QByteArray(text.encode()))


@cache
def _source(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text("utf-8")


def _ratios() -> tuple[float, ...]:
    app = QGuiApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    return (ratio,) if ratio == 1.0 else (1.0, ratio)

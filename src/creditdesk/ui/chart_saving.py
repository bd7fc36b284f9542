"""A chart as a picture of twice its size, or as an SVG. Only values are made here; who asks for them writes them."""

from PySide6.QtCore import QBuffer, QIODevice, QRect, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QGraphicsView

SHARPNESS = 2
PLAIN = "plain"
"""A property of the view: it draws no ring of the focus."""


def image(view: QGraphicsView) -> QImage:
    """What the view shows, two pixels for each of its own."""
    size = view.viewport().size()
    made = QImage(size * SHARPNESS, QImage.Format.Format_RGB32)
    made.setDevicePixelRatio(SHARPNESS)
    painter = QPainter(made)
    _render(view, painter)
    painter.end()
    return made


def png(picture: QImage) -> bytes:
    """The picture as the bytes of a PNG file; may run on any thread."""
    buffer = _buffer()
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub wants bytes for the format
    return bytes(buffer.data().data())


def svg(view: QGraphicsView, title: str) -> bytes:
    """The same as lines and texts, sharp at any size, as the bytes of an SVG file."""
    size = view.viewport().size()
    buffer = _buffer()
    made = QSvgGenerator()
    made.setOutputDevice(buffer)
    made.setSize(size)
    made.setViewBox(QRect(0, 0, size.width(), size.height()))
    made.setTitle(title)
    painter = QPainter(made)
    _render(view, painter)
    painter.end()
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    made = QBuffer()
    made.open(QIODevice.OpenModeFlag.ReadWrite)
    return made


def _render(view: QGraphicsView, painter: QPainter) -> None:
    area = view.viewport().rect()
    view.setProperty(PLAIN, True)
    try:
        view.render(painter, QRectF(area), area)
    finally:
        view.setProperty(PLAIN, False)

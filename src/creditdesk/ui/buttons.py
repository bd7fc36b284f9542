"""Push buttons of five kinds whose icons follow the theme."""

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QPushButton, QSizePolicy

from creditdesk.ui import icons, theme

KINDS = ("primary", "secondary", "quiet", "danger", "link", "chip", "toast")
_ICON_COLOURS = {"primary": "on_accent", "danger": "on_accent", "link": "accent", "toast": "surface", "quiet": "muted"}


class Button(QPushButton):
    """A button with one of KINDS. An icon-only button takes its accessible name and tooltip from `name`."""

    def __init__(self, text: str, kind: str = "secondary", icon: str | None = None, name: str = "") -> None:
        super().__init__(text)
        if kind not in KINDS:
            raise ValueError(f"no such kind of button: {kind}")
        self._kind = kind
        self._icon_name = icon
        self.setProperty("kind", kind)
        self.setAccessibleName(name or text.replace("&", ""))
        if name and not text:
            self.setToolTip(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._draw_icon()

    def show_icon(self, icon: str | None) -> None:
        """Show this icon, or none."""
        self._icon_name = icon
        self._draw_icon()

    def show_text(self, text: str) -> None:
        """Change the words and with them the accessible name."""
        if self.text() != text:
            self.setText(text)
            self.setAccessibleName(text.replace("&", ""))

    def show_kind(self, kind: str) -> None:
        """Look like another of KINDS."""
        if kind != self._kind:
            self._kind = kind
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)
            self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Qt's: a new theme has other colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._icon_name:
            self._draw_icon()

    def _draw_icon(self) -> None:
        if not self._icon_name:
            return
        token = _ICON_COLOURS.get(self._kind, "text")
        self.setIcon(icons.icon(self._icon_name, theme.active().hex(token)))
        self.setIconSize(QSize(theme.px(icons.SIZE_PX), theme.px(icons.SIZE_PX)))


def button(text: str, kind: str = "secondary", icon: str | None = None, name: str = "") -> Button:
    """A push button: "primary" once a page, "secondary", "quiet", "danger", "link", "chip" (checkable choices)."""
    return Button(text, kind, icon, name)

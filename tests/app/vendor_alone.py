"""A vendor on this computer that is in no list, and the hands of a user on the page that makes one of it."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from tests.app.screen import spoken

from creditdesk.core.own_vendor import Place
from creditdesk.ui.approval_dialog import ApprovalDialog
from creditdesk.ui.maker_page import MakerPage

KEY = "pq_live_3kf92mdkd02kfls9"
ANSWER = {
    "account": {"plan": "Studio", "api_token": KEY},
    "usage": {"credits_remaining": 8421.75, "credits_limit": 10000, "resets_at": "2027-01-01T00:00:00Z"},
    "addons": [{"name": "Renders", "left": 120}, {"name": "Fonts", "left": 3}],
}


class VendorAlone:
    """A vendor on this computer: one address that answers the right key."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.token = KEY
        vendor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                good = self.headers.get("Authorization") == f"Bearer {vendor.token}"
                self._answer(good, ANSWER if good else {"error": "no such key"})

            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self._answer(sent == {"api_key": KEY}, {"access_token": vendor.token})

            def _answer(self, good: bool, data: object) -> None:
                vendor.asked.append(self.path)
                body = json.dumps(data).encode()
                self.send_response(200 if good else 401)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_said: Any) -> None:
                """Nothing is printed."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/usage"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


def click(widget: QWidget) -> None:
    assert widget.isVisible(), widget.accessibleName()
    assert widget.isEnabled(), widget.accessibleName()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def click_value(page: MakerPage, place: Place) -> None:
    tree = page.sample.tree
    index = page.sample.model.index_of(place)
    tree.scrollTo(index)
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(index).center())


def paste(widget: QWidget, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def asking(window: QWidget) -> list[ApprovalDialog]:
    """The approval dialogs on screen."""
    return [each for each in window.findChildren(ApprovalDialog) if each.isVisible()]


def approve(window: QWidget, until: Callable[[Callable[[], bool]], None], host: str) -> str:
    """Type the host into the approval dialog and agree; what it said."""
    until(lambda: bool(asking(window)))
    (dialog,) = asking(window)
    said = spoken([dialog])
    QTest.keyClicks(dialog.typed, host)
    click(dialog.yes)
    return said

"""A child of the bench: the desk as its user starts it, `desk_window.py FOLDER [--stay S]`. Tells of its first paint.

It hooks into the import of two modules only to see the first paint; the program itself runs as it is. It imports next
to nothing before that: `importlib.abc` alone, which a loader usually derives from, would add 5 ms to what is measured.
"""

import sys
import time
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

PAGE = "creditdesk.ui.overview"
CARD = "creditdesk.ui.card"


class Watching:
    """Loads a module as its own loader does, and then looks at its paintEvent."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def create_module(self, spec: ModuleSpec) -> Any:
        """As the inner one does."""
        return self._inner.create_module(spec)

    def exec_module(self, module: Any) -> None:
        """As the inner one does, and watch."""
        self._inner.exec_module(module)
        if module.__name__ == PAGE:
            watch_page(module.OverviewPage)
        else:
            watch_card(module.AccountCard)


class Finder:
    """Puts Watching around the two modules that are of interest."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Python's."""
        if name not in (PAGE, CARD):
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None and spec.loader is not None
        spec.loader = Watching(spec.loader)  # type: ignore[assignment]  # it quacks like one
        return spec


painted: list[int] = []


def watch_card(card: type) -> None:
    """Count the cards that are painted."""
    own = card.paintEvent

    def paint(self: object, event: object) -> None:
        painted.append(1)
        own(self, event)

    card.paintEvent = paint


def watch_page(page: type) -> None:
    """Tell after the first paint of the page, before anything else happens."""
    own = page.paintEvent
    first = [True]

    def paint(self: object, event: object) -> None:
        if first.pop() if first else False:
            from PySide6.QtCore import QTimer

            QTimer.singleShot(0, tell)
        own(self, event)

    page.paintEvent = paint


def tell() -> None:
    """Tell what was measured at the first paint."""
    at = time.time()
    loaded = [name for name in ("pyqtgraph", "numpy", "httpx", "aiohttp", "keyring") if name in sys.modules]
    from bench.child import report  # after the clock was read: it is no part of the desk

    report(at, {"cards": len(painted), "loaded": loaded})


sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]  # a class will do
folder = sys.argv[1]
from creditdesk.__main__ import main  # noqa: E402

main(["--data-dir", folder])

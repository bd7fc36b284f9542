"""`statement --pdf`: the command line's statement with the window's floor to draw it, and no window."""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import datetime

from creditdesk.cli import commands
from creditdesk.core.statement import Statement
from creditdesk.desk.opening import Desk, open_desk
from creditdesk.paths import Places
from creditdesk.store.privacy import harden


def main(options: argparse.Namespace) -> int:
    """Run the command these options name; its exit code."""
    harden()
    return run(options)


def run(options: argparse.Namespace, opened: Callable[[Places], Desk] = open_desk) -> int:
    """The same on the desk that `opened` gives."""
    options.make_pdf = _make_pdf
    return commands.run(options, opened)


def _make_pdf(statement: Statement, client: str, name: Callable[[str], str], made_at: datetime) -> bytes:
    """Raises OSError where there are no fonts. No display is looked for: on Linux Qt draws off screen."""
    if sys.platform not in ("win32", "darwin"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication  # 0.15 s: after what is wrong with the words was said

    from creditdesk.ui.statement_pdf import NoFontsError, statement_pdf
    from creditdesk.ui.statement_words import Naming

    application = QGuiApplication.instance() or QGuiApplication([sys.argv[0]])
    try:
        return statement_pdf(statement, client, Naming(name), made_at)
    except NoFontsError as error:
        raise OSError(str(error)) from None  # one line on standard error
    finally:
        del application

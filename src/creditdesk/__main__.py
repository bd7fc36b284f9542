"""Arguments to window or command: the window and `demo` go to the app, everything else to the command line."""

import argparse
import gc
import sys


def main(argv: list[str] | None = None) -> int:
    """Run creditdesk with these arguments (default: the process's own); the exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == ["--read-sheet"]:  # the frozen program starts itself as the child that reads a sheet
        from creditdesk.store.sheets_child import main as read_sheet

        return read_sheet(words[1:])
    options = _window(words) or _parsed(words)
    if options.command in (None, "demo"):
        gc.disable()  # until the window is there (see app/start.py): what is imported stays, and looking costs 6 ms
        from creditdesk.app.start import main as open_window  # PySide6 costs 0.15 s; commands do without it

        return open_window(options)
    if getattr(options, "pdf", None):
        from creditdesk.app.statement_file import main as print_statement  # a page is drawn by Qt

        return print_statement(options)
    from creditdesk.cli.commands import main as run_command

    return run_command(options)


def _window(words: list[str]) -> argparse.Namespace | None:
    """The options of a plain start of the window; None for any other words. The whole parser costs it 5 ms."""
    if not words:
        return argparse.Namespace(command=None, data_dir=None, shots=None)
    if len(words) == 2 and words[0] == "--data-dir" and not words[1].startswith("-"):
        return argparse.Namespace(command=None, data_dir=words[1], shots=None)
    return None


def _parsed(words: list[str]) -> argparse.Namespace:
    from creditdesk.cli.arguments import parser

    return parser().parse_args(words)


if __name__ == "__main__":
    sys.exit(main())

"""Shows: PySide6 and pyqtgraph, and only here. Pages are told with `show_*` and speak with signals wired in `app`."""

"""Python's search for cycles, kept from stalling the window: a full one takes 30 to 50 ms."""

import gc


def spare() -> None:
    """Leave everything that is there out of all later searches: it stays until the end. Searching is on from here."""
    gc.freeze()
    gc.enable()

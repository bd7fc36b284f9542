"""Python's search for cycles, kept from stalling the window: a full one takes 30 to 50 ms with some weeks of history."""

import gc

YOUNG = 5_000
"""New containers before a first look at them. Python's 700 looks several times in one batch of readings."""


def spare() -> None:
    """Leave everything that is there out of all later searches: it stays until the end. Searching is on from here."""
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
    gc.enable()

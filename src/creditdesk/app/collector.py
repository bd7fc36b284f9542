"""Python's search for cycles, kept from stalling the window: a full one takes 30 to 50 ms."""

import gc

PACE = (5_000, 20, 50)
"""A search of the newest after so many new objects, of the middle ones every 20, of all every 1,000 of those. Python's
own pace takes 6 % of the time of a burst of readings (measured); hardly anything here is a cycle."""


def spare() -> None:
    """Leave everything that is there out of all later searches: it stays until the end. Searching is on from here."""
    gc.freeze()
    gc.set_threshold(*PACE)
    gc.enable()

"""A million keywords read and cleaned in this process's own way: `list_child.py desk|polars|pandas FILE [PEERS]`.

The peers read the column, trim it, fold white space, lower the case and keep one of each. That leaves what differs by
composition or by letters like ß; the desk's way does not, and it keeps the numbers of all lines besides.
"""

import sys
import time
from pathlib import Path

begun = time.perf_counter()  # before what is measured is imported


def by_desk(path: Path) -> dict[str, float]:
    import asyncio
    import resource

    from creditdesk.desk.listing import read_list

    async def story() -> tuple[int, float, float]:
        await asyncio.to_thread(len, "")  # the loop's thread is there, as it is in the desk
        started = last = time.perf_counter()
        gap = 0.0
        reading = asyncio.ensure_future(read_list(path, path.name))
        while not reading.done():
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            last, gap = now, max(gap, now - last)
        return len((await reading).items.unique), time.perf_counter() - started, gap

    unique, took, gap = asyncio.run(story())
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"unique": unique, "work_ms": 1000 * took, "gap_ms": 1000 * gap, "child_mb": child / 1e6}


def by_polars(path: Path) -> dict[str, float]:
    import polars

    started = time.perf_counter()
    column = polars.read_csv(path, columns=["Keyword"])["Keyword"]
    items = column.str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase().unique()
    return {"unique": len(items), "work_ms": 1000 * (time.perf_counter() - started)}


def by_pandas(path: Path) -> dict[str, float]:
    import pandas

    started = time.perf_counter()
    column = pandas.read_csv(path, usecols=["Keyword"])["Keyword"]
    items = column.str.strip().str.replace(r"\s+", " ", regex=True).str.lower().unique()
    return {"unique": len(items), "work_ms": 1000 * (time.perf_counter() - started)}


if __name__ == "__main__":
    sys.path.extend(sys.argv[3:])
    found = {"desk": by_desk, "polars": by_polars, "pandas": by_pandas}[sys.argv[1]](Path(sys.argv[2]))
    found["all_ms"] = 1000 * (time.perf_counter() - begun)
    from bench.child import leave, peak_mb  # Qt's import is no part of what is measured

    leave({**found, "peak_mb": peak_mb()})

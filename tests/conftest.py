"""The marker of promises, and with `--promises FILE` a list of how the tests went that prove one (`make prove`)."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--promises", metavar="FILE", help="run only what proves a promise, and add how it went to FILE")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: has a limit of time so tight that `make test` runs nothing beside it")
    config.addinivalue_line(
        "markers", "promise(name, size): proves a promise of docs/promises.md, at this size (see tests/proving.py)"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--promises"):
        left_out = [item for item in items if item.get_closest_marker("promise") is None]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item.get_closest_marker("promise") is not None]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    if file := item.config.getoption("--promises"):
        for mark in item.iter_markers("promise"):
            name, size = mark.args
            row = {"name": name, "size": size, "test": item.nodeid, "outcome": report.outcome, "seconds": call.duration}
            with Path(file).open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(row) + "\n")
    return report

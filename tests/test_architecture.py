"""The table of floors: which floor may import what. It is broken on purpose, too, to see that the test notices."""

import ast
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "src" / "creditdesk"
PRODUCT = "creditdesk"


@dataclass(frozen=True)
class Floor:
    """What one floor may import: of ours, of others, and which parts of the standard library it must not."""

    ours: frozenset[str]
    others: frozenset[str] = frozenset()
    not_of_python: frozenset[str] = field(default_factory=frozenset)


def floor(ours: str, others: str = "", not_of_python: str = "") -> Floor:
    return Floor(frozenset(ours.split()), frozenset(others.split()), frozenset(not_of_python.split()))


ALL = "core providers store desk notify sandbox gateway ui cli paths app"
FLOORS = {
    "core": floor("core", "", "os io pathlib sqlite3 threading asyncio time logging socket subprocess"),
    "providers": floor("core providers paths", "httpx aiohttp jmespath truststore yarl", "sqlite3"),
    "store": floor("core store paths", "keyring secretstorage tomli_w python_calamine pyarrow"),
    "desk": floor("core providers store paths desk", "httpx"),
    "notify": floor("core notify paths", "desktop_notifier apprise"),
    "sandbox": floor("core sandbox paths", "aiohttp"),
    "ui": floor("core ui paths", "PySide6 shiboken6 pyqtgraph numpy"),
    "gateway": floor("core desk providers store paths gateway", "httpx uvicorn"),
    "cli": floor("core desk providers store notify sandbox gateway paths cli"),
    "paths": floor("", "platformdirs"),
    "app": floor(ALL, "PySide6"),
    "__main__": floor("app cli paths store", ""),
    "__init__": floor(""),
}


def imports(tree: ast.AST, package: str) -> list[tuple[int, str]]:
    """Every imported module of a tree as (line, dotted name), relative ones made absolute."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1])
                found.append((node.lineno, f"{base}.{node.module}" if node.module else base))
            elif node.module == PRODUCT:
                found += [(node.lineno, f"{PRODUCT}.{alias.name}") for alias in node.names]
            else:
                found.append((node.lineno, node.module or ""))
    return found


def breaches(name: str, text: str) -> list[str]:
    """What a module, named by its path below the package without its ending, imports against the table."""
    parts = name.split("/")
    rules = FLOORS[parts[0]]
    package = ".".join([PRODUCT, *parts[:-1]])
    found = []
    for line, module in imports(ast.parse(text), package):
        top, *rest = module.split(".")
        if top == PRODUCT:
            ours = rest[0] if rest else ""
            if ours and ours != "__version__" and ours not in rules.ours and ours != parts[0]:
                found.append(f"{name}:{line} imports {module}")
        elif top in sys.stdlib_module_names:
            if top in rules.not_of_python:
                found.append(f"{name}:{line} imports {module}")
        elif top not in rules.others:
            found.append(f"{name}:{line} imports {module}")
    return found


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def test_every_module_keeps_to_the_table_of_floors() -> None:
    found = [
        breach
        for path in modules()
        for breach in breaches(str(path.relative_to(SOURCE).with_suffix("")), path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("core/sizing", "import os"),
        ("core/sizing", "from pathlib import Path"),
        ("core/sizing", "from creditdesk.store import history"),
        ("core/sizing", "import httpx"),
        ("core/sizing", "def late():\n    import asyncio"),
        ("core/sizing", "from ..store import history"),
        ("providers/exchange", "from creditdesk.store.vault import Vault"),
        ("providers/exchange", "import PySide6"),
        ("store/history", "import httpx"),
        ("desk", "from PySide6 import QtCore"),
        ("desk", "import sqlite3, keyring"),
        ("ui/window", "from creditdesk.desk import Desk"),
        ("ui/window", "from creditdesk import store"),
        ("ui/window", "import keyring"),
        ("notify/desktop", "from PySide6 import QtWidgets"),
        ("sandbox/server", "from creditdesk.providers import exchange"),
        ("cli/status", "from creditdesk.ui import window"),
        ("paths", "from creditdesk.core import pools"),
    ],
)
def test_a_breach_on_purpose_is_noticed(name: str, text: str) -> None:
    assert breaches(name, text)


def test_no_module_uses_type_checking_or_a_name_that_says_nothing() -> None:
    empty_names = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}
    for path in modules():
        assert path.stem not in empty_names, path
        assert "TYPE_CHECKING" not in path.read_text(encoding="utf-8"), path


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path) for path in modules() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_no_vendor_is_named_in_code_outside_the_sandbox() -> None:
    vendors = [path.stem for path in (SOURCE.parents[1] / "resources" / "providers").glob("*.toml")]
    assert vendors
    names = "|".join(re.escape(name).replace("\\-", "[- ]?") for name in vendors)
    whole = re.compile(rf"(?<![a-z0-9])(?:{names})(?![a-z0-9])")  # "exa" is no part of "exactly"
    found = []
    for path in modules():
        if path.relative_to(SOURCE).parts[0] == "sandbox":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                text = node.value.lower().replace("https://github.com/", "")  # where a package lives
                found += [f"{path}:{node.lineno} {name}" for name in whole.findall(text)]
    assert found == []


def test_imports_among_our_modules_make_no_cycle() -> None:
    graph: dict[str, set[str]] = {}
    known = {".".join([PRODUCT, *path.relative_to(SOURCE).with_suffix("").parts]) for path in modules()}
    for path in modules():
        name = ".".join([PRODUCT, *path.relative_to(SOURCE).with_suffix("").parts])
        targets: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").startswith(PRODUCT):
                targets |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
        graph[name] = targets & known - {name}
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail, name])
        if name not in done:
            for target in graph[name]:
                walk(target, (*trail, name))
            done.add(name)

    for name in graph:
        walk(name, ())

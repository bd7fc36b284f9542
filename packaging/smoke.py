"""Smoke test of the frozen app: python packaging/smoke.py DIRECTORY.

Copies the app away from the checkout, and starts it with nothing of the caller's environment, so that a resource, a
library or a keyring backend that was left behind shows. Prints one line a check, and exits 1 at the first that fails.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from PySide6.QtGui import QImage

PACKAGING = Path(__file__).resolve().parent
PAGES = {"overview", "history", "sizer", "activity", "accounts", "settings"}
VARIANTS = {(theme, size) for theme in ("light", "dark") for size in ("1280x820", "900x600")}
PROVIDERS = {"capsolver", "leadboxer", "oneclickseo", "ranktracker", "seo-rank-genius"}
KEY = "smoke-" + "0123456789abcdef"


class Failed(Exception):
    """A check that did not hold; its text says which and how."""


def environment(home: Path) -> dict[str, str]:
    """What a program finds when it is started in an empty home without a display."""
    for name in ("run", "tmp"):
        (home / name).mkdir(mode=0o700, exist_ok=True)
    kept = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    return kept | {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "QT_QPA_PLATFORM": "offscreen",
        "TMPDIR": str(home / "tmp"),
        "XDG_RUNTIME_DIR": str(home / "run"),
    }


def run(command: list[str], home: Path, **variables: str) -> str:
    """The standard output of a command that has to exit 0 within two minutes."""
    done = subprocess.run(
        command, cwd=home, env=environment(home) | variables, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode != 0:
        raise Failed(f"{command[1:]} exits with {done.returncode}:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    return str(done.stdout)


def colours(picture: QImage) -> int:
    """How many colours a coarse grid of the picture's points has."""
    columns, rows = range(0, picture.width(), 3), range(0, picture.height(), 3)
    return len({picture.pixel(x, y) for x in columns for y in rows})


def check_pictures(program: str, home: Path) -> str:
    folder = home / "shots"
    run([program, "--data-dir", str(home / "demo"), "demo", "--shots", str(folder)], home)
    seen: dict[str, set[tuple[str, str]]] = {}
    for path in folder.glob("*.png"):
        parts = re.fullmatch(r"([a-z-]+)-(light|dark)-(\d+x\d+)", path.stem)
        if parts is None:
            raise Failed(f"a picture with an unknown name: {path.name}")
        page, theme, size = parts.groups()
        picture = QImage(str(path))
        if f"{picture.width()}x{picture.height()}" != size:
            raise Failed(f"{path.name} is {picture.width()}x{picture.height()}")
        if colours(picture) < 8:
            raise Failed(f"{path.name} is blank")
        seen.setdefault(page, set()).add((theme, size))
    if absent := PAGES - seen.keys():
        raise Failed(f"no pictures of {sorted(absent)}")
    if thin := {page: sorted(VARIANTS - found) for page, found in seen.items() if found != VARIANTS}:
        raise Failed(f"missing variants: {thin}")
    return f"{len(seen)} pages in {len(VARIANTS)} variants, none blank"


def check_providers(program: str, home: Path) -> str:
    listed = json.loads(run([program, "--data-dir", str(home / "desk"), "providers", "list", "--json"], home))
    text = json.dumps(listed)
    if absent := {name for name in PROVIDERS if f'"{name}"' not in text}:
        raise Failed(f"providers list does not name {sorted(absent)}")
    return f"{len(PROVIDERS)} providers"


def check_gateway(program: str, home: Path) -> str:
    """It says where it serves, lets nobody in without a token, and ends when it is told to."""
    command = [program, "--data-dir", str(home / "desk"), "gateway"]
    gateway = subprocess.Popen(
        command, cwd=home, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert gateway.stdout is not None
        line = gateway.stdout.readline()
        if not line:
            raise Failed(f"the gateway ends at once:\n{gateway.communicate(timeout=30)[1][-3000:]}")
        try:
            status = urllib.request.urlopen(f"{json.loads(line)['url']}Nobody/v1/usage", timeout=20).status
        except urllib.error.HTTPError as answer:
            status = answer.code
        if status != 401:
            raise Failed(f"the gateway answers {status} to a request without a token")
    finally:
        gateway.terminate()
        gateway.communicate(timeout=30)
    return "the gateway serves, and wants a token"


def check_keyring(program: str, home: Path) -> str:
    """A key goes through the frozen app into a real gnome-keyring, and is gone when its account is."""
    with_keyring, steps = str(PACKAGING / "with-keyring"), str(PACKAGING / "smoke-keyring")
    # with-keyring says what is worth saying on 3.
    session = ["bash", "-c", 'exec dbus-run-session -- "$@" 3>&2', "bash", with_keyring, steps, program]
    run([*session, str(home / "keys")], home, SMOKE_KEY=KEY)
    return "a key was kept in a gnome-keyring and removed"


def main() -> int:
    built = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="creditdesk-smoke-", ignore_cleanup_errors=True) as folder:
        home = Path(folder).resolve()
        app = shutil.copytree(built, home / "app", symlinks=True)
        program = str(app / ("creditdesk.exe" if os.name == "nt" else "creditdesk"))
        checks = [check_providers, check_gateway, check_pictures]
        if sys.platform == "linux":
            checks.append(check_keyring)
        for check in checks:
            began = time.monotonic()
            try:
                result = check(program, home)
            except Failed as failure:
                print(f"FAILED {check.__name__}: {failure}", file=sys.stderr)
                return 1
            print(f"ok {result} ({time.monotonic() - began:.1f} s)")
    size = sum(path.stat().st_size for path in built.rglob("*") if path.is_file() and not path.is_symlink())
    print(f"The frozen app is {size / 1e6:.0f} MB in {built}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

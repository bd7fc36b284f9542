"""Guards the set-up: the pinned Qt, the lock, what the wheel holds, and that the checkout names no machine."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import keyring
import pytest
from packaging.requirements import Requirement
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = (("3.11", "linux"), ("3.12", "darwin"), ("3.13", "win32"))


def project_requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(line) for one in lists for line in one]


def lock_entries() -> list[tuple[Requirement, list[str]]]:
    """Each locked requirement with its hashes, in the order of the file."""
    text = (ROOT / "packaging" / "lock.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    return [(Requirement(line.split(" --hash=")[0]), re.findall(r"--hash=(\S+)", line)) for line in lines]


def tracked_files() -> list[Path]:
    """The files of the checkout that git has or would take."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def applies(requirement: Requirement, python: str, system: str) -> bool:
    there = {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": system}
    return requirement.marker is None or requirement.marker.evaluate(there)


def test_a_label_that_is_told_500_times_leaves_nones_reference_count_alone(qtbot: QtBot) -> None:
    """PySide6 6.12.0 takes one reference of None a call, which ends a program on Python 3.11 within minutes."""
    label = QLabel()
    qtbot.addWidget(label)
    label.setText("warm")
    before = sys.getrefcount(None)
    for number in range(500):
        label.setText(str(number))
    assert abs(sys.getrefcount(None) - before) < 100


def test_the_qt_that_aborts_is_pinned_away_below_python_3_12_only() -> None:
    qt = [one for one in project_requirements() if one.name.lower() == "pyside6-essentials"]
    for python, wanted in (("3.11", False), ("3.12", True), ("3.13", True)):
        chosen = [one for one in qt if applies(one, python, "linux")]
        assert [one.specifier.contains("6.12.0") for one in chosen] == [wanted]
        assert all(one.specifier.contains("6.11.3") for one in chosen)


def test_every_locked_requirement_has_one_version_and_sha256_hashes_of_64_digits() -> None:
    entries = lock_entries()
    assert len(entries) > 50
    for requirement, hashes in entries:
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert requirement.url is None
        assert hashes, requirement
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), requirement


def test_the_lock_names_no_address_and_no_index() -> None:
    text = (ROOT / "packaging" / "lock.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|#|index|find-links|\.org|\.com", text)


@pytest.mark.parametrize(("python", "system"), SYSTEMS)
def test_the_lock_gives_each_requirement_of_the_project_exactly_one_version(python: str, system: str) -> None:
    locked = [one for one, _ in lock_entries() if applies(one, python, system)]
    for wanted in project_requirements():
        if not applies(wanted, python, system):
            continue
        found = [one for one in locked if one.name.lower() == wanted.name.lower()]
        assert len(found) == 1, wanted
        assert wanted.specifier.contains(str(found[0].specifier).removeprefix("==")), wanted


def test_no_file_names_a_path_of_this_machine_or_a_package_registry() -> None:
    folders = "|".join(("work", "farm", "tmp", "root", "home", "Users"))
    hosts = "|".join((r"pypi\.", "python" + "hosted", r"npmjs\.", r"deb\.debian", "index-" + "url"))
    wrong = re.compile(rf"/({folders})/[A-Za-z.]|{hosts}")
    found = []
    for path in tracked_files():
        data = path.read_bytes()
        if path.suffix == ".svg" or b"\0" in data:
            continue
        for number, line in enumerate(data.decode("utf-8").splitlines(), 1):
            if "/tmp/" + ".X11-unix" not in line and wrong.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_the_wheel_holds_every_resource_and_the_command(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("creditdesk-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        assert b"creditdesk = creditdesk.__main__:main" in archive.read(entry_points)
    resources = [path.relative_to(ROOT).as_posix() for path in tracked_files() if (ROOT / "resources") in path.parents]
    assert resources
    assert {f"creditdesk/{name}" for name in resources} <= names


@pytest.mark.keyring
def test_the_keyring_of_a_test_run_is_the_systems_secret_service() -> None:
    assert type(keyring.get_keyring()).__module__ == "keyring.backends.SecretService"
    keyring.set_password("creditdesk-tests", "set-up", "a value")
    assert keyring.get_password("creditdesk-tests", "set-up") == "a value"
    keyring.delete_password("creditdesk-tests", "set-up")
    assert keyring.get_password("creditdesk-tests", "set-up") is None


@pytest.mark.xvfb
def test_the_second_pass_shows_a_real_window_on_x11(qtbot: QtBot) -> None:
    assert QGuiApplication.platformName() == "xcb"
    label = QLabel("42")
    qtbot.addWidget(label)
    with qtbot.waitExposed(label):
        label.show()
    assert label.grab().toImage().width() > 0

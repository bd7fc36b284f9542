"""Where resources, config and data lie."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

APP = "creditdesk"
DATA_DIR_VARIABLE = "CREDITDESK_DATA_DIR"


def resources() -> Path:
    """The folder of provider definitions, themes, icons and samples: of the checkout, the wheel or the frozen app."""
    frozen = getattr(sys, "_MEIPASS", None)
    here = Path(__file__).resolve().parent
    candidates = [here.parents[1] / "resources", here / "resources"]
    if frozen:
        candidates.insert(0, Path(frozen) / "resources")
    return next((folder for folder in candidates if (folder / "providers").is_dir()), candidates[-1])


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one desk. All of it moves with `--data-dir`, so that two desks never touch each other."""

    config_dir: Path
    data_dir: Path

    @property
    def config(self) -> Path:
        """What the user chose."""
        return self.config_dir / "config.toml"

    @property
    def database(self) -> Path:
        """What was observed."""
        return self.data_dir / "history.sqlite3"

    @property
    def definitions(self) -> Path:
        """The user's own vendors."""
        return self.config_dir / "providers"

    @property
    def approved(self) -> Path:
        """Which of them the user approved."""
        return self.config_dir / "approved.toml"

    @property
    def reports(self) -> Path:
        """Crash reports."""
        return self.data_dir / "reports"

    def make(self) -> "Places":
        """Make the folders, readable by the user alone. Raises OSError when that is not possible."""
        for folder in (self.config_dir, self.data_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self


def places(data_dir: str | None = None) -> Places:
    """The desk's folders: `data_dir`, else CREDITDESK_DATA_DIR, else the system's own places for config and data."""
    chosen = data_dir or os.environ.get(DATA_DIR_VARIABLE, "")
    if chosen:
        folder = Path(chosen).expanduser().absolute()
        return Places(folder, folder)
    import platformdirs  # only where it is needed: 2 ms

    system = platformdirs.PlatformDirs(APP, appauthor=False)
    return Places(Path(system.user_config_dir), Path(system.user_data_dir))

"""The vendors the desk knows: the built-in definition files and the user's own beside them, read when asked for."""

from collections.abc import Iterable
from pathlib import Path

from creditdesk.core.definition import Definition
from creditdesk.providers.definition_values import ID
from creditdesk.providers.definitions import MAX_FILE, DefinitionError, Problem, load


class UnknownProvider(KeyError):
    """No definition has this id. `near` lists ids that are spelt alike."""

    def __init__(self, provider: str, near: tuple[str, ...]) -> None:
        super().__init__(provider)
        self.provider = provider
        self.near = near

    def __str__(self) -> str:
        hint = f"; did you mean {' or '.join(self.near)}?" if self.near else ""
        return f"no provider is called {self.provider[:80]!a}{hint}"


class Catalogue:
    """The definitions of some folders, `ID.toml` each. The first folder that has an id owns it: a user's file never
    replaces a built-in one, which would send its key elsewhere. A folder that does not exist is empty."""

    def __init__(self, *folders: Path, ours: Path | None = None) -> None:
        """`ours` is the folder that came with the program."""
        self._ours = ours
        self._files: dict[str, Path] = {}
        self._refused: list[DefinitionError] = []
        self._read: dict[str, Definition | DefinitionError] = {}
        for folder in folders:
            for path in sorted(folder.glob("*.toml")):
                self._enlist(path)

    def ids(self) -> tuple[str, ...]:
        """The ids of all files, sorted; none of them is read for this, so a broken one is among them."""
        return tuple(sorted(self._files))

    def get(self, provider: str) -> Definition:
        """The definition with this id. Raises `UnknownProvider`, or `DefinitionError` when its file is refused."""
        if provider not in self._files:
            raise UnknownProvider(provider, _near(provider, self._files))
        if provider not in self._read:
            path = self._files[provider]
            self._read[provider] = _read(provider, path, path.parent == self._ours)
        found = self._read[provider]
        if isinstance(found, DefinitionError):
            raise found.with_traceback(None)
        return found

    def path(self, provider: str) -> Path:
        """The file of a definition. Raises `UnknownProvider`."""
        if provider not in self._files:
            raise UnknownProvider(provider, ())
        return self._files[provider]

    def all(self) -> tuple[Definition, ...]:
        """All definitions that are right, sorted by name."""
        found = []
        for provider in self.ids():
            try:
                found.append(self.get(provider))
            except DefinitionError:
                continue  # told by `broken`
        return tuple(sorted(found, key=lambda each: each.name.casefold()))

    def broken(self) -> list[DefinitionError]:
        """The files that are refused, and why."""
        self.all()
        return [*self._refused, *(found for found in self._read.values() if isinstance(found, DefinitionError))]

    def _enlist(self, path: Path) -> None:
        provider = path.stem
        if not ID.fullmatch(provider) or len(provider) > 64:
            what = "a definition file is named by its id: lower-case ASCII letters, digits and - between them"
        elif provider in self._files:
            what = f"the id {provider} belongs to another definition file already"
        else:
            self._files[provider] = path
            return
        self._refused.append(_error(path, "id", what))


def _read(provider: str, path: Path, ours: bool) -> Definition | DefinitionError:
    try:
        with path.open("rb") as stream:
            body = stream.read(MAX_FILE + 4)
        definition = load(body.decode("utf-8-sig"), path.name, ours)
    except DefinitionError as error:
        return error
    except UnicodeDecodeError:
        return _error(path, "file", "is not UTF-8 text, or is too large")
    except OSError as error:
        return _error(path, "file", f"could not be read: {error.strerror}")
    if definition.id != provider:
        return _error(path, "id", f"is {definition.id}, but the file is named {path.name}")
    return definition


def _error(path: Path, key: str, what: str) -> DefinitionError:
    return DefinitionError(path.name, [Problem(path.name, 1, key, what)])


def _near(provider: str, known: Iterable[str]) -> tuple[str, ...]:
    """Ids that are spelt alike."""
    import difflib  # for a mistake only

    return tuple(difflib.get_close_matches(provider[:80], list(known), 3))

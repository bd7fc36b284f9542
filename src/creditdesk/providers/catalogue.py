"""The vendors the desk knows: the built-in definition files and the user's own beside them, read when asked for."""

from collections.abc import Container, Iterable
from pathlib import Path

from creditdesk.core.definition import Definition
from creditdesk.providers.definition_values import ID
from creditdesk.providers.definitions import MAX_FILE, DefinitionError, Problem, load

POPULAR = "popular.txt"


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
        """`ours` is the folder that came with the program; what lies elsewhere is the user's own (`Definition.own`).

        Without `ours` all of them are taken for built-in ones.
        """
        self._ours = ours
        self._folders = folders
        self._files: dict[str, Path] = {}
        self._refused: list[DefinitionError] = []
        self._read: dict[str, Definition | DefinitionError] = {}
        self.renew()

    def renew(self) -> None:
        """Look at the folders again: what the user saved or removed is known from now on."""
        files: dict[str, Path] = {}
        refused: list[DefinitionError] = []
        for folder in self._folders:
            for path in sorted(folder.glob("*.toml")):
                what = _misnamed(path.stem, files)
                if what:
                    refused.append(_error(path, "id", what))
                else:
                    files[path.stem] = path
        self._files, self._refused = files, refused  # at once: another thread may be looking
        self._read = {
            each: found for each, found in self._read.items() if each in self._files and not self.is_own(each)
        }

    @property
    def own_folder(self) -> Path:
        """Where the user's own files lie."""
        return self._folders[-1]

    def is_own(self, provider: str) -> bool:
        """Whether the definition with this id is the user's own. Raises `UnknownProvider`."""
        return self._ours is not None and self.path(provider).parent != self._ours

    def ids(self) -> tuple[str, ...]:
        """The ids of all files, sorted; none of them is read for this, so a broken one is among them."""
        return tuple(sorted(self._files))

    def get(self, provider: str) -> Definition:
        """The definition with this id. Raises `UnknownProvider`, or `DefinitionError` when its file is refused."""
        if provider not in self._files:
            raise UnknownProvider(provider, _near(provider, self._files))
        if provider not in self._read:
            path = self._files[provider]
            read = _read(provider, path, path.parent == self._ours)
            if isinstance(read, Definition) and self.is_own(provider):
                from creditdesk.providers.binding import owned  # only who has vendors of his own needs it

                read = owned(read)
            self._read[provider] = read
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
            except (DefinitionError, UnknownProvider):
                continue  # told by `broken`, or just removed
        return tuple(sorted(found, key=lambda each: each.name.casefold()))

    def popular(self) -> tuple[str, ...]:
        """The ids that are offered first, in their order: the lines of popular.txt beside our files."""
        try:
            text = (self._ours / POPULAR).read_text("utf-8") if self._ours else ""
        except OSError:
            return ()
        lines = (line.strip() for line in text.splitlines())
        return tuple(line for line in lines if line and not line.startswith("#"))

    def broken(self) -> list[DefinitionError]:
        """The files that are refused, and why."""
        self.all()
        return [*self._refused, *(found for found in self._read.values() if isinstance(found, DefinitionError))]


def _misnamed(provider: str, taken: Container[str]) -> str:
    """What is wrong with the name of a definition file, "" for nothing."""
    if not ID.fullmatch(provider) or len(provider) > 64:
        return "a definition file is named by its id: lower-case ASCII letters, digits and - between them"
    return f"the id {provider} belongs to another definition file already" if provider in taken else ""


def _read(provider: str, path: Path, ours: bool) -> Definition | DefinitionError:
    if not ours and path.exists() and not path.is_file():
        return _error(path, "file", "is not a file")  # to open a pipe would wait for somebody who writes
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

"""The keys: in the system's keyring and nowhere else, fetched for one request and dropped.

The errors (creditdesk.store.keys):

    VaultError
    ├── KeyMissing      the store answers and has no such key (`names`: the credentials)
    ├── KeyringLocked   the keyring is there and does not open: locked, a prompt waits, or the user refused
    ├── NoKeyring       no keyring that keeps keys safely (`reason`); a key may then be kept for this session only
    └── KeyRefused      a bad paste, or longer than the store takes

A keyring may stop for a prompt, so it has a thread of its own and a limit. While a prompt waits, every further call
fails at once with KeyringLocked: there is never a second prompt, nor a second thread. A refused prompt is not shown
again until `ask_again` is called or the keyring was opened elsewhere.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from creditdesk.core.definition import Credential
from creditdesk.core.pools import Account, Custody
from creditdesk.store.backends import Backend, human_name, most_characters, opens_quietly, safe_backend
from creditdesk.store.keys import KeyMissing, KeyRefused, KeyringLocked, NoKeyring, VaultError, check_key
from creditdesk.store.pending import Pending

__all__ = ["KeyMissing", "KeyRefused", "KeyringLocked", "NoKeyring", "Vault", "VaultError", "check_key"]

T = TypeVar("T")

SERVICE = "creditdesk"
PROMPT_S = 1.0
"""A keyring that says "locked" sooner than this has asked nobody: a person needs longer to refuse."""

_WAITS = "The keyring is locked: it waits for its password, or does not answer."
_REFUSED = "The keyring is locked, and it was not unlocked when it asked."


@dataclass(slots=True, eq=False)
class _Job(Generic[T]):
    work: "Callable[[Backend, _Job[T]], T]"
    future: "Future[T]" = field(default_factory=Future)
    abandoned: bool = False


class _TooLate(KeyringLocked):
    """The keyring opened after the caller had given up; what was asked is not done."""


class Vault:
    """Keys by account id (see `slot`) and credential name, under the service "creditdesk" of the system's keyring.

    `backend` None means keyring's own choice. `limit_s` is how long one call may take before the keyring counts as
    locked. Keys of custody "session" stay in this object.
    """

    def __init__(
        self,
        backend: Backend | None = None,
        limit_s: float = 20.0,
        service: str = SERVICE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._given = backend
        self._limit_s = limit_s
        self._service = service
        self._clock = clock
        self._session: dict[tuple[str, str], str] = {}
        self._jobs: queue.SimpleQueue[_Job[object] | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._running: _Job[object] | None = None
        self._stuck = False
        self._refused = False
        self._store: Backend | NoKeyring | None = None

    async def read_account(
        self, account: Account, credentials: Iterable[Credential], digest: str = ""
    ) -> dict[str, str]:
        """The values an account's requests need, by credential name, from wherever the account keeps them.

        `digest` is what the keys must have been given for, see `slot`.

        The environment is read anew each time and no keyring is touched for it: the first credential is in the
        variable that the account names, any other in that name with "_" and the credential's name behind it.
        Raises VaultError.
        """
        listed = tuple(credentials)
        values = {each.name: account.settings[each.name] for each in listed if _is_plain(account, each)}
        names = [each.name for each in listed if each.name not in values]
        if account.custody is Custody.NONE or not names:
            return values
        if account.custody is Custody.ENVIRONMENT:
            found = _from_environment(account.key_env, names)
        elif account.custody is Custody.SESSION:
            found = {name: self._session.get((slot(account.id, digest), name)) for name in names}
        else:
            place = slot(account.id, digest)
            found = await self._call(lambda store, _: {name: self._get(store, place, name) for name in names})
        missing = tuple(name for name, value in found.items() if not value)
        if missing:
            raise KeyMissing(_missing_text(account), missing)
        return values | {name: check_key(value) for name, value in found.items() if value}

    def read(self, account_id: str, credential: str) -> Pending[str | None]:
        """A key of the keyring; None when the keyring has no such key. Raises KeyringLocked, NoKeyring."""
        return self._call(lambda store, _: self._get(store, account_id, credential))

    def write(self, account_id: str, credential: str, text: str) -> Pending[None]:
        """Keep a pasted key in the keyring, and read it back to be sure. Raises VaultError; KeyRefused at once.

        A write whose caller has given up waiting is not carried out when the keyring opens later.
        """
        key = check_key(text)

        def work(store: Backend, job: _Job[None]) -> None:
            check_key(key, most_characters(store))
            self._get(store, account_id, credential)  # a locked keyring asks here, before anything is written
            if job.abandoned:
                raise _TooLate(_WAITS)
            store.set_password(self._service, _username(account_id, credential), key)
            if self._get(store, account_id, credential) != key:
                raise KeyRefused("The keyring gave back something else than the key it was given.")

        return self._call(work, refused="The keyring did not take the key")

    def erase(self, account_id: str, credential: str) -> Pending[bool]:
        """Remove a key from the keyring and from this session; says whether the keyring had it. Raises VaultError."""
        self._session.pop((account_id, credential), None)

        def work(store: Backend, job: _Job[bool]) -> bool:
            if self._get(store, account_id, credential) is None:
                return False
            if job.abandoned:
                raise _TooLate(_WAITS)
            store.delete_password(self._service, _username(account_id, credential))
            return True

        return self._call(work)

    def keep(self, account_id: str, credential: str, text: str) -> None:
        """Keep a pasted key in memory until this process ends. Raises KeyRefused."""
        self._session[account_id, credential] = check_key(text)

    def kept(self, account_id: str, credential: str) -> str | None:
        """A key that is kept for this session; the keyring is not asked."""
        return self._session.get((account_id, credential))

    def drop(self, account_id: str, credential: str) -> None:
        """Forget a key that is kept for this session; the keyring is not touched."""
        self._session.pop((account_id, credential), None)

    def store_name(self) -> Pending[str]:
        """What the key store in use is called, for people to read. Raises NoKeyring with the reason there is none."""
        return self._call(lambda store, _: human_name(store))

    def ask_again(self) -> None:
        """The user wants to be asked: show a refused prompt once more, and look for a keyring anew."""
        self._refused = False
        if isinstance(self._store, NoKeyring):
            self._store = None

    def close(self) -> None:
        """Forget the keys of this session and end the thread when it is free."""
        self._session.clear()
        self._jobs.put(None)

    def _call(self, work: Callable[[Backend, _Job[T]], T], refused: str = "") -> Pending[T]:
        job: _Job[T] = _Job(lambda store, own: _translated(lambda: work(store, own), refused))
        with self._guard:
            if self._stuck:
                job.future.set_exception(KeyringLocked(_WAITS))
                return Pending(job.future)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="keyring", daemon=True)
                self._thread.start()
            self._jobs.put(job)  # type: ignore[arg-type]  # the queue holds jobs of any result
        return Pending(job.future, self._limit_s, lambda: self._give_up(job))

    def _give_up(self, job: _Job[T]) -> KeyringLocked:
        """The caller waited long enough: if the keyring itself hangs, nobody else shall wait for it either."""
        job.abandoned = True
        job.future.cancel()
        with self._guard:
            if self._running is not None:
                self._stuck = True
                while not self._jobs.empty():
                    waiting = self._jobs.get()
                    if waiting is not None and waiting.future.set_running_or_notify_cancel():
                        waiting.future.set_exception(KeyringLocked(_WAITS))
        return KeyringLocked(_WAITS)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            with self._guard:
                self._running = job
            began = self._clock()
            result: object = None
            error: VaultError | None = None
            try:
                result = self._attempt(job)
            except VaultError as reason:
                error = reason
            with self._guard:
                self._running, self._stuck = None, False
                asked = self._clock() - began >= PROMPT_S
                if asked and isinstance(error, KeyringLocked) and not isinstance(error, _TooLate):
                    self._refused = True
            if error is not None:
                job.future.set_exception(error)
            else:
                job.future.set_result(result)
            del job, result, error  # no key waits here for the next call

    def _attempt(self, job: _Job[object]) -> object:
        if self._store is None:
            self._store = _find(self._given)
        if isinstance(self._store, NoKeyring):
            raise NoKeyring(self._store.reason)
        if self._refused:
            if not opens_quietly(self._store):
                raise KeyringLocked(_REFUSED)
            self._refused = False
        return job.work(self._store, job)

    def _get(self, store: Backend, account_id: str, credential: str) -> str | None:
        return store.get_password(self._service, _username(account_id, credential))


def slot(account_id: str, digest: str) -> str:
    """Under which name an account's keys are kept: its id, and for a definition of the user's own what they were given
    for, so that another definition that takes the same id cannot have them."""
    return f"{account_id}/{digest}" if digest else account_id


def _username(account_id: str, credential: str) -> str:
    return f"{account_id}/{credential}"


def _is_plain(account: Account, credential: Credential) -> bool:
    """Whether this credential is no secret and stands in the account's settings."""
    return not credential.secret and bool(account.settings.get(credential.name))


def _from_environment(variable: str, names: list[str]) -> dict[str, str | None]:
    rest = {name: f"{variable}_{name}".upper().replace("-", "_") for name in names[1:]}
    return {name: os.environ.get(rest.get(name, variable)) for name in names}


def _missing_text(account: Account) -> str:
    if account.custody is Custody.ENVIRONMENT:
        return f"The environment variable {account.key_env} is not set."
    if account.custody is Custody.SESSION:
        return "The key was kept for one session only, and that has ended."
    return "The keyring has no key for this account."


def _find(given: Backend | None) -> Backend | NoKeyring:
    """The backend to use, or why there is none. keyring is imported here, in the vault's thread: 105 ms and more."""
    try:
        if given is not None:
            return safe_backend(given)
        import keyring.core

        keyring.core.init_backend()
        return safe_backend(keyring.core.get_keyring())
    except NoKeyring as error:
        return NoKeyring(error.reason)
    except Exception as error:  # backends run foreign code while they are looked for; the kind is all we may tell
        return NoKeyring(f"The system's keyring can't be used ({type(error).__name__}).")


_LOCKED = {"KeyringLocked", "LockedException", "PromptDismissedException", "KeychainDenied"}
_NONE = {"NoKeyringError", "InitError", "SecretServiceNotAvailableException", "SecretStorageException"}


def _translated(call: Callable[[], T], refused: str) -> T:
    """What the backend returns; its error as one of ours. Never the backend's own text: it may repeat the key."""
    try:
        return call()
    except VaultError:
        raise
    except Exception as error:  # Windows raises pywintypes.error, others what they like: none is a KeyringError
        kinds = {kind.__name__ for kind in type(error).__mro__}
        name = type(error).__name__
    if kinds & _LOCKED:
        raise KeyringLocked(_REFUSED)
    if kinds & _NONE or not refused:
        raise NoKeyring(f"The system's keyring failed ({name}).")
    raise KeyRefused(f"{refused} ({name}).")

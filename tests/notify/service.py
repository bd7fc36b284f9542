"""A notification service of the tests' own on a bus of its own: it keeps what it is sent, and presses buttons.

It speaks org.freedesktop.Notifications 1.2 as far as a daemon with actions, body and sound does.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import gettempdir
from typing import Any

from jeepney import DBusAddress, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.Notifications"
PLACE = "/org/freedesktop/Notifications"
PARAMETERS = {"Notify": "susssasa{sv}i", "CloseNotification": "u", "GetCapabilities": "", "GetServerInformation": ""}
RETURNS = {"Notify": "u", "CloseNotification": "", "GetCapabilities": "as", "GetServerInformation": "ssss"}
SIGNALS = {"NotificationClosed": "uu", "ActionInvoked": "us"}


def _arguments(signature: str, way: str) -> str:
    whole = {"susssasa{sv}i": ["s", "u", "s", "s", "s", "as", "a{sv}", "i"], "as": ["as"]}
    return "".join(f'<arg type="{each}"{way}/>' for each in whole.get(signature, list(signature)))


def described() -> str:
    """What the service says of itself."""
    methods = "".join(
        f'<method name="{name}">{_arguments(given, " direction=" + chr(34) + "in" + chr(34))}'
        f"{_arguments(RETURNS[name], ' direction=' + chr(34) + 'out' + chr(34))}</method>"
        for name, given in PARAMETERS.items()
    )
    signals = "".join(f'<signal name="{name}">{_arguments(given, "")}</signal>' for name, given in SIGNALS.items())
    return f'<node><interface name="{NAME}">{methods}{signals}</interface></node>'


@dataclass
class Sent:
    """One notification as it came over the bus."""

    id: int
    app: str
    replaces: int
    title: str
    text: str
    actions: dict[str, str]
    hints: dict[str, tuple[str, Any]]

    def button(self, label: str) -> str:
        """The key of the button with this label."""
        return next(key for key, each in self.actions.items() if each == label)


@dataclass
class Service:
    """The running service. `sent` and `closed` are what it was told, `raw` every body of a call as text."""

    connection: DBusConnection
    sent: list[Sent] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    showing: set[int] = field(default_factory=set)
    before: Callable[[], object] = lambda: None  # called before a notification is answered

    def press(self, id_: int, key: str = "default") -> None:
        """The user presses a button, or the message itself; the message goes."""
        self._signal("ActionInvoked", (id_, key))
        self._close(id_, 2)

    def dismiss(self, id_: int) -> None:
        """The user closes the message."""
        self._close(id_, 2)

    def serve(self) -> None:
        """Answer until the connection is closed."""
        while True:
            try:
                call = self.connection.receive()
            except (OSError, EOFError):
                return
            if call.header.message_type is not MessageType.method_call:
                continue
            member = str(call.header.fields[3])
            self.raw.append(repr(call.body))
            if member == "Introspect":
                answer = new_method_return(call, "s", (described(),))
            elif member in PARAMETERS:
                value = getattr(self, f"_{member}")(*call.body)
                answer = new_method_return(call, RETURNS[member], value)
            else:
                answer = new_error(call, "org.freedesktop.DBus.Error.UnknownMethod")
            self.connection.send(answer)

    def _Notify(self, *said: Any) -> tuple[int]:
        app, replaces, _icon, title, text, actions, hints, _timeout = said
        id_ = len(self.sent) + 1
        self.before()
        pairs = dict(zip(actions[::2], actions[1::2], strict=True))
        self.showing.add(id_)
        self.sent.append(Sent(id_, app, replaces, title, text, pairs, hints))
        return (id_,)

    def _CloseNotification(self, id_: int) -> tuple[()]:
        self.closed.append(id_)
        self._close(id_, 3)
        return ()

    def _GetCapabilities(self) -> tuple[list[str]]:
        return (["actions", "body", "body-markup", "sound"],)

    def _GetServerInformation(self) -> tuple[str, str, str, str]:
        return ("tests", "creditdesk", "1", "1.2")

    def _close(self, id_: int, reason: int) -> None:
        if id_ in self.showing:
            self.showing.discard(id_)
            self._signal("NotificationClosed", (id_, reason))

    def _signal(self, name: str, body: tuple[Any, ...]) -> None:
        self.connection.send(new_signal(DBusAddress(PLACE, interface=NAME), name, SIGNALS[name], body))


@contextmanager
def private_bus() -> Iterator[str]:
    """A bus with nobody on it; its address, which a test's own long folder would not fit into."""
    place = f"--address=unix:tmpdir={gettempdir()}"
    words = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1", place]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        yield daemon.stdout.readline().strip()
        daemon.terminate()


@contextmanager
def serving(address: str) -> Iterator[Service]:
    """The service on this bus."""
    connection = open_dbus_connection(address)
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    service = Service(connection)
    thread = threading.Thread(target=service.serve, name="notifications")
    thread.start()
    yield service
    connection.sock.shutdown(2)
    thread.join()
    connection.close()

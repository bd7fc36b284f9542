"""The doorbell: a second start rings it, and the desk that is already open comes to the front."""

import hashlib
import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

LIMIT_MS = 2000
MOST_BYTES = 4096
LONGEST_PATH = 94
"""Bytes: a socket's path has 107 at the most, and Qt makes it under a longer one first."""


def bell_name(data_dir: Path) -> str:
    """The name of the doorbell of the desk in this folder: a socket in it, where the system has those.

    A name of its own, beside the temporary files, where the folder's path is too long for a socket: then two starts
    meet only while both have the same temporary folder.
    """
    inside = data_dir.resolve() / "desk.bell"
    if sys.platform != "win32" and len(os.fsencode(inside)) <= LONGEST_PATH:
        return str(inside)
    user = getattr(os, "getuid", lambda: 0)()
    digest = hashlib.sha256(os.fsencode(str(data_dir.resolve()))).hexdigest()[:16]
    return f"creditdesk-{user}-{digest}"


def ring(data_dir: Path, argument: str = "") -> bool:
    """Ring the desk that is open in this folder and hand it the argument; False when nobody answered within 2 s."""
    socket = QLocalSocket()
    socket.connectToServer(bell_name(data_dir))
    if not socket.waitForConnected(LIMIT_MS):
        return False
    socket.write(argument.encode()[:MOST_BYTES] + b"\n")
    heard = socket.waitForBytesWritten(LIMIT_MS) and socket.waitForReadyRead(LIMIT_MS)
    socket.disconnectFromServer()
    return bool(heard)


class Doorbell(QObject):
    """Listens for second starts. Only the holder of the folder's lock may make one.

    Signals:
        rung(str): a second start happened, with its argument.
    """

    rung = Signal(str)

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._open)
        name = bell_name(data_dir)
        QLocalServer.removeServer(name)  # left over by a desk that was killed; the lock says that none is alive
        self.listening = self._server.listen(name)

    @property
    def waiting(self) -> int:
        """How many visitors are at the door, those that left since the last one came included."""
        return len(self._server.findChildren(QLocalSocket))

    def close(self) -> None:
        """Listen no longer."""
        self._server.close()

    def _open(self) -> None:
        for gone in self._server.findChildren(QLocalSocket):
            if gone.state() is QLocalSocket.LocalSocketState.UnconnectedState:
                gone.deleteLater()  # not from its own `disconnected`: that comes once more while it is destroyed
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(lambda socket=socket: self._hear(socket))
            if socket.bytesAvailable():
                self._hear(socket)

    def _hear(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine() and socket.bytesAvailable() < MOST_BYTES:
            return  # the rest of the line is on its way
        text = bytes(socket.read(MOST_BYTES).data()).decode("utf-8", "replace").strip()
        socket.write(b"ok\n")
        socket.flush()
        self.rung.emit(text)

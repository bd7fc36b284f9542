"""Work on a thread beside the start of the window. No Qt here: the work begins before Qt is imported."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def in_background(work: Callable[[], T]) -> "Future[T]":
    """Do some work on a thread while the window is being made."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # carried over to whoever waits for the result
            future.set_exception(error)

    Thread(target=run, name="opening", daemon=True).start()
    return future

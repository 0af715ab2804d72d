"""How far long work has come, for whoever shows it: one place to tell it, any number of listeners in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: What is worked on, how much is done, and of how much, where that is known.
Listener = Callable[[str, int, int | None], None]
_listeners: list[Listener] = []


def tell(what: str, done: int, total: int | None = None) -> None:
    """Say how far `what` has come."""
    for listener in list(_listeners):
        listener(what, done, total)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Be told of all progress of this process, from any thread, for a while."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)

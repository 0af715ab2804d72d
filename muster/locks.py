"""Locks between processes, held on files below `<data>/locks`; the system frees them when a process dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from muster.errors import MusterError
from muster.settings import Settings


@contextmanager
def exclusive(
    settings: Settings, name: str, wait: float = 3600.0, waiting: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold the lock `name`; wait up to `wait` seconds for another process to let go, saying so once."""
    folder = settings.data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    told, until = False, time.monotonic() + wait
    with (folder / f"{name}.lock").open("w") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise MusterError(f"{name} is in use by another run for {wait:.0f} s; try again later") from None
                if waiting and not told:
                    waiting(f"{name} is in use by another run; waiting for it")
                    told = True
                time.sleep(0.2)
        yield


def is_free(settings: Settings, name: str) -> bool:
    """Whether no living process holds the lock `name`."""
    path = settings.data / "locks" / f"{name}.lock"
    if not path.exists():
        return True
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def hold_for_life(settings: Settings, name: str) -> bool:
    """Take the lock `name` until this process ends, also when it becomes another program; False where it is taken."""
    folder = settings.data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / f"{name}.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    os.set_inheritable(descriptor, True)
    return True

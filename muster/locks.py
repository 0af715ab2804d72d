"""Locks between processes, held on files below `<data>/locks`; the system frees them when a process dies."""

from __future__ import annotations

import fcntl
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

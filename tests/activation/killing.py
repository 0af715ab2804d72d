"""Running a piece of work in a child process that is killed with SIGKILL at its nth write.

Writes are: files opened for writing, renamed, linked, removed, folders made (Python's audit hook), DuckDB `copy`
before it begins and with half of its bytes written, and each change and commit in the state store. A kill comes just
before the nth of them; "just after" is just before the next. Children are forked from a server that has the
imports done and never ran a thread.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.activation.killing", "tests.activation.small_world", "muster.activation"])
_CHANGES = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree"}
#: How long a child may take before the test gives up on it, in seconds.
_PATIENCE = 60


def killed_at(nth: int, work: Callable[..., None], *arguments: Any) -> bool:
    """Whether `work(*arguments)`, a module-level function, was killed; False where it ended before its nth write."""
    child: ForkServerProcess = _SERVER.Process(target=_doomed, args=(nth, work, arguments))
    child.start()
    child.join(_PATIENCE)
    assert child.exitcode in (0, -signal.SIGKILL), f"the child ended with {child.exitcode}"
    return child.exitcode != 0


def _doomed(nth: int, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    fuse = _Fuse(nth)
    sys.addaudithook(fuse.audit)
    fuse.watch_statements()
    fuse.watch_copies()
    fuse.armed = True
    work(*arguments)
    os._exit(0)


def together(number: int, work: Callable[..., None], *arguments: Any) -> None:
    """Run the same work in several processes at once; all must end well."""
    children = [_SERVER.Process(target=work, args=arguments) for _ in range(number)]
    for child in children:
        child.start()
    for child in children:
        child.join(_PATIENCE)
    assert [child.exitcode for child in children] == [0] * number


def is_write(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audit event is about to change the disk."""
    if event == "open":
        return isinstance(arguments[2], int) and bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
    return event in _CHANGES


class _Fuse:
    def __init__(self, nth: int) -> None:
        self.left, self.armed = nth, False

    def write(self, *_: Any, **__: Any) -> None:
        if not self.armed:
            return
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self.write()

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.armed and is_write(event, arguments):
            self.write()

    def watch_statements(self) -> None:
        from sqlalchemy import Engine, event

        event.listen(Engine, "before_cursor_execute", self.statement)
        event.listen(Engine, "commit", self.write)

    def watch_copies(self) -> None:
        from muster import sql

        plain = sql.connect
        sql.connect = lambda: _Watched(plain(), self)  # type: ignore[assignment,return-value]


class _Watched:
    """A DuckDB connection whose `copy` can be cut off in the middle."""

    def __init__(self, connection: Any, fuse: _Fuse) -> None:
        self.connection, self.fuse = connection, fuse

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def execute(self, statement: str, *arguments: Any) -> Any:
        if not statement.lstrip().startswith("copy"):
            return self.connection.execute(statement, *arguments)
        self.fuse.write()
        result = self.connection.execute(statement, *arguments)
        if self.fuse.left == 1:
            path = Path(statement.rsplit(") to '", 1)[1].split("' (", 1)[0])
            self.fuse.armed = False
            os.truncate(path, path.stat().st_size // 2)
            self.fuse.armed = True
        self.fuse.write()
        return result

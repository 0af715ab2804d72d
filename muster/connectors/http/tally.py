"""The counts behind a budget: a SQLite file that all processes write, in turns of well under a millisecond.

call     who is calling or called lately: began, ended (null: in progress), and the process, to see whether it lives
spent    calls and bytes of each lane by the quarter of an hour, for the day's limits; every zone's midnight is one
told     what the vendor said last was used and allowed, and our own count at that moment
pause    until when a lane rests
clock    how many seconds the vendor's clock is ahead
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from muster.errors import MusterError

BUCKET = 900

_TABLES = """
create table if not exists call (
    id integer primary key, lane text not null, began real not null, ended real, process text not null
);
create table if not exists spent (
    bucket integer, lane text, unit text, amount integer not null, primary key (bucket, lane, unit)
) without rowid;
create table if not exists told (
    lane text, unit text, moment real not null, used integer not null, allowed integer, own integer not null,
    primary key (lane, unit)
) without rowid;
create table if not exists pause (lane text primary key, until real not null) without rowid;
create table if not exists clock (id integer primary key, off real not null);
"""


@dataclass(frozen=True)
class Told:
    """What the vendor said at `moment`: `used` of `allowed` (None: not said), when our own count was `own`."""

    moment: float
    used: int
    allowed: int | None
    own: int


class Tally:
    """The file of counts; safe between threads and processes, also forked ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._opened: tuple[int, sqlite3.Connection] | None = None

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Read and write alone; what is raised inside undoes what was written."""
        with self._lock:
            try:
                connection = self._connection()
                connection.execute("begin immediate")
                try:
                    yield Turn(connection)
                    connection.execute("commit")
                except BaseException:
                    connection.execute("rollback")
                    raise
            except sqlite3.Error as error:
                raise MusterError(f"{self._path} cannot be used ({error}); it only holds counts: delete it") from error

    def close(self) -> None:
        with self._lock:
            if self._opened:
                self._opened[1].close()
            self._opened = None

    def _connection(self) -> sqlite3.Connection:
        if not self._opened or self._opened[0] != os.getpid():  # a connection must not be carried through a fork
            self._opened = (os.getpid(), self._connect())
        return self._opened[1]

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=60, isolation_level=None, check_same_thread=False)
        with self._path.with_suffix(".lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)  # SQLite waits for no one while it turns to WAL
            connection.execute("pragma journal_mode = wal")
            connection.executescript(_TABLES)
        connection.execute("pragma synchronous = normal")  # whole after a crash; the last counts may be lost
        return connection


@dataclass(frozen=True)
class Turn:
    """One turn at the counts. Times are POSIX seconds; a lane of `""` means all lanes."""

    _db: sqlite3.Connection

    def begin(self, lane: str, now: float) -> int:
        """Note a call that begins; its number."""
        written = self._db.execute(
            "insert into call (lane, began, process) values (?, ?, ?)", (lane, now, this_process())
        )
        return int(written.lastrowid or 0)

    def end(self, number: int, now: float) -> None:
        self._db.execute("update call set ended = ? where id = ?", (now, number))

    def sweep(self, before: float, now: float) -> None:
        """Forget calls that no window sees any more, and those of a clock that was put back since."""
        self._db.execute("delete from call where ended is not null and (ended < ? or began > ?)", (before, now + 60))

    def free_at(self, calls: int, seconds: float, lane: str, now: float) -> float:
        """When a window has room for one more call.

        A call keeps its place until `seconds` after its answer, the last instant at which the server may have counted
        it (after `seconds` it has surely arrived): so no delay on the way can make the server see one too many.
        """
        row = self._db.execute(
            "select min(coalesce(ended, :now), began + :seconds) + :seconds as free from call"
            " where (:lane = '' or lane = :lane) order by free desc limit 1 offset :calls - 1",
            {"now": now, "seconds": seconds, "lane": lane, "calls": calls},
        ).fetchone()
        return float(row[0]) if row else now

    def in_progress(self, now: float) -> int:
        """How many calls are in progress; those of processes that are no more count as ended."""
        query = "select process, count(*) from call where ended is null group by process"
        open_calls = dict(self._db.execute(query).fetchall())
        for process in [each for each in open_calls if not is_alive(each)]:
            self._db.execute("update call set ended = ? where ended is null and process = ?", (now, process))
            del open_calls[process]
        return sum(open_calls.values())

    def add(self, amount: int, lane: str, unit: str, now: float) -> None:
        self._db.execute(
            "insert into spent values (?, ?, ?, ?) on conflict do update set amount = amount + excluded.amount",
            (int(now // BUCKET), lane, unit, amount),
        )

    def spent(self, lane: str, unit: str, since: float) -> int:
        query = "select coalesce(sum(amount), 0) from spent where bucket >= ? and unit = ? and (? = '' or lane = ?)"
        return int(self._db.execute(query, (int(since // BUCKET), unit, lane, lane)).fetchone()[0])

    def told(self, lane: str, unit: str) -> Told | None:
        query = "select moment, used, allowed, own from told where lane = ? and unit = ?"
        row = self._db.execute(query, (lane, unit)).fetchone()
        return Told(*row) if row else None

    def tell(self, lane: str, unit: str, told: Told) -> None:
        values = (lane, unit, told.moment, told.used, told.allowed, told.own)
        self._db.execute("insert or replace into told values (?, ?, ?, ?, ?, ?)", values)

    def off(self) -> float:
        row = self._db.execute("select off from clock").fetchone()
        return float(row[0]) if row else 0.0

    def set_off(self, seconds: float) -> None:
        self._db.execute("insert or replace into clock values (1, ?)", (seconds,))

    def rest(self, lane: str, until: float) -> None:
        self._db.execute(
            "insert into pause values (?, ?) on conflict do update set until = max(until, excluded.until)",
            (lane, until),
        )

    def rests_until(self, lane: str) -> float:
        query = "select coalesce(max(until), 0) from pause where lane in ('', ?)"
        return float(self._db.execute(query, (lane,)).fetchone()[0])


def this_process() -> str:
    """This process by its id and, as ids are used again, by when it began."""
    return _name_of(os.getpid())


@cache
def _name_of(number: int) -> str:
    return f"{number}:{_birth(number)}"


def is_alive(process: str) -> bool:
    number, _, birth = process.partition(":")
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _birth(int(number)) == birth


def _birth(number: int) -> str:
    """When a process began, in the system's ticks; blank where there is no /proc or the process is a zombie."""
    try:
        told = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if told[0] in "ZX" else told[19]

"""Which calls go wrong, and how: faults by name, rate, path and count, from a seed, changed at any time.

A fault is written `NAME[=NUMBER][@GLOB][:RATE][xCOUNT]`: `cut:0.02`, `slow=3:0.1`, `503@/bulk/*:0.1`, `drop@POST *x3`.
The glob is held against the path, or against method and path where it has a space. The rate is 1 where none is given.

Of every twin (what becomes of the connection is in `striking`):

drop      the connection closes before the call is heeded
lost      the call is carried out, and the connection closes without an answer
cut       … and the connection is reset in the middle of the answer
half      … and closes in good order in the middle of an answer whose Content-Length is that of the whole
garbage   … and its JSON answer is not JSON
slow=N    the call waits N real seconds (2) first
503, …    a gateway in front answers with that status and a page of HTML; the call is not carried out

A twin adds its vendor's own by `define`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from threading import Lock
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from muster.errors import MusterError

#: Answers instead of the twin's handler, or does something (lets tokens expire) and returns None: then it goes on.
Effect = Callable[[Request], Response | None]

CONNECTION = ("drop", "lost", "cut", "half", "garbage", "slow")
_WRITTEN = re.compile(
    r"(?P<name>[\w-]+?)(?:=(?P<number>\d+(?:\.\d+)?))?(?:@(?P<glob>[^:]+?))?(?::(?P<rate>[\d.]+))?(?:x(?P<count>\d+))?"
)
_STATUS = re.compile(r"[45]\d\d")


@dataclass
class Fault:
    """One fault as it was written; `struck` counts, `left` is how often it may still strike (None: always)."""

    spec: str
    name: str
    number: float | None
    glob: str
    rate: float
    left: int | None
    chance: Random = field(repr=False)
    struck: int = 0

    @classmethod
    def parse(cls, spec: str, seed: int = 0) -> Fault:
        """Raises MusterError where the text is not a fault."""
        found = _WRITTEN.fullmatch(spec.strip())
        rate = _rate(found["rate"]) if found else None
        if found is None or rate is None:
            raise MusterError(f"fault '{spec}' is not NAME[=NUMBER][@GLOB][:RATE][xCOUNT], such as 503@/bulk/*:0.1x5")
        number = float(found["number"]) if found["number"] else None
        left = int(found["count"]) if found["count"] else None
        return cls(spec, found["name"], number, found["glob"] or "*", rate, left, Random(f"{seed} {spec}"))  # noqa: S311

    def strikes(self, method: str, path: str) -> bool:
        """Throw the dice for one call; counts a strike."""
        place = f"{method} {path}" if " " in self.glob else path
        if self.left == 0 or not fnmatchcase(place, self.glob) or self.chance.random() >= self.rate:
            return False
        self.struck += 1
        if self.left is not None:
            self.left -= 1
        return True


class Faults:
    """The faults in force, and the names that a fault may have here."""

    def __init__(self, seed: int = 0) -> None:
        self._seed, self._lock = seed, Lock()
        self._effects: dict[str, Effect | None] = dict.fromkeys(CONNECTION)
        self._asked: set[str] = set()
        self._faults: list[Fault] = []

    def define(self, name: str, effect: Effect | None = None) -> None:
        """Give a vendor's fault a name. Without an effect it is the twin's own code that asks `strikes`."""
        self._effects[name] = effect
        if effect is None:
            self._asked.add(name)

    def set(self, specs: Iterable[str]) -> None:
        """Put these faults in force, and no others. Raises MusterError for one that is not valid."""
        faults = [Fault.parse(spec, self._seed) for spec in specs]
        for fault in faults:
            if fault.name not in self._effects and not _STATUS.fullmatch(fault.name):
                known = ", ".join([*sorted(self._effects), "4xx, 5xx"])
                raise MusterError(f"fault '{fault.spec}': there is no '{fault.name}' here; there are {known}")
        with self._lock:
            self._faults = faults

    def next(self, method: str, path: str) -> Fault | None:
        """The first fault that strikes this call from outside the twin's handler."""
        with self._lock:
            return next((f for f in self._faults if f.name not in self._asked and f.strikes(method, path)), None)

    def strikes(self, name: str, path: str = "", method: str = "") -> bool:
        """Whether a fault that the twin itself carries out strikes now; for a row in a call, ask once a row."""
        with self._lock:
            return any(fault.name == name and fault.strikes(method, path) for fault in self._faults)

    def effect(self, name: str) -> Effect | None:
        return self._effects.get(name)

    def told(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{"fault": fault.spec, "struck": fault.struck, "left": fault.left} for fault in self._faults]


def _rate(text: str | None) -> float | None:
    try:
        rate = float(text or 1)
    except ValueError:
        return None
    return rate if 0 <= rate <= 1 else None

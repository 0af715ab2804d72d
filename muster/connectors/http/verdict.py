"""What an answer means: a vendor's judge says it, the client acts on it.

Answers with status 5xx never reach a judge, nor do cut connections, half-sent bodies and timeouts; nor an answer that
calls itself JSON and is none. They are the same with every vendor, and the client tries again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from muster.connectors.http.answer import Answer


@dataclass(frozen=True)
class Good:
    """The answer to what was asked."""


@dataclass(frozen=True)
class Again:
    """Not now. `after` is how many seconds the vendor says to wait; without it the client waits longer each time.

    `everyone` says that the limit is the instance's, so that all calls of the lane, of every process, wait as long.
    `maybe_done` says that the vendor may have done what was asked all the same: then only calls that are safe to
    repeat are repeated.
    """

    reason: str
    after: float | None = None
    everyone: bool = False
    maybe_done: bool = False


@dataclass(frozen=True)
class Renew:
    """The token is not accepted: authorise anew and ask again; where that does not help, it is as Refused."""

    reason: str


@dataclass(frozen=True)
class Spent:
    """The day's quota of calls, or of another `unit` of the budget, is gone until `until`: the run ends, QuotaSpent."""

    reason: str
    until: datetime | None = None
    unit: str = "calls"


@dataclass(frozen=True)
class Refused:
    """No, and asking again is useless: what is wrong and how to mend it, in one sentence."""

    reason: str


Verdict = Good | Again | Renew | Spent | Refused

#: Says what a vendor's answer means.
Judge = Callable[[Answer], Verdict]

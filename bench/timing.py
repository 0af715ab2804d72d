"""One comparison: two ways to the same answer, run turn about, so that a busy machine troubles both alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any


class Disagreement(Exception):
    """The two sides of a comparison gave different answers, so that their times say nothing."""


@dataclass(frozen=True)
class Timed:
    """One round of one side: its seconds without preparation, its answer, and seconds of parts of it."""

    seconds: float
    answer: Mapping[str, int]
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """All rounds of one side."""

    what: str
    rounds: tuple[Timed, ...]

    @property
    def seconds(self) -> float:
        return median(item.seconds for item in self.rounds)

    @property
    def parts(self) -> dict[str, float]:
        """Medians, in the order in which they were told."""
        return {name: median(item.parts[name] for item in self.rounds) for name in self.rounds[0].parts}


@dataclass(frozen=True)
class Comparison:
    """A line of the table. `aim` is the greatest ratio aimed at, None where the ratio is only told."""

    job: str
    ours: Side
    peer: Side
    aim: float | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours.seconds / self.peer.seconds

    @property
    def met(self) -> bool | None:
        return None if self.aim is None else self.ratio <= self.aim

    def described(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        return {
            "job": self.job,
            "ours": _side(self.ours),
            "peer": _side(self.peer),
            "ratio": round(self.ratio, 3),
            "aim": self.aim,
            "met": self.met,
            "told": dict(self.told),
        }


def turn_about(
    ours: Callable[[int], Timed], peer: Callable[[int], Timed], rounds: int
) -> tuple[tuple[Timed, ...], tuple[Timed, ...]]:
    """Run both sides `rounds` times, A B A B; each is given the number of the round, from 0.

    Raises Disagreement where two answers differ.
    """
    pairs = [(ours(number), peer(number)) for number in range(rounds)]
    for one, other in pairs:
        agree(one.answer, other.answer)
    return tuple(one for one, _ in pairs), tuple(other for _, other in pairs)


def agree(ours: Mapping[str, int], peer: Mapping[str, int]) -> None:
    wrong = [name for name in {**ours, **peer} if ours.get(name) != peer.get(name)]
    if wrong:
        told = ", ".join(f"{name}: {ours.get(name)} and {peer.get(name)}" for name in wrong[:5])
        raise Disagreement(f"{len(wrong)} answers differ: {told}")


def _side(side: Side) -> dict[str, Any]:
    return {
        "what": side.what,
        "seconds": round(side.seconds, 4),
        "rounds": [round(item.seconds, 4) for item in side.rounds],
        "parts": {name: round(seconds, 4) for name, seconds in side.parts.items()},
        "answer": sum(side.rounds[-1].answer.values()),
    }

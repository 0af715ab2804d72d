"""A rule looked at before it is saved: how many, who roughly, and how it would be evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pyroaring import BitMap

from muster.audiences.fields import Slice, attributes_of, breakdown, path_of
from muster.audiences.trial import Trial, Trials
from muster.pql import typed
from muster.pql.wording import Wording

#: Audiences beyond these shares of everybody are seldom meant.
NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Part:
    """A condition of the outermost `and`: how many meet it alone, and how many would be in without it."""

    text: str
    alone: int
    without: int


@dataclass(frozen=True)
class Preview:
    """What is told of a rule. `examples` are ids and, where asked for, attributes by XDM path."""

    rule: str
    of: str
    size: int
    population: int
    method: str
    reason: str
    parts: tuple[Part, ...]
    by: str | None
    breakdown: tuple[Slice, ...]
    examples: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    snapshot: str
    instant: datetime

    @property
    def share(self) -> float:
        return self.size / self.population if self.population else 0.0

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "share": round(self.share, 6)}


def preview(
    trials: Trials,
    rule: str,
    of: str,
    *,
    by: str | None = None,
    limit: int = 10,
    show: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Preview:
    """Try a rule. `by` is the XDM path that the members are broken down by, `show` those told of the examples.

    `warnings` are those that others have of the rule, such as a guardrail's; ours come behind them.

    Raises RuleError where the rule or a path cannot be used.
    """
    schema = trials.snapshot.schema
    path = path_of(schema, of, by) if by else None
    shown = [path_of(schema, of, text) for text in show]
    trial = trials.rule(rule, of)
    size, population = len(trial.members), trials.population(of)
    parts = _parts(trials, trial)
    return Preview(
        rule=rule.strip(),
        of=of,
        size=size,
        population=population,
        method=trial.rule.method,
        reason=trial.rule.reason,
        parts=parts,
        by=by,
        breakdown=tuple(breakdown(trials, of, path, trial.members, limit) if path else ()),
        examples=tuple(attributes_of(trials, of, shown, trial.members[:limit])),
        warnings=(*warnings, *_warnings(size, population, parts)),
        snapshot=trials.snapshot.version,
        instant=trials.now,
    )


def _parts(trials: Trials, trial: Trial) -> tuple[Part, ...]:
    """Where people drop out; nothing for a rule that is one condition."""
    bound, condition = trial.bound, trial.bound.condition
    if not isinstance(condition, typed.All) or len(condition.conditions) < 2:
        return ()
    words = Wording(bound.schema, written=bound.written)
    meeting = [trials.meeting(bound, part) for part in condition.conditions]
    return tuple(
        Part(words.condition(part, bound.root), len(meeting[number]), len(_all_but(meeting, number)))
        for number, part in enumerate(condition.conditions)
    )


def _all_but(meeting: Sequence[BitMap], left_out: int) -> BitMap:
    return BitMap.intersection(*(item for number, item in enumerate(meeting) if number != left_out))


def _warnings(size: int, population: int, parts: Sequence[Part]) -> list[str]:
    if population and size == 0:
        empty = [part.text for part in parts if part.alone == 0]
        told = f"; nobody meets {empty[0]}" if empty else "; each condition is met by somebody, all together by nobody"
        return [f"nobody is in{told if parts else ''}"]
    if population and size > NEARLY_ALL * population:
        return ["nearly everybody is in"]
    return [f"{part.text} keeps nobody out" for part in parts if part.without == size]

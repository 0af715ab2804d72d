"""A single comparison the other way round: in words, and as a value that the attribute might have instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeGuard

from muster.pql import typed
from muster.pql.wording import Wording

NEGATED = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
BOUNDS = {">": "above {}", ">=": "{} or more", "<": "below {}", "<=": "{} or less", "=": "{}", "!=": "anything but {}"}
WORDS = Wording()
#: Days from now that are tried where a time has to move.
DAYS = (0, -1, 1, -2, -5, 5, -10, -20, 20, -45, 45, -75, -120, 120, -200, -300, 300, -400, 400, -800, 800, -2000)


@dataclass(frozen=True)
class Proposal:
    """`subject` should be `target`; `samples` are values to try, `gap` from 0 to 1 how far off it is."""

    subject: typed.Attribute
    target: str
    samples: tuple[Any, ...]
    gap: float = 0.5


def proposal(condition: typed.Condition, current: Any, want: bool, now: datetime) -> Proposal | None:
    """What would make a condition on one attribute hold, or not hold; None for conditions of other kinds.

    `current` is the attribute's value now.
    """
    match condition:
        case typed.Not(inner):
            return proposal(inner, current, not want, now)
        case typed.Compare(operator, typed.Constant() as bound, typed.Attribute() as subject):
            return _compared(subject, MIRRORED[operator], bound, current, want)
        case typed.Compare(operator, typed.Attribute() as subject, typed.Constant() as bound):
            return _compared(subject, operator, bound, current, want)
        case typed.IsTrue(typed.Attribute() as subject):
            return Proposal(subject, str(want).lower(), (want,))
        case typed.IsNull(typed.Attribute() as subject):
            return (
                Proposal(subject, "empty", (None,)) if want else Proposal(subject, "filled", _any_value(subject, now))
            )
        case typed.StringTest(kind, typed.Attribute() as subject, typed.Constant(text), _, negated):
            told = {"equals": "", "startsWith": "text that starts with ", "endsWith": "text that ends with "}
            is_wanted = want != negated
            target = f"{told.get(kind, 'text that contains ')}{WORDS.value(typed.Constant(text, 'string'))}"
            return Proposal(subject, target if is_wanted else f"not {target}", (text,) if is_wanted else ("–",))
        case typed.InList(typed.Attribute() as subject, items, negated):
            listed = ", ".join(map(WORDS.value, items))
            if want != negated:
                target = listed if len(items) == 1 else f"one of {listed}"
                return Proposal(subject, target, tuple(item.value for item in items))
            return Proposal(subject, f"none of {listed}", _another(subject))
        case typed.InArray(typed.Constant(item) as constant, typed.Attribute() as subject, negated):
            there = list(current or ())
            if want != negated:
                return Proposal(subject, f"with {WORDS.value(constant)} among them", ([*there, item],))
            return Proposal(subject, f"without {WORDS.value(constant)}", ([other for other in there if other != item],))
        case typed.Like(typed.Attribute() as subject, _) | typed.Matches(typed.Attribute() as subject, _):
            target = WORDS.condition(condition, subject.var).removeprefix(subject.field.path).strip()
            return Proposal(subject, f"text that is {target}" if want else f"text that is not {target}", ("–",))
        case typed.CompareTime(_, typed.Attribute() as subject, other) if not typed.attributes(other):
            return _timed(subject, condition, want, now)
        case typed.Distance(typed.Attribute() as subject, _, _, _, _, anchor) if not typed.attributes(anchor):
            return _timed(subject, condition, want, now)
        case typed.Within(typed.Attribute() as subject, low, high) if not typed.attributes((low, high)):
            return _timed(subject, condition, want, now)
    return None


def gap(value: Any, bound: float) -> float:
    """How far a number is from a bound, from 0 to 1."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 1.0
    return min(1.0, abs(float(bound) - value) / max(abs(float(bound)), abs(value), 1.0))


def bounded(operator: str, bound: str) -> str:
    """`above 80`, `80 or more`, …"""
    return BOUNDS[operator].format(bound)


def shown(value: Any) -> str:
    """A value as a reader is told it."""
    if value is None:
        return "(unknown)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _compared(subject: typed.Attribute, operator: str, bound: typed.Constant, current: Any, want: bool) -> Proposal:
    operator = operator if want else NEGATED[operator]
    target = bounded(operator, shown(bound.value) if bound.type == "number" else WORDS.value(bound))
    if isinstance(bound.value, bool):
        flipped = bound.value == (operator == "=")
        return Proposal(subject, str(flipped).lower(), (flipped,))
    if isinstance(bound.value, str):
        if operator in ("=", ">=", "<="):
            return Proposal(subject, target, (bound.value,))
        return Proposal(subject, target, (*_another(subject), f"{bound.value}~", ""))
    beyond = {">": 1, "<": -1, "!=": 1}.get(operator, 0)
    return Proposal(subject, target, (bound.value + beyond,), gap(current, bound.value))


def _timed(subject: typed.Attribute, condition: typed.Condition, want: bool, now: datetime) -> Proposal:
    told = WORDS.condition(condition, subject.var)
    target = told.split(f"{subject.field.path} ", 1)[-1]
    fixed = [datetime.fromisoformat(str(item.value)) for item in typed.walk(condition) if _is_moment(item)]
    near = [moment + timedelta(days=days) for moment in fixed for days in (0, -1, 1)]
    moments = (*near, *(now.replace(tzinfo=None) + timedelta(days=days) for days in DAYS))
    samples = tuple(item.date() for item in moments) if subject.type == "date" else moments
    return Proposal(subject, target if want else f"not ({target})", samples, 0.7)


def _is_moment(node: object) -> TypeGuard[typed.Constant]:
    return isinstance(node, typed.Constant) and node.type in ("date", "timestamp")


def _another(subject: typed.Attribute) -> tuple[Any, ...]:
    return ("–",) if subject.type == "string" else (-1, 0, 987654321)


def _any_value(subject: typed.Attribute, now: datetime) -> tuple[Any, ...]:
    moment = now.replace(tzinfo=None)
    values: dict[str, Iterator[Any] | tuple[Any, ...]] = {
        "string": ("–",), "number": (1,), "boolean": (True,), "date": (moment.date(),), "timestamp": (moment,),
    }  # fmt: skip
    return tuple(values.get(subject.type, (["–"],)))

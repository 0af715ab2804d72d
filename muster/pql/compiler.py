"""A rule as one query: the way through parser, binder and renderer, and what the query needs.

A rule about people that stays with the person, their identities, components and events may be evaluated on
arriving events; every other rule is evaluated in batches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlglot import exp

from muster.errors import RuleError
from muster.pql import typed
from muster.pql.binder import Binder
from muster.pql.parser import parse
from muster.pql.paths import did_you_mean
from muster.pql.sql import Renderer
from muster.schema import ENTITIES, Schema

#: What belongs to a person's own profile, besides events.
PROFILE = {"person", "person_component", "person_identity"}


@dataclass(frozen=True)
class CompiledRule:
    """A compiled rule.

    `query` selects the key of every entity for which the rule holds, one row each; `sql` is its text in the dialect
    asked for. `conjuncts` are such texts for each condition of the outermost `and`: who is in all of them is in `sql`,
    and the same condition in another rule is the same text. `fields` are (class, XDM path, column) of all attributes
    read, `relations` are `class.relation`, `segments` the audiences referred to and `segment_uses` the class each is
    asked about. `reason` says in one line why the evaluation method is what it is.
    """

    query: exp.Select
    sql: str
    conjuncts: tuple[str, ...]
    fields: tuple[tuple[str, str, str], ...]
    relations: tuple[str, ...]
    segments: tuple[str, ...]
    segment_uses: tuple[tuple[str, str], ...]
    method: Literal["batch", "streaming-eligible"]
    reason: str


def compile_rule(
    text: str,
    of: str,
    schema: Schema,
    now: datetime,
    *,
    segment_table: Callable[[str], str] | None = None,
    currency: str = "USD",
    dialect: str = "duckdb",
) -> CompiledRule:
    """Compile a rule about `people`, `accounts` or a class by its own name, as of `now` (naive means UTC).

    `segment_table` names the relation that holds the members of an audience in a column `_ord`; without it
    `inSegment` is refused. Raises `RuleError` for the first mistake.
    """
    binder, condition = _bound(text, of, schema)
    if binder.problems:
        raise binder.problems[0]
    scope = binder.scope
    moment = now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now

    def rendered(part: typed.Condition) -> tuple[exp.Select, str]:
        """With a renderer of its own, whose aliases owe nothing to other conditions."""
        renderer = Renderer(schema, moment, currency, segment_table or _no_audiences)
        return _rendered(renderer, scope.root, part, dialect)

    query, sql = rendered(condition)
    parts = condition.conditions if isinstance(condition, typed.All) else ()
    entities = sorted(_entities(schema, binder))
    method, reason = _method(scope.root.class_name, entities)
    return CompiledRule(
        query=query,
        sql=sql,
        conjuncts=tuple(rendered(part)[1] for part in parts) if len(parts) > 1 else (sql,),
        fields=tuple(scope.fields),
        relations=tuple(scope.relations),
        segments=tuple(dict.fromkeys(name for name, _ in scope.segments)),
        segment_uses=tuple(scope.segments),
        method=method,
        reason=reason,
    )


def check_rule(text: str, of: str, schema: Schema) -> list[RuleError]:
    """All mistakes that can be found in a rule, in the order of the text."""
    try:
        return _bound(text, of, schema)[0].problems
    except RuleError as error:
        return [error]


def _bound(text: str, of: str, schema: Schema) -> tuple[Binder, typed.Condition]:
    if ENTITIES.get(of, of) not in schema.classes:
        raise RuleError(f"there is nothing called {of!r} to make an audience of", expected=did_you_mean([*ENTITIES]))
    binder = Binder(schema, of)
    node = parse(text)
    try:
        condition = binder.condition(node)
    except RecursionError:
        raise _too_deep() from None
    binder.problems.sort(key=lambda problem: (problem.line, problem.column))
    return binder, condition


def _rendered(renderer: Renderer, root: typed.Var, condition: typed.Condition, dialect: str) -> tuple[exp.Select, str]:
    try:
        query = renderer.members(root, condition)
        return query, query.sql(dialect=dialect)
    except RecursionError:
        raise _too_deep() from None


def _no_audiences(name: str) -> str:
    raise RuleError(f"the audience {name!r} cannot be asked here", expected="leave inSegment out")


def _too_deep() -> RuleError:
    return RuleError("the rule is nested too deeply", expected="split it into several audiences")


def _entities(schema: Schema, binder: Binder) -> set[str]:
    """The classes walked to that are no part of a person's own profile."""
    walked = {edge.target for edge in binder.scope.relations.values()}
    return {name for name in walked if name not in PROFILE and not schema.classes[name].time_path}


def _method(root: str, entities: list[str]) -> tuple[Literal["batch", "streaming-eligible"], str]:
    if root != "person":
        return "batch", f"audiences of {root} rows are evaluated in batches"
    if entities:
        return "batch", f"the rule walks to {', '.join(entities)}"
    return "streaming-eligible", "the rule uses only the person and their events"

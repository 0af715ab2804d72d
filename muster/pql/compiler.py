"""A rule as one query: the way through parser, binder and renderer, and what the query needs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from sqlglot import exp

from muster.errors import RuleError
from muster.pql import tree, typed
from muster.pql.binder import Binder
from muster.pql.method import Method, derive
from muster.pql.parser import parse
from muster.pql.paths import did_you_mean
from muster.pql.sql import Renderer
from muster.schema import ENTITIES, Schema


@dataclass(frozen=True)
class CompiledRule:
    """A compiled rule.

    `query` selects the key of every entity for which the rule holds, one row each; `sql` is its text in the dialect
    asked for; both are made when they are asked for. `condition` is the typed tree about the row `root`, whose class
    lies in `table`; `select` gives such a query for any part of it, the same for the same condition in another rule.
    `fields` are (class, XDM path, column) of all attributes
    read, `relations` are `class.relation`, `segments` the audiences referred to and `segment_uses` the class each is
    asked about. `reason` says in one line why the evaluation method is what it is.
    """

    root: typed.Var
    table: str
    condition: typed.Condition
    select: Callable[[typed.Condition], exp.Select]
    dialect: str
    fields: tuple[tuple[str, str, str], ...]
    relations: tuple[str, ...]
    segments: tuple[str, ...]
    segment_uses: tuple[tuple[str, str], ...]
    method: Method
    reason: str

    @cached_property
    def query(self) -> exp.Select:
        try:
            return self.select(self.condition)
        except RecursionError:
            raise _too_deep() from None

    @cached_property
    def sql(self) -> str:
        try:
            return self.query.sql(dialect=self.dialect)
        except RecursionError:
            raise _too_deep() from None


def compile_rule(
    text: str,
    of: str,
    schema: Schema,
    now: datetime,
    *,
    segment_table: Callable[[str], str] | None = None,
    currency: str = "USD",
    dialect: str = "duckdb",
    external: Collection[str] = (),
) -> CompiledRule:
    """Compile a rule about `people`, `accounts` or a class by its own name, as of `now` (naive means UTC).

    `segment_table` names the relation that holds the members of an audience in a column `_ord`; without it
    `inSegment` is refused. `external` are the audiences that come from files: a rule about one is batch.

    Raises `RuleError` for the first mistake.
    """
    binder, condition = _bound(text, of, schema)
    if binder.problems:
        raise binder.problems[0]
    scope = binder.scope
    for name, _ in () if segment_table else scope.segments:
        _no_audiences(name)
    moment = now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now

    def select(part: typed.Condition) -> exp.Select:
        """With a renderer of its own, whose aliases owe nothing to other conditions."""
        renderer = Renderer(scope.schema, moment, currency, segment_table or _no_audiences)
        return renderer.members(scope.root, part)

    walked = {edge.target for edge in scope.relations.values()} | scope.instances
    verdict = derive(scope.root, condition, walked, scope.schema, external)
    return CompiledRule(
        root=scope.root,
        table=schema.classes[scope.root.class_name].table,
        condition=condition,
        select=select,
        dialect=dialect,
        fields=tuple(scope.fields),
        relations=tuple(scope.relations),
        segments=tuple(dict.fromkeys(name for name, _ in scope.segments)),
        segment_uses=tuple(scope.segments),
        method=verdict.method,
        reason=verdict.reason,
    )


@dataclass(frozen=True)
class BoundRule:
    """A rule as its typed tree: a condition on the row `root`, to be rendered with `schema`.

    `written` is what its conditions were in the text.
    """

    root: typed.Var
    condition: typed.Condition
    schema: Schema
    written: Mapping[typed.Condition, tree.Node]


def bind_rule(text: str, of: str, schema: Schema) -> BoundRule:
    """Bind a rule without compiling it. Raises `RuleError` for the first mistake."""
    binder, condition = _bound(text, of, schema)
    if binder.problems:
        raise binder.problems[0]
    return BoundRule(binder.scope.root, condition, binder.scope.schema, binder.written)


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


def _no_audiences(name: str) -> str:
    raise RuleError(f"the audience {name!r} cannot be asked here", expected="leave inSegment out")


def _too_deep() -> RuleError:
    return RuleError("the rule is nested too deeply", expected="split it into several audiences")

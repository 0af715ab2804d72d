"""The sources of the typed tree as queries: one row an item, joined to the row that the array belongs to by its link.

Items travel as columns. So do rows that are reached once; other rows travel as keys and are joined again where they
are used. Relational throughout: unnest, distinct, row_number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from muster.pql import typed
from muster.pql.shapes import Shape
from muster.pql.sql.frame import Frame, column, named
from muster.pql.sql.reach import keys_of, may_repeat
from muster.pql.sql.text import literal
from muster.pql.typed_arrays import Instances, Literals, Mapped, Members, Source, Top, Unnested
from muster.schema import Schema

if TYPE_CHECKING:
    from muster.pql.sql.render import Renderer

#: Columns beside those of rows, which begin otherwise.
ITEM, PLACE, BEFORE, HELD, BY = "item_1", "_place", "_before", "_held", "_by"


def link_name(index: int) -> str:
    """What the columns of a source are called that link it to its root."""
    return "_link" if index == 0 else f"_link_{index + 1}"


def links(steps: Sequence[typed.Step]) -> tuple[tuple[str, str], ...]:
    """Pairs of columns, of the first step and of its root, that are equal; none where the root does not matter."""
    first = steps[0].edge
    match first:
        case Instances() | Literals():
            return ()
        case Unnested(inner) | Mapped(inner) | Top(inner):
            return tuple((link_name(index), to) for index, (_, to) in enumerate(links(inner)))
        case Members(inner):
            names = [link_name(index) for index in range(len(links(inner)) + 1)]
            return tuple(zip(names, [*names[:-1], ITEM], strict=True))
        case Source():
            raise TypeError(f"an unknown source: {first!r}")
    return ((first.to_column, first.from_column),)


@dataclass(frozen=True)
class Inner:
    """The rows that a source is made of: their frame, the columns that link them, and what tells them apart."""

    frame: Frame
    links: list[exp.Alias]
    keys: list[exp.Column]
    repeats: bool

    @classmethod
    def of(cls, renderer: Renderer, steps: tuple[typed.Step, ...]) -> Inner:
        frame, link = renderer.over(steps)
        repeats = may_repeat(renderer.schema, steps)
        keys = [key.copy() for item in keys_of(renderer.schema, steps) for key in renderer.keys(item)]
        return cls(frame, [named(part, link_name(index)) for index, part in enumerate(link)], keys, repeats)

    def once(self, *columns: exp.Expr) -> exp.Select:
        """Each row once, with these columns."""
        if not self.repeats:
            return self.frame.select(*self.links, *columns)
        told = [named(key, f"key_{index}") for index, key in enumerate(self.keys, 1)]
        return self.frame.select(*self.links, *told, *columns).distinct(copy=False)


def source_query(renderer: Renderer, source: Source) -> exp.Select:
    """The items of a source over all roots: columns `_link`, …, `item_1`, …, and `_place` where they have an order."""
    match source:
        case Literals(items):
            written = exp.Array(expressions=[literal(each.value, each.type) for each in items])
            held = named(written if items else exp.cast(written, "array<text>"), HELD)
            return _unnest(renderer, exp.Select(expressions=[held]), [])
        case Unnested(steps, array, beside):
            inner = Inner.of(renderer, steps)
            columns = [named(renderer.value(array), HELD)]
            if beside:
                columns.append(named(renderer.value(beside), "map"))
            return _unnest(renderer, inner.once(*columns), [part.alias for part in [*inner.links, *columns[1:]]])
        case Mapped(steps, values, flags, distinct):
            return _mapped(renderer, Inner.of(renderer, steps), steps, values, flags, distinct=distinct)
        case Top():
            return _top(renderer, source)
        case Members(steps, by):
            inner = Inner.of(renderer, steps)
            key = named(renderer.value(by), link_name(len(inner.links)))
            item = steps[-1].item
            return inner.once(key, *_carried(renderer, source, item), named(renderer.place(item), PLACE))
    raise TypeError(f"an unknown source: {source!r}")


def enter(renderer: Renderer, frame: Frame, source: Source, item: typed.Var, before: typed.Step | None) -> str:
    """Join a source to a frame, unless the frame starts with it; gives the alias of the items themselves."""
    if isinstance(source, Instances):
        return frame.alias if before is None else frame.beside(item.class_name)
    alias = frame.alias
    if before is None:
        renderer.places[item] = column(alias, PLACE)
    else:
        step = typed.Step(source, item)
        query = source_query(renderer, source)
        alias = renderer.aliases.new("items")
        names = [name for name, _ in links((step,))]
        frame.attach(query, alias, dict(zip(names, renderer.roots(before.item, (step,)), strict=True)), "INNER")
    owner = renderer.schema.classes[item.class_name]
    if isinstance(owner, Shape):
        if required := owner.required:
            unknown = exp.Is(this=column(alias, required.column), expression=exp.null())
            frame.conditions.append(exp.not_(unknown, copy=False))
        return alias
    return alias if carries_rows(renderer.schema, source) else frame.row(item.class_name, column(alias, ITEM))


def array_size(array: exp.Expr, *, is_map: bool) -> exp.Expr:
    """How many items an array has, how many entries a map; none where it is null."""
    known = exp.not_(exp.Is(this=array, expression=exp.null()), copy=False)
    items = exp.MapKeys(this=array.copy()) if is_map else exp.ArrayCompact(this=array.copy())
    return exp.case().when(known, exp.ArraySize(this=items), copy=False).else_(exp.Literal.number(0), copy=False)


def _unnest(renderer: Renderer, held: exp.Select, kept: list[str]) -> exp.Select:
    """One row an item of `held`; where it stands is its place."""
    inside, outside = renderer.aliases.new("held"), renderer.aliases.new("unnested")
    array = column(inside, HELD)
    columns = [named(column(inside, name), name) for name in (*kept, HELD)]
    unnested = exp.Select(expressions=[*columns, named(exp.Explode(this=array), ITEM)]).from_(_sub(held, inside))
    place = exp.ArrayPosition(this=column(outside, HELD), expression=column(outside, ITEM))
    told = [named(column(outside, name), name) for name in (*kept, ITEM)]
    return exp.Select(expressions=[*told, named(place, PLACE)]).from_(_sub(unnested, outside))


def _mapped(
    renderer: Renderer,
    inner: Inner,
    steps: tuple[typed.Step, ...],
    values: tuple[typed.Value, ...],
    flags: tuple[typed.Value, ...],
    *,
    distinct: bool,
) -> exp.Select:
    columns = [named(renderer.value(value), f"item_{index}") for index, value in enumerate(values, 1)]
    counts = [named(renderer.value(flag), f"counts_{index}") for index, flag in enumerate(flags, 1)]
    if not distinct:
        return inner.once(*columns, *counts, named(renderer.place(steps[-1].item), PLACE))
    place = [named(columns[0].this.copy(), PLACE)]
    if not counts:
        return inner.frame.select(*inner.links, *columns, *place).distinct(copy=False)
    one = [named(exp.LogicalOr(this=flag.this), flag.alias) for flag in counts]
    grouped = [part.this.copy() for part in [*inner.links, *columns]]
    return inner.frame.select(*inner.links, *columns, *one, *place).group_by(*grouped, copy=False)


def _top(renderer: Renderer, top: Top) -> exp.Select:
    inner = Inner.of(renderer, top.steps)
    item = top.steps[-1].item
    carried = _carried(renderer, top, item)
    by, before = renderer.value(top.by), renderer.place(item)
    told = [named(by, BY), *([named(before, BEFORE)] if before != by else [])]
    rows = inner.once(*carried, *told)
    keys = [renderer.keys(item)[0].name] if carries_rows(renderer.schema, top) else [part.alias for part in carried]
    linked = [part.alias for part in inner.links]
    alias, outer = renderer.aliases.new("ranked"), renderer.aliases.new("top")
    order = [exp.Ordered(this=column(alias, BY), desc=top.descending, nulls_first=False)]
    order += [
        exp.Ordered(this=column(alias, name), nulls_first=False) for name in (*(part.alias for part in told[1:]), *keys)
    ]
    rank = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(alias, name) for name in linked],
        order=exp.Order(expressions=order),
    )
    query = exp.Select(expressions=[_all_of(alias), named(rank, PLACE)]).from_(_sub(rows, alias), copy=False)
    if top.amount == 1 and linked and _is_simple(top.steps, top.by):
        best = renderer.aliases.new("best")
        first = _best(renderer, top.steps, top.by, descending=top.descending)
        query = query.join(_sub(first, best), on=_same(alias, best, linked), copy=False)
    query = exp.Select(expressions=[_all_of(outer)]).from_(_sub(query, outer), copy=False)
    return query.where(exp.LTE(this=column(outer, PLACE), expression=exp.Literal.number(top.amount)), copy=False)


def _is_simple(steps: tuple[typed.Step, ...], by: typed.Value) -> bool:
    """Whether rows are cheap to read twice: those of relations that depend on nothing around."""
    if typed.free_variables((steps, by)):
        return False
    return not any(isinstance(item, Source | typed.Aggregate) for item in typed.walk((steps, by)))


def _best(renderer: Renderer, steps: tuple[typed.Step, ...], by: typed.Value, *, descending: bool) -> exp.Select:
    """The first value of each root: to rank only the rows that have it is many times faster than to rank them all."""
    inner = Inner.of(renderer, steps)
    measure = (exp.Max if descending else exp.Min)(this=renderer.value(by))
    query = inner.frame.select(*inner.links, named(measure, BY))
    return query.group_by(*(part.this.copy() for part in inner.links), copy=False)


def _same(left: str, right: str, linked: list[str]) -> exp.Expr:
    pairs = [column(left, name).eq(column(right, name)) for name in linked]
    return exp.and_(*pairs, exp.NullSafeEQ(this=column(left, BY), expression=column(right, BY)), copy=False)


def carries_rows(schema: Schema, source: Source) -> bool:
    """Whether a source has all columns of its rows; else it has their keys."""
    if not isinstance(source, Top | Members) or any(isinstance(step.edge, Source) for step in source.steps):
        return False
    owner = schema.classes[source.steps[-1].item.class_name]
    return not isinstance(owner, Shape) and not may_repeat(schema, source.steps)


def _carried(renderer: Renderer, source: Source, item: typed.Var) -> list[exp.Expr]:
    """An item as columns: a row, its key where it may come again, all that belongs to another shape."""
    if carries_rows(renderer.schema, source):
        return [_all_of(renderer.keys(item)[0].table)]
    keys = renderer.keys(item)
    is_row = not isinstance(renderer.schema.classes[item.class_name], Shape)
    return [named(key, ITEM if is_row else key.name) for key in keys]


def _all_of(alias: str) -> exp.Column:
    return exp.Column(this=exp.Star(), table=exp.to_identifier(alias, quoted=True))


def _sub(query: exp.Select, alias: str) -> exp.Subquery:
    return query.subquery(exp.to_identifier(alias, quoted=True), copy=False)

"""Binding of quantifiers, and of aggregates written before their rows.

`exists V from A where C, W from B where D` declares V, then W for each V. The rows of a later variable may start
from any earlier one, from the entity, or from the row of the filter around.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from muster.pql import functions, tree, typed
from muster.pql.bound import Bound, mistake

if TYPE_CHECKING:
    from muster.pql.binder import Binder


def quantified(binder: Binder, node: tree.Quantified) -> Bound:
    """`exists` and `some`, `forall` and `all`, `none`, `one`, and `select`, which gives rows.

    Further variables are conditions on the rows of the first: `one V …, W …` is exactly one V that has a W.
    """
    with binder.scope.declared():
        match node.kind:
            case "select":
                return _joined(binder, node.declarations)[0]
            case "forall" | "all":
                return _all(binder, node.declarations)
            case "none":
                return typed.Not(typed.Exists(_some(binder, node.declarations)))
            case "one":
                counted = typed.Aggregate("count", _some(binder, node.declarations), None)
                return typed.Compare("=", counted, typed.Constant(1, "number"))
        return typed.Exists(_some(binder, node.declarations))


def prefix_aggregate(binder: Binder, node: tree.PrefixAggregate) -> typed.Aggregate:
    """`sum X.f over X from A where C`: over the rows of the last variable."""
    with binder.scope.declared():
        rows, others = _joined(binder, node.declarations)
        result = functions.aggregate(binder, node.function, rows, node.value)
    if typed.free_variables(result.value) & others:
        raise mistake(node.value, "the value speaks of a row that the last variable does not start from")
    return result


def _declare(binder: Binder, declaration: tree.Declaration) -> tuple[typed.Collection, tuple[typed.Condition, ...]]:
    """The rows of a variable, and what is asked of them."""
    rows = binder.collection(declaration.source)
    binder.scope.declare(declaration.name, rows.item)
    return rows, (binder.condition(declaration.where),) if declaration.where else ()


def _some(binder: Binder, declarations: Sequence[tree.Declaration]) -> typed.Collection:
    """The rows of the first variable for which there are rows of all others."""
    rows, conditions = _declare(binder, declarations[0])
    if declarations[1:]:
        conditions += (typed.Exists(_some(binder, declarations[1:])),)
    return rows.where(*conditions)


def _all(binder: Binder, declarations: Sequence[tree.Declaration]) -> typed.Condition:
    rows, conditions = _declare(binder, declarations[0])
    if declarations[1:]:
        conditions += (_all(binder, declarations[1:]),)
    return typed.Not(typed.Exists(rows.where(typed.Not(typed.All(conditions)))))


def _joined(binder: Binder, declarations: Sequence[tree.Declaration]) -> tuple[typed.Collection, set[typed.Var]]:
    """The rows of the last variable, reached over those that it starts from; and the variables beside that way.

    Where there are such others, all conditions together ask whether there is a row for each of them.
    """
    declared = [_declare(binder, declaration) for declaration in declarations]
    by_item = {rows.item: rows for rows, _ in declared}
    way = [declared[-1][0]]
    while way[0].root in by_item:
        way.insert(0, by_item[way[0].root])
    others = [rows for rows, _ in declared if rows not in way]
    if not others:
        steps = tuple(step for rows, conditions in declared for step in rows.where(*conditions).steps)
        return typed.Collection(way[0].root, steps), set()
    together: typed.Condition = typed.All(tuple(condition for _, conditions in declared for condition in conditions))
    for rows in reversed(others):
        together = typed.Exists(rows.where(together))
    joined = typed.Collection(way[0].root, tuple(step for rows in way for step in rows.steps))
    return joined.where(together), {rows.item for rows in others}

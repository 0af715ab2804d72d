"""Reading a compiled query as a leaf.

`exists` over related rows, and a count of them, are read off those rows alone: each carries the ordinal of whom it
belongs to. That spares the join with everyone, and lets queries that differ in a constant be one. A query of any other
form is a leaf of the rows it selects itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from muster.audiences.planning.constants import constant
from muster.audiences.planning.leaf import Constants, Count, Leaf, Test, written

THRESHOLDS = (exp.GT, exp.GTE, exp.LT, exp.LTE)
COMPARISONS = (exp.EQ, exp.NEQ, *THRESHOLDS)


def leaf(query: exp.Select) -> Leaf:
    """The leaf that a query for the ordinals of an entity is; the query itself is used up."""
    root: exp.Table = query.args["from_"].this
    who: exp.Column = query.expressions[0]
    if not _is_plain(query):
        return _whole(root, who, query)
    tests = list(_conjuncts(query.args.get("where")))
    read = None
    if len(tests) == 1:
        read = _related(root, who, query, tests[0]) or _counted(root, who, query, tests[0])
    return read or Leaf(root.name, _tables(query), who, _sorted(tests))


def _related(root: exp.Table, who: exp.Column, query: exp.Select, test: exp.Expr) -> Leaf | None:
    """`from root where exists(select 1 from … where link = who and …)`, which speaks of root nowhere else."""
    if not isinstance(test, exp.Exists) or query.args.get("joins"):
        return None
    inner = test.this
    if not _is_plain(inner):
        return None
    tests = list(_conjuncts(inner.args.get("where")))
    links = [item for item in tests if isinstance(item, exp.EQ) and item.expression == who]
    mentions = sum(column.table == root.alias for column in inner.find_all(exp.Column))
    if len(links) != 1 or mentions != 1:
        return None
    return Leaf(root.name, _tables(inner), links[0].this, _sorted(item for item in tests if item is not links[0]))


def _counted(root: exp.Table, who: exp.Column, query: exp.Select, test: exp.Expr) -> Leaf | None:
    """`from root left join (select link as key, count(*) as value … group by link) where coalesce(value, 0) > 2`."""
    joins = query.args.get("joins") or []
    number = constant(test.expression) if isinstance(test, COMPARISONS) else None
    if len(joins) != 1 or number is None or number.kind not in ("integer", "decimal"):
        return None
    inner, on = joins[0].this.this, joins[0].args.get("on")
    if not _is_plain(inner, "group") or not isinstance(on, exp.EQ) or on.expression != who:
        return None
    value = exp.column("value", joins[0].alias_or_name, quoted=True)
    if test.this != exp.Coalesce(this=value, expressions=[exp.Literal.number(0)]):
        return None
    link, *counted = (item.this for item in inner.expressions)
    group = inner.args.get("group")
    if counted != [exp.Count(this=exp.Star())] or group is None or group.expressions != [link]:
        return None
    return Leaf(root.name, _tables(inner), link, _sorted(_conjuncts(inner.args.get("where"))), Count(test.key, number))


def _is_plain(query: exp.Expr, *others: str) -> bool:
    """Whether a query is a SELECT of FROM, JOIN and WHERE alone, but for `others`."""
    said = {name for name, value in query.args.items() if value}
    return isinstance(query, exp.Select) and said <= {"expressions", "from_", "joins", "where", *others}


def _whole(root: exp.Table, who: exp.Column, query: exp.Select) -> Leaf:
    """The rows that a query of any other form gives."""
    tables = exp.Select().from_(query.subquery("asked", copy=False), copy=False)
    return Leaf(root.name, tables, exp.column(who.name, "asked", quoted=True), ())


def _conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    match condition:
        case None:
            return
        case exp.Where() | exp.Paren():
            yield from _conjuncts(condition.this)
        case exp.And():
            yield from _conjuncts(condition.this)
            yield from _conjuncts(condition.expression)
        case _:
            yield condition


def _tables(query: exp.Select) -> exp.Select:
    """The query without its projections and conditions, of which nothing is left."""
    return exp.Select(**{name: query.args[name] for name in ("from_", "joins") if query.args.get(name)})


def _sorted(conditions: Iterable[exp.Expr]) -> tuple[Test, ...]:
    """In an order that does not depend on how the rule was written."""
    return tuple(sorted(map(_test, conditions), key=lambda test: (test.shape, [item.rank for item in test.constants])))


def _test(condition: exp.Expr) -> Test:
    compared = _compared(condition)
    if not compared:
        return Test(condition, written(condition))
    operator = "=" if isinstance(condition, exp.In | exp.EQ) else condition.key
    return Test(condition, f"{written(condition.this)} {operator} {compared[0].kind}", compared)


def _compared(condition: exp.Expr) -> Constants:
    """The constants of `subject operator constant` and `subject in (constants)`, all of one kind; else none."""
    if isinstance(condition, exp.In) and not condition.args.get("query"):
        found = [constant(item) for item in condition.expressions]
    elif isinstance(condition, exp.EQ | exp.GT | exp.GTE | exp.LT | exp.LTE):
        found = [constant(condition.expression)]
    else:
        return ()
    kinds = {item.kind if item else None for item in found}
    if len(kinds) != 1 or None in kinds or (isinstance(condition, THRESHOLDS) and kinds == {"text"}):
        return ()
    return tuple(sorted({item.value: item for item in found if item}.values(), key=lambda item: item.rank))

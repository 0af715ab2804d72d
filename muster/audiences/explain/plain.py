"""Which conditions can be taken apart into rows, and the simple forms of those that are written in two ways.

Rows are told only of relations between tables. Whatever else a rule goes over (the items of an array, say) is one
condition here: its verdict is told, and no rows.
"""

from __future__ import annotations

from muster.pql import typed
from muster.pql.sql.reach import no_rows
from muster.schema import Edge


def collections(node: object) -> list[typed.Collection]:
    """Every collection in a node."""
    return [item for item in typed.walk(node) if isinstance(item, typed.Collection)]


def is_plain(rows: typed.Collection) -> bool:
    """Whether the rows are reached along relations only."""
    return all(isinstance(step.edge, Edge) for step in rows.steps)


def aggregates(condition: typed.Condition, bound: set[typed.Var]) -> list[typed.Aggregate]:
    """The aggregates over rows of what is given; those within others are left to them."""
    found = [item for item in typed.walk(condition) if isinstance(item, typed.Aggregate)]
    return list(dict.fromkeys(item for item in found if item.collection.root in bound and is_plain(item.collection)))


def plain(condition: typed.Condition) -> typed.Condition:
    """`count() > 0` as the question whether there is a row; a single `and` or `or` as what is in it."""
    match condition:
        case typed.Compare() if (rows := no_rows(condition)) is not None:
            return rows
        case typed.All((only,)) | typed.Any((only,)):
            return plain(only)
        case typed.Not(inner) if (simple := plain(inner)) != inner:
            return plain(typed.Not(simple))
        case typed.Not(typed.Not(twice)):
            return plain(twice)
    return condition

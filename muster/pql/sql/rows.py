"""Conditions and values of rows that are given: what the rule's query says of one row, asked of that row.

The same renderer decides, on frames of its own: the rows that are given are pinned by their keys, and a collection's
rows are reached from there. So whatever compiles can be asked of any row that it speaks about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from muster.pql import typed
from muster.pql.sql.frame import Frame, column, named
from muster.pql.sql.render import Renderer
from muster.schema import Edge

#: Rows that are given: the key of each variable's row.
Binding = Mapping[typed.Var, str | int]


class RowRenderer(Renderer):
    """Renders one query about given rows; make a new one for each query."""

    def of_row(
        self, given: Binding, conditions: Sequence[typed.Condition], values: Sequence[typed.Value]
    ) -> exp.Select:
        """One row: `c0`, `c1`, … true or false, and `v0`, `v1`, …"""
        frame = self._pinned(given)
        return frame.select(*self._asked(conditions, values))

    def of_collection(
        self,
        given: Binding,
        rows: typed.Collection,
        conditions: Sequence[typed.Condition],
        values: Sequence[typed.Value],
    ) -> exp.Select:
        """A row for each way to reach an item along the relations, filters apart: `k0`, `k1`, … are the keys of the
        row at each step, then `c0`, … and `v0`, … as in `of_row`.
        """
        frame = self._pinned(given)
        alias = self._rows[rows.root][1]
        keys = []
        for number, step in enumerate(rows.steps):
            if not isinstance(step.edge, Edge):
                raise TypeError("rows are asked for along relations only")
            alias = frame.join(alias, step.edge)
            self._rows[step.item] = (frame, alias)
            keys.append(named(column(alias, self.schema.classes[step.edge.target].key), f"k{number}"))
        return frame.select(*keys, *self._asked(conditions, values)).distinct(copy=False)

    def _pinned(self, given: Binding) -> Frame:
        """The first variable is the frame's start; keys are literals, never pasted text."""
        root, *others = given
        frame = Frame(self.schema, self.aliases, root.class_name)
        self._rows[root] = (frame, frame.alias)
        start = column(frame.alias, self.schema.classes[root.class_name].key)
        frame.conditions.append(start.eq(_key(given[root])))
        for var in others:
            self._rows[var] = (frame, frame.row(var.class_name, _key(given[var])))
        return frame

    def _asked(self, conditions: Sequence[typed.Condition], values: Sequence[typed.Value]) -> list[exp.Expr]:
        return [
            *(named(self._two_valued(item), f"c{number}") for number, item in enumerate(conditions)),
            *(named(self.value(item), f"v{number}") for number, item in enumerate(values)),
        ]


def _key(key: str | int) -> exp.Expr:
    return exp.Literal.string(key) if isinstance(key, str) else exp.Literal.number(key)

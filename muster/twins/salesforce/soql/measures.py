"""Aggregate functions and what they are grouped by."""

from __future__ import annotations

from collections.abc import Sequence

from muster.sql import literal
from muster.twins.salesforce.schema import NUMBERS, Field
from muster.twins.salesforce.soql import tree
from muster.twins.salesforce.soql.errors import QueryError
from muster.twins.salesforce.soql.scope import Column, Scope
from muster.twins.salesforce.values import json_sql

_COUNT = Field("count", "int")
_SUMMED = Field("sum", "double")
FUNCTIONS = ("count", "count_distinct", "sum", "avg", "min", "max")


class Measures:
    """The aggregates of one query."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @staticmethod
    def counts(query: tree.Query) -> bool:
        """Whether all that is asked is how many: `SELECT COUNT() FROM …`."""
        first = query.items[0]
        return (
            isinstance(first, tree.Call) and first.function == "count" and first.path is None and len(query.items) == 1
        )

    def measured(self, call: tree.Call) -> tuple[Field, str]:
        """What a function gives, and its SQL."""
        if call.function not in FUNCTIONS or call.path is None:
            raise QueryError("MALFORMED_QUERY", f"unexpected token: '{call.function}'", self._scope.text, call.at)
        column = self._scope.column(call.path)
        kind = column.field.type
        number = f"try_cast({column.sql} as double)"
        match call.function:
            case "count":
                return _COUNT, f"count({column.sql})"
            case "count_distinct":
                return _COUNT, f"count(distinct {column.sql})"
            case "sum" | "avg" if kind in NUMBERS:
                return _SUMMED, f"{call.function}({number})"
            case "min" | "max" if kind != "boolean" and column.field.comparable:
                return column.field, f"{call.function}({number if kind in NUMBERS else column.sql})"
        what = f"field {column.field.name} does not support aggregate operator {call.function.upper()}"
        raise QueryError("MALFORMED_QUERY", what, self._scope.text, call.path.at)

    def json(self, query: tree.Query, groups: Sequence[Column]) -> str:
        """The struct of one group; functions without a name of their own are `expr0`, `expr1`, …"""
        grouped = {column.sql: column for column in groups}
        parts, unnamed = ["'attributes': {'type': 'AggregateResult'}"], 0
        for item in query.items:
            if isinstance(item, tree.Selected):
                column = self._scope.column(item.path)
                if column.sql not in grouped:
                    what = f"Field must be grouped or aggregated: {column.field.name}"
                    raise QueryError("MALFORMED_QUERY", what, self._scope.text, item.path.at)
                name, field, sql = item.alias or column.field.name, column.field, column.sql
            elif isinstance(item, tree.Call):
                field, sql = self.measured(item)
                name = item.alias or f"expr{unnamed}"
                unnamed += item.alias is None
            else:
                raise QueryError("MALFORMED_QUERY", "unexpected token: '('", self._scope.text, item.at)
            parts.append(f"{literal(name)}: {json_sql(field, sql)}")
        return f"{{{', '.join(parts)}}}"

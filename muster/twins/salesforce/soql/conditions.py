"""WHERE and HAVING as SQL.

SOQL knows only true and false: a comparison with null is false, `!=` and `not in` hold for null. Texts compare
without case, ids with it. A `not` is carried down to the comparisons, so that what is left over as null in SQL is
nowhere but where false does as well, and indexes stay in use.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from muster.sql import literal
from muster.twins.salesforce.ids import full, is_id
from muster.twins.salesforce.schema import NUMBERS, REFERENCES, Field
from muster.twins.salesforce.soql import tree
from muster.twins.salesforce.soql.errors import QueryError, wrong_type
from muster.twins.salesforce.soql.parser import text_of
from muster.twins.salesforce.soql.periods import period
from muster.twins.salesforce.soql.scope import Column, Scope
from muster.twins.salesforce.values import moment, read_moment

_OPPOSITE = {"=": "!=", "!=": "="}
_KINDS = {"boolean": "boolean", "date": "date", "datetime": "dateTime"}


class Conditions:
    """Renders the conditions of one query. `subquery` compiles those inside; `measure` the functions in HAVING."""

    def __init__(
        self,
        scope: Scope,
        now: datetime,
        subquery: Callable[[tree.Query], str],
        measure: Callable[[tree.Call], tuple[Field, str]],
    ) -> None:
        self._scope, self._now, self._subquery, self._measure = scope, now, subquery, measure

    def sql(self, condition: tree.Condition, negated: bool = False) -> str:
        match condition:
            case tree.Not(inner):
                return self.sql(inner, not negated)
            case tree.Logical(operator, conditions):
                joint = {"and": "or", "or": "and"}[operator] if negated else operator
                return "(" + f" {joint} ".join(self.sql(each, negated) for each in conditions) + ")"
            case tree.Compare(subject, operator, value):
                return self._compare(*self._subject(subject), operator, value, negated)
            case tree.Among(subject, away, values):
                return self._among(*self._subject(subject), values, away != negated)
            case tree.Includes(subject, away, values):
                return self._includes(*self._subject(subject), values, away != negated)

    def _subject(self, subject: tree.Path | tree.Call) -> tuple[Field, str, int]:
        if isinstance(subject, tree.Call):
            return *self._measure(subject), subject.at
        column = self._scope.column(subject)
        self.may_name(column, "filtered")
        return column.field, column.sql, subject.at

    def may_name(self, column: Column, how: str) -> None:
        """Raises QueryError for a field that no condition or order may name."""
        if not column.field.comparable:
            what = f"field '{column.field.name}' can not be {how} in a query call"
            raise QueryError("INVALID_FIELD", what, self._scope.text, column.path.at)

    # -- comparisons -----------------------------------------------------------------------------------------------

    def _compare(self, field: Field, sql: str, at: int, operator: str, value: tree.Literal, negated: bool) -> str:
        if operator == "like":
            return self._like(field, sql, at, value, negated)
        if negated and operator in _OPPOSITE:
            operator, negated = _OPPOSITE[operator], False
        left = comparable(field, sql)
        if value.kind == "null":
            return self._null(field, left, at, operator)
        if value.kind == "period":
            return self._period(field, left, at, operator, value, negated)
        if operator not in _OPPOSITE and field.type == "boolean":
            raise self._bad_operator(field, at)
        right = self._value(field, value)
        if operator == "!=":
            return f"({left} is distinct from {right})"
        compared = f"({left} {operator} {right})"
        return f"({left} is null or not {compared})" if negated else compared

    def _null(self, field: Field, left: str, at: int, operator: str) -> str:
        if operator not in _OPPOSITE:
            raise self._bad_operator(field, at)
        if field.type == "boolean":
            return "false" if operator == "=" else "true"
        return f"({left} is {'not ' if operator == '!=' else ''}null)"

    def _like(self, field: Field, sql: str, at: int, value: tree.Literal, negated: bool) -> str:
        if field.type in NUMBERS | REFERENCES | _KINDS.keys():
            raise self._bad_operator(field, at)
        if value.kind != "string":
            raise wrong_type(field.name, "string", False, self._scope.text, at)
        like = f"({sql} ilike {literal(text_of(value.value, pattern=True))} escape '\\')"
        return f"({sql} is null or not {like})" if negated else like

    def _among(
        self, field: Field, sql: str, at: int, values: tuple[tree.Literal, ...] | tree.Query, negated: bool
    ) -> str:
        left = comparable(field, sql)
        if isinstance(values, tree.Query):
            inner = self._subquery(values)
            return f"({left} is null or {left} not in {inner})" if negated else f"({left} in {inner})"
        listed = ", ".join(self._value(field, each) for each in values if each.kind != "null")
        found = f"{left} in ({listed})" if listed else "false"
        if any(each.kind == "null" for each in values):
            return f"({left} is not null and not {found})" if negated else f"({left} is null or {found})"
        return f"({left} is null or not ({found}))" if negated else f"({found})"

    def _includes(self, field: Field, sql: str, at: int, values: tuple[tree.Literal, ...], negated: bool) -> str:
        if field.type != "multipicklist":
            raise self._bad_operator(field, at)
        sets = []
        for each in values:
            if each.kind != "string":
                raise wrong_type(field.name, "string", False, self._scope.text, at)
            parts = ", ".join(literal(part) for part in text_of(each.value).split(";"))
            sets.append(f"list_has_all(string_split({sql}, ';'), [{parts}])")
        found = " or ".join(sets)
        return f"({sql} is null or not ({found}))" if negated else f"({found})"

    def _period(self, field: Field, left: str, at: int, operator: str, value: tree.Literal, negated: bool) -> str:
        if field.type not in ("date", "datetime"):
            raise wrong_type(field.name, _kind(field), False, self._scope.text, at)
        first, after = (
            literal(
                day.isoformat() if field.type == "date" else moment(datetime(day.year, day.month, day.day, tzinfo=UTC))
            )
            for day in period(value.value, self._now.date())
        )
        inside = {
            "=": f"{left} >= {first} and {left} < {after}",
            "<": f"{left} < {first}",
            "<=": f"{left} < {after}",
            ">": f"{left} >= {after}",
            ">=": f"{left} >= {first}",
        }
        if operator == "!=":
            return f"({left} is null or not ({inside['=']}))"
        return f"({left} is null or not ({inside[operator]}))" if negated else f"({inside[operator]})"

    # -- values ----------------------------------------------------------------------------------------------------

    def _value(self, field: Field, value: tree.Literal) -> str:
        """A literal as it compares with the field. Raises QueryError for one of another type."""
        text = text_of(value.value) if value.kind == "string" else ""
        wrong = wrong_type(field.name, _kind(field), value.kind == "string", self._scope.text, value.at)
        if field.type in NUMBERS:
            if value.kind != "number":
                raise wrong
            return str(value.value)
        if field.type in ("boolean", "date", "datetime"):
            if value.kind != field.type:
                raise wrong
            return literal(_spelt(value))
        if value.kind != "string":
            raise wrong_type(field.name, _kind(field), False, self._scope.text, value.at)
        if field.type in REFERENCES:
            if not is_id(text):
                what = f"invalid ID field: {text}"
                raise QueryError("INVALID_QUERY_FILTER_OPERATOR", what, self._scope.text, value.at)
            return literal(full(text))
        return f"lower({literal(text)})"

    def _bad_operator(self, field: Field, at: int) -> QueryError:
        what = f"invalid operator on {field.type} field"
        return QueryError("INVALID_QUERY_FILTER_OPERATOR", what, self._scope.text, at)


def _spelt(value: tree.Literal) -> str:
    if value.kind == "boolean":
        return "true" if value.value else "false"
    if value.kind == "date":
        return str(value.value)
    told = read_moment(str(value.value))
    return moment(told) if told else str(value.value)


def comparable(field: Field, sql: str) -> str:
    """The column in the form that compares and sorts as the values do."""
    if field.type in NUMBERS:
        return f"try_cast({sql} as double)"
    if field.type == "boolean":
        return f"coalesce({sql}, 'false')"
    if field.type in REFERENCES or field.type in ("date", "datetime"):
        return sql
    return f"lower({sql})"


def _kind(field: Field) -> str:
    if field.type in NUMBERS:
        return "int" if field.type in ("int", "long") else "double"
    return _KINDS.get(field.type, "ID" if field.type in REFERENCES else "string")

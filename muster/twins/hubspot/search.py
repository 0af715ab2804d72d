"""Search: `POST …/{type}/search`. Filters become one query; the index behind it lags, and ends at ten thousand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from starlette.responses import Response
from starlette.routing import Route

from muster.sql import identifier
from muster.twins.calls import Call, answer
from muster.twins.hubspot.asking import Body, body_of, checked, cursor, list_of, size
from muster.twins.hubspot.definitions import Property
from muster.twins.hubspot.errors import invalid
from muster.twins.hubspot.gate import Gate
from muster.twins.hubspot.index import Index
from muster.twins.hubspot.kinds import Kind, Kinds
from muster.twins.hubspot.paths import forms, routes
from muster.twins.hubspot.records import ID, Records, Row
from muster.twins.hubspot.rendering import readable, record
from muster.twins.hubspot.values import Unfit, comparable

#: Results of a page, and of a query over all its pages; groups, filters of a group and of a query (sources disagree:
#: the strictest); characters of the free text.
PAGE, RESULTS = 200, 10_000
GROUPS, FILTERS, ALL_FILTERS = 5, 6, 18
TEXT = 3_000

_COMPARISONS = {"EQ": "=", "NEQ": "<>", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}
_OPERATORS = (
    *_COMPARISONS,
    *("BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"),
)


class Search:
    """Handler of searches."""

    def __init__(self, kinds: Kinds, records: Records, index: Index) -> None:
        self._kinds, self._records, self._index = kinds, records, index

    def routes(self, gate: Gate) -> list[Route]:
        guarded = gate.guarded(
            self.search, scope=lambda call: self._kinds[call.params["type"]].scope("read"), lane="search"
        )
        return routes(forms("objects", "/{type}/search"), guarded, ["POST"])

    def search(self, call: Call) -> Response:
        kind, body = self._kinds[call.params["type"]], body_of(call)
        limit = size(body.get("limit") or 10, PAGE)
        after = cursor(body.get("after"))
        if after + limit > RESULTS:
            raise invalid(
                f"A query has {RESULTS} results at most; 'after' {after} with 'limit' {limit} goes beyond them"
            )
        condition, parameters = self._condition(kind, body)
        names = readable(self._records.definitions, kind, list_of(body, "properties"))
        total, rows = self._found(kind, condition, parameters, self._order(kind, body), names, (limit, after))
        told: dict[str, Any] = {"total": total, "results": [record(row, kind, names) for row in rows]}
        if after + limit < total:
            told["paging"] = {"next": {"after": str(after + limit)}}
        return answer(told)

    def _found(
        self, kind: Kind, condition: str, parameters: list[Any], order: str, names: Sequence[str], page: tuple[int, int]
    ) -> tuple[int, list[Row]]:
        """How many records meet the condition, and a page (limit, offset) of them, as the index holds them."""
        store, stale = self._records.store, self._index.stale(kind.name)
        there = store.columns(kind.name)
        tables = {}
        source = f"select * from {identifier(kind.name)} where not _deleted"
        if stale:
            alive = self._records.there(kind, stale)
            before = [row for id_, row in stale.items() if row is not None and id_ in alive]
            texts = {name: pa.array([row.get(name) for row in before], pa.string()) for name in there}
            tables["before"] = pa.table({**texts, "_deleted": pa.array([False] * len(before))})
            tables["changed"] = pa.table({"id": pa.array(list(stale), pa.string())})
            source += f" and {ID} not in (select id from changed) union all by name select * from before"
        wanted = dict.fromkeys([*kind.always, *(name for name in names if name in there)])
        columns = ", ".join([*(identifier(name) for name in wanted), "_deleted"])
        met = f"from ({source}) where {condition}"
        (counted,) = store.rows(f"select count(*) as total {met}", parameters, **tables)
        rows = f"select {columns} {met} order by {order} limit {page[0]} offset {page[1]}"
        return int(counted["total"]), store.rows(rows, parameters, **tables)

    def _condition(self, kind: Kind, body: Body) -> tuple[str, list[Any]]:
        """Groups are alternatives, the filters of a group must all be met; free text is one more condition."""
        groups = [list_of(checked(group), "filters") for group in list_of(body, "filterGroups")]
        if len(groups) > GROUPS or any(len(filters) > FILTERS for filters in groups):
            raise invalid(f"A search has {GROUPS} filterGroups of {FILTERS} filters at most")
        if sum(len(filters) for filters in groups) > ALL_FILTERS:
            raise invalid(f"A search has {ALL_FILTERS} filters at most")
        parameters: list[Any] = []
        alternatives = [
            "("
            + " and ".join(
                self._filter(kind, checked(each, "propertyName", "operator"), parameters) for each in filters
            )
            + ")"
            for filters in groups
            if filters
        ]
        condition = f"({' or '.join(alternatives)})" if alternatives else "true"
        text = str(body.get("query") or "")
        if len(text) > TEXT:
            raise invalid(f"The query has {TEXT} characters at most")
        for word in text.lower().split():
            columns = [name for name in kind.searched if name in self._records.store.columns(kind.name)]
            condition += f" and contains(lower(concat_ws(' ', {', '.join(columns) or 'null'})), ?)"
            parameters.append(word)
        return condition, parameters

    def _filter(self, kind: Kind, given: Body, parameters: list[Any]) -> str:
        definition, operator = self._property(kind, given["propertyName"]), given["operator"]
        if operator not in _OPERATORS:
            raise invalid(f"operator '{operator}' is not one of {', '.join(_OPERATORS)}")
        value, column = _sql(definition), identifier(definition.name)
        if definition.name not in self._records.store.columns(kind.name):
            return "true" if operator == "NOT_HAS_PROPERTY" else "false"
        if operator == "HAS_PROPERTY":
            return f"{column} is not null"
        if operator == "NOT_HAS_PROPERTY":
            return f"{column} is null"
        if operator in ("IN", "NOT_IN"):
            wanted = [_value(definition, each) for each in list_of(checked(given, "values"), "values")]
            parameters += wanted
            return f"{value} {operator.replace('_', ' ')} ({', '.join(_marks(definition, wanted)) or 'null'})"
        low = _value(definition, checked(given, "value")["value"], token="TOKEN" in operator)
        if operator == "BETWEEN":
            parameters += [low, _value(definition, checked(given, "highValue")["highValue"])]
            return f"{value} between {' and '.join(_marks(definition, parameters[-2:]))}"
        if operator in _COMPARISONS:
            parameters.append(low)
            return f"{value} {_COMPARISONS[operator]} {_marks(definition, [low])[0]}"
        parameters.append(_token(low))
        return f"{'not ' if operator.startswith('NOT') else ''}regexp_matches(lower({column}), ?)"

    def _order(self, kind: Kind, body: Body) -> str:
        """One rule at most, as an object or as the name with a minus for descending; then by id."""
        sorts = list_of(body, "sorts")
        if len(sorts) > 1:
            raise invalid("A search has one sort at most")
        own = f"try_cast({ID} as bigint)"
        if not sorts:
            return own
        rule = sorts[0]
        name = rule.removeprefix("-") if isinstance(rule, str) else checked(rule, "propertyName")["propertyName"]
        down = rule.startswith("-") if isinstance(rule, str) else rule.get("direction") == "DESCENDING"
        definition = self._property(kind, name)
        if name not in self._records.store.columns(kind.name):
            return own
        return f"{_sql(definition)} {'desc' if down else 'asc'} nulls last, {own}"

    def _property(self, kind: Kind, name: str) -> Property:
        definition = self._records.definitions.get(kind, name)
        if definition is None:
            raise invalid(f"Property {name} does not exist", propertyName=[str(name)])
        return definition


def _sql(definition: Property) -> str:
    """A property's value as it is compared: numbers as numbers, moments and dates as their text, words without case."""
    column = identifier(definition.name)
    if definition.type == "number":
        return f"try_cast({column} as double)"
    return column if definition.type in ("date", "datetime") else f"lower({column})"


def _marks(definition: Property, values: Sequence[Any]) -> list[str]:
    return ["?::double" if definition.type == "number" else "?"] * len(values)


def _value(definition: Property, given: Any, *, token: bool = False) -> str:
    try:
        return str(given).lower() if token else comparable(definition, str(given))
    except Unfit as unfit:
        raise invalid(f"{definition.name}: {unfit}", propertyName=[definition.name]) from unfit


def _token(text: str) -> str:
    """A pattern for a whole word or run of words; `*` stands for any characters."""
    words = ".*".join(re.escape(part) for part in text.split("*"))
    return f"(^|[^a-z0-9]){words}($|[^a-z0-9])"

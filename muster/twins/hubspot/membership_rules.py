"""Who meets the `filterBranch` of a list: OR, AND branches of property filters, as one condition in SQL.

The usual operations on the record's own properties are understood; a branch of another kind is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from muster.sql import identifier
from muster.twins.hubspot.asking import checked, list_of
from muster.twins.hubspot.errors import invalid
from muster.twins.hubspot.kinds import Kind
from muster.twins.hubspot.records import ID, Records

_NUMBERS = {
    "IS_EQUAL_TO": "=",
    "IS_NOT_EQUAL_TO": "<>",
    "IS_GREATER_THAN": ">",
    "IS_GREATER_THAN_OR_EQUAL_TO": ">=",
    "IS_LESS_THAN": "<",
    "IS_LESS_THAN_OR_EQUAL_TO": "<=",
}
_WORDS = {
    "CONTAINS": "contains(lower({column}), lower(?))",
    "DOES_NOT_CONTAIN": "not contains(lower({column}), lower(?))",
    "STARTS_WITH": "starts_with(lower({column}), lower(?))",
    "ENDS_WITH": "ends_with(lower({column}), lower(?))",
    "IS_EQUAL_TO": "lower({column}) = lower(?)",
    "IS_NOT_EQUAL_TO": "lower({column}) <> lower(?)",
}


def members(records: Records, kind: Kind, rule: Mapping[str, Any]) -> list[str]:
    """Ids of the records that meet a rule. Raises a refusal for one that is not understood."""
    parameters: list[Any] = []
    condition = _branch(records, kind, dict(rule), parameters)
    rows = records.store.rows(
        f"select {ID} from {identifier(kind.name)} where not _deleted and {condition}", parameters
    )
    return [row[ID] for row in rows]


def _branch(records: Records, kind: Kind, branch: dict[str, Any], parameters: list[Any]) -> str:
    word = {"OR": " or ", "AND": " and "}.get(checked(branch, "filterBranchType")["filterBranchType"])
    if word is None:
        raise invalid(f"filterBranchType {branch['filterBranchType']} is not understood here")
    parts = [_branch(records, kind, checked(each), parameters) for each in list_of(branch, "filterBranches")]
    parts += [_filter(records, kind, checked(each), parameters) for each in list_of(branch, "filters")]
    return f"({word.join(parts)})" if parts else "true"


def _filter(records: Records, kind: Kind, given: dict[str, Any], parameters: list[Any]) -> str:
    if given.get("filterType") != "PROPERTY":
        raise invalid(f"filterType {given.get('filterType')} is not understood here")
    name = checked(given, "property", "operation")["property"]
    if records.definitions.get(kind, name) is None:
        raise invalid(f"Property {name} does not exist", propertyName=[name])
    operation = checked(given["operation"], "operator")
    column = identifier(name) if name in records.store.columns(kind.name) else "null::varchar"
    told = _condition(column, operation, parameters)
    return f"coalesce({told}, {'true' if operation.get('includeObjectsWithNoValueSet') else 'false'})"


def _condition(column: str, operation: dict[str, Any], parameters: list[Any]) -> str:
    operator, kind = operation["operator"], operation.get("operationType", "")
    if operator in ("IS_KNOWN", "IS_UNKNOWN"):
        return f"{column} is {'not ' if operator == 'IS_KNOWN' else ''}null"
    if kind == "NUMBER" and operator in _NUMBERS:
        parameters.append(float(checked(operation, "value")["value"]))
        return f"try_cast({column} as double) {_NUMBERS[operator]} ?"
    if kind == "BOOL" and operator in ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO"):
        parameters.append(str(operation.get("value")).lower())
        return f"{column} {_NUMBERS[operator]} ?"
    values = list_of(operation, "values") or [operation[name] for name in ("value",) if name in operation]
    if operator in ("IS_ANY_OF", "IS_NONE_OF") and values:
        parameters += [str(each).lower() for each in values]
        chosen = f"list_has_any(string_split(lower({column}), ';'), [{', '.join('?' * len(values))}])"
        return chosen if operator == "IS_ANY_OF" else f"not {chosen}"
    if operator in _WORDS and values:
        parameters += [str(each) for each in values]
        joined: Callable[[list[str]], str] = (" and " if "NOT" in operator else " or ").join
        return f"({joined([_WORDS[operator].format(column=column)] * len(values))})"
    raise invalid(f"operator {operator} of {kind or 'this operation'} is not understood here")

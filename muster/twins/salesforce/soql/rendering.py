"""The rows of a query as text: JSON objects with `attributes` and parents inside, or lines of CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from muster.sql import literal
from muster.twins.salesforce.schema import NUMBERS, REFERENCES
from muster.twins.salesforce.soql.scope import NAME, Column, Scope, Step
from muster.twins.salesforce.soql.tree import Path
from muster.twins.salesforce.values import csv_sql, json_sql

#: Values that hold no quotes, so that none need be doubled.
_PLAIN = NUMBERS | REFERENCES | {"boolean", "date", "datetime"}


def record(scope: Scope, columns: Sequence[Column], version: str, more: Mapping[str, str] | None = None) -> str:
    """A struct that `to_json` makes a record of. `more` are members with SQL of their own."""
    root = _Node()
    for column in columns:
        place = root
        for name in column.path.parts[:-1]:
            inside = place.members.get(name)
            if not isinstance(inside, _Node):
                inside = place.members[name] = _Node()
            place = inside
        place.members[column.path.parts[-1]] = column
    return _object(scope, (), root, version, more or {})


@dataclass
class _Node:
    """An object in the answer: its fields, and the parents in it, by name."""

    members: dict[str, Column | _Node] = field(default_factory=dict)


def _object(scope: Scope, way: tuple[str, ...], node: _Node, version: str, more: Mapping[str, str]) -> str:
    step = scope.step(Path((*way, "Id"), 0))
    parts = [f"'attributes': {_attributes(step, version)}"]
    for name, member in node.members.items():
        inside = (
            _object(scope, (*way, name), member, version, {}) if isinstance(member, _Node) else _value(scope, member)
        )
        parts.append(f"{literal(name)}: {inside}")
    parts += [f"{literal(name)}: {sql}" for name, sql in more.items()]
    made = f"{{{', '.join(parts)}}}"
    return f'case when {step.alias}."Id" is null then null else {made} end' if way else made


def _attributes(step: Step, version: str) -> str:
    start = f"/services/data/v{version}/sobjects/"
    if step.entity is NAME:
        return f"{{'type': 'Name', 'url': '{start}' || {step.alias}.\"Type\" || '/' || {step.alias}.\"Id\"}}"
    return f"{{'type': '{step.entity.name}', 'url': '{start}{step.entity.name}/' || {step.alias}.\"Id\"}}"


def _value(scope: Scope, column: Column) -> str:
    if column.field.type != "address":
        return json_sql(column.field, column.sql)
    step = scope.step(column.path)
    parts = {
        key: json_sql(part, scope.sql(step, part))
        for key, name in step.entity.compounds[column.field.name].items()
        if (part := scope.view.field(step.entity, name))
    }
    nothing = " and ".join(f"{sql} is null" for sql in parts.values()) or "true"
    made = ", ".join(f"'{key}': {sql}" for key, sql in parts.items())
    return f"case when {nothing} then null else {{{made}}} end" if parts else "null"


def line(columns: Sequence[Column], delimiter: str, ending: str) -> str:
    """One text with all values in quotes, null as nothing, and the end of the line."""
    between = literal(f'"{delimiter}"')
    return f"'\"' || {f' || {between} || '.join(map(_cell, columns))} || {literal(chr(34) + ending)}"


def header(columns: Sequence[Column], delimiter: str, ending: str) -> str:
    """The first line: names as the query wrote them."""
    return delimiter.join(f'"{column.path}"' for column in columns) + ending


def _cell(column: Column) -> str:
    text = f"coalesce({csv_sql(column.field, column.sql)}, '')"
    return text if column.field.type in _PLAIN else f"replace({text}, '\"', '\"\"')"

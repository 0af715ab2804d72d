"""Rank and limit: the best of an audience, over all or for each of something."""

from __future__ import annotations

from dataclasses import dataclass

from muster.config.audience import Limit
from muster.errors import RuleError
from muster.pql.paths import Segment, resolve
from muster.pql.tree import Position
from muster.schema import Schema
from muster.snapshot import Snapshot
from muster.snapshot.publish import ORDINAL
from muster.sql import identifier, scan

#: What `per: account` means: the relation from a person to their accounts, and its columns.
PER_ACCOUNT = "account"


@dataclass(frozen=True)
class _Value:
    """The SQL of a value, and the joins it takes from the class's table `r`."""

    sql: str
    joins: tuple[str, ...]


def best(snapshot: Snapshot, of: str, limit: Limit, members: str) -> str:
    """SQL for the ordinals of the members (a relation with `_ord`) that a limit keeps.

    Somebody of several accounts is ranked in each, and kept where they are among the best of one; former relations
    (`isActive` false) do not count. Who has no value for `per` is not kept. RuleError where a path is no attribute.
    """
    schema = snapshot.schema
    root = schema.of(of)
    table = {name: scan(snapshot.parquet(item.table)) for name, item in schema.classes.items()}
    values = [(_value(schema, of, path, table), falls) for path, falls in limit.order]
    joins = [join for value, _ in values for join in value.joins]
    partition = ""
    if limit.per == PER_ACCOUNT and root.name == "person":
        edge = root.edges["accountPersons"]
        joins.append(_current_accounts(schema, edge.target, edge.to_column, table[edge.target]))
        partition, kept = "relation.account", "true"
    elif limit.per:
        value = _value(schema, of, limit.per, table)
        joins += value.joins
        partition, kept = value.sql, f"{value.sql} is not null"
    else:
        kept = "true"
    order = [f"{value.sql} {'desc' if falls else 'asc'} nulls last" for value, falls in values]
    ranked = ", ".join([*order, f"r.{identifier(f'{root.name}_id')} asc"])
    window = f"{f'partition by {partition} ' if partition else ''}order by {ranked}"
    return f"""
        select distinct {ORDINAL} from (
            select r.{ORDINAL}, row_number() over ({window}) as place
            from {table[root.name]} as r
            semi join {members} as m on m.{ORDINAL} = r.{ORDINAL}
            {" ".join(dict.fromkeys(joins))}
            where {kept}
        ) where place <= {limit.take}
    """


def mistakes(schema: Schema, of: str, limit: Limit) -> list[str]:
    """What is wrong with the paths of a limit."""
    told = []
    paths = [path for path, _ in limit.order]
    if limit.per and not (limit.per == PER_ACCOUNT and of == "people"):
        paths.append(limit.per)
    for path in paths:
        try:
            _value(schema, of, path, {name: name for name in schema.classes})
        except RuleError as error:
            told.append(f"{error.message}" + (f" ({error.expected})" if error.expected else ""))
    return told


def _value(schema: Schema, of: str, path: str, table: dict[str, str]) -> _Value:
    root = schema.of(of)
    route = resolve(schema, root.name, [Segment(name, Position(1, 1)) for name in path.split(".")])
    if route.is_object or not route.fields:
        raise RuleError(f"{path} is no single value to rank by", expected="name an attribute, as b2b.personScore")
    if many := next((edge.name for edge in route.edges if edge.many), None):
        raise RuleError(f"{path} gives several values, by way of {many}", expected="rank by one value each")
    alias, joins = "r", []
    for depth, edge in enumerate(route.edges, start=1):
        after = "_".join(["v", *(step.name for step in route.edges[:depth])])
        joins.append(
            f"left join {table[edge.target]} as {identifier(after)}"
            f" on {alias}.{identifier(edge.from_column)} = {identifier(after)}.{identifier(edge.to_column)}"
        )
        alias = identifier(after)
    return _Value(f"{alias}.{identifier(route.fields[0].column)}", tuple(joins))


def _current_accounts(schema: Schema, relation: str, person: str, table: str) -> str:
    fields = schema.classes[relation].fields
    active = fields.get("isActive")
    current = f" where coalesce({identifier(active.column)}, true)" if active else ""
    account = schema.classes[relation].edges["account"].from_column
    return (
        f"inner join (select distinct {identifier(person)} as person, {identifier(account)} as account from {table}"
        f"{current}) as relation on relation.person = r.{ORDINAL} and relation.account is not null"
    )

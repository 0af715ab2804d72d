"""Short ways to write records, and to ask who became whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb

Row = dict[str, Any]


def at(day: int, hour: int = 0) -> datetime:
    """An instant in January 2025."""
    return datetime(2025, 1, day, hour)


def person(key: str, email: str | None = None, **values: Any) -> Row:
    """A live contact; its updated_at and created_at default to the first of the month."""
    row = {"source_key": key, "object": "contact", "email": email, "work_email": email}
    return {**row, "created_at": at(1), "updated_at": at(1), **values}


def event(key: str, when: datetime, who: str | None = None, **identities: str) -> Row:
    """An event of the record `who`, or of the identities given as `namespace=value`."""
    known_by = [{"namespace": namespace, "value": value} for namespace, value in identities.items()]
    return {"source_key": key, "occurred_at": when, "person_source_key": who, "identities": known_by}


def ids(connection: duckdb.DuckDBPyConnection) -> Mapping[str, str]:
    """Person id by node (`b2b_person:<key>`, `Email:<address>`, `ECID:<id>` …)."""
    return dict(connection.execute("select node, person_id from int_person_by_identity").fetchall())


def groups(connection: duckdb.DuckDBPyConnection) -> set[frozenset[str]]:
    """The nodes of each person."""
    found: dict[str, set[str]] = {}
    for node, person_id in ids(connection).items():
        found.setdefault(person_id, set()).add(node.removeprefix("b2b_person:"))
    return {frozenset(nodes) for nodes in found.values()}


def one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The only row of a query."""
    rows = connection.execute(query).fetchall()
    assert len(rows) == 1, rows
    return rows[0]


def all_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()

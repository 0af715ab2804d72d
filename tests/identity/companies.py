"""Short ways to write records of accounts, to decide about them, and to ask which became one."""

from __future__ import annotations

from typing import Any

import duckdb

from muster.identity.decisions.file import Decision, as_json
from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, at


def company(key: str, name: str | None = None, source: str = "crm", **values: Any) -> Row:
    """A live record of an account; `at` with a website gives it a domain as staging does."""
    return {"source_key": key, "account_name": name, "source_name": source, "created_at": at(1), **values}


def decide(project: Compiled, *decided: tuple[str, str, str], kind: str = "account") -> None:
    """Lines (left, right, same|different) of the file of decisions."""
    lines = [
        Decision.model_validate({"kind": kind, "left": left, "right": right, "decision": decision, "decided_by": "Ann"})
        for left, right, decision in decided
    ]
    project.decisions.write_text(as_json(lines))


def resolved(connection: duckdb.DuckDBPyConnection) -> set[frozenset[str]]:
    """The keys of the live records of each account."""
    rows = all_of(connection, """
        select list(source_key) from int_account_by_key inner join int_account_records using (source_key)
        group by account_id
    """)  # fmt: skip
    return {frozenset(keys) for (keys,) in rows}


def refusals(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Why links were refused, by the keys of both records."""
    rows = all_of(connection, "select left_node, right_node, refused_because from int_account_links")
    keys = "b2b_account:"
    return {
        (min(ends), max(ends)): reason
        for left, right, reason in rows
        if reason and (ends := (left.removeprefix(keys), right.removeprefix(keys)))
    }

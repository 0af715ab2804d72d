"""Rules of every form of the language, evaluated together: each finds whom it finds by its own query."""

from __future__ import annotations

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from muster.audiences.conditions import Conditions
from muster.audiences.planning import Agenda
from muster.audiences.segments import segment_table
from muster.errors import RuleError
from muster.pql import compile_rule
from tests.pql.random_rules import rules, tables
from tests.pql.sample import NOW, ROWS, SCHEMA, database, who
from tests.pql.test_language_page import BLOCKS

STORES = [
    database({name: [tuple(row.values()) for row in rows] for name, rows in tables(seed).items()}) for seed in (1, 2)
]
#: What the language page asks of audiences.
AUDIENCES = {"visitors": BitMap([1, 2]), "large": BitMap([1, 3])}
#: What the database refuses of a rule alone, it refuses of it among others.
REFUSED = "refused"


def agree(store: duckdb.DuckDBPyConnection, asked: list[tuple[str, str]]) -> None:
    """Rules and what they are about: together as alone."""
    named = {f"{of}: {rule}": (of, rule) for of, rule in asked}
    compiled = {
        name: compile_rule(rule, of, SCHEMA, NOW, segment_table=segment_table) for name, (of, rule) in named.items()
    }
    conditions = Conditions(store.cursor(), Agenda.of(compiled))
    for name, members in AUDIENCES.items():
        conditions.know(name, members)
    for name, (of, rule) in named.items():
        assert together(conditions, name) == alone(store, rule, of), name


def together(conditions: Conditions, name: str) -> list[int] | str:
    try:
        return list(conditions.members(name))
    except RuleError:
        return REFUSED


def alone(store: duckdb.DuckDBPyConnection, rule: str, of: str) -> list[int] | str:
    try:
        return who(store, rule, of, segment_table=lambda name: f"seg_{name}")
    except duckdb.Error:
        return REFUSED


def test_every_example_of_the_language_page() -> None:
    with database(ROWS) as store:
        for name, members in AUDIENCES.items():
            listed = ", ".join(f"({ordinal})" for ordinal in members)
            store.execute(f"create table seg_{name} as select * from (values {listed}) as t (_ord)")
        agree(store, BLOCKS)


@settings(max_examples=20)
@given(st.data())
def test_random_rules_of_every_form(data: st.DataObject) -> None:
    asked = [(of, data.draw(rules(of))) for of in ("person", "account") for _ in range(3)]
    for store in STORES:
        agree(store, asked)

"""Random rules of every form: whom their SQL finds, against a plain reading of the rule, row by row, in Python."""

from __future__ import annotations

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from muster.pql import parse
from tests.pql.interpreter import Interpreter
from tests.pql.random_rules import rules, tables
from tests.pql.sample import NOW, SCHEMA, database, who

SEEDS = (1, 2, 3)
TABLES = [tables(seed) for seed in SEEDS]
STORES = [database({name: [tuple(row.values()) for row in rows] for name, rows in world.items()}) for world in TABLES]
READERS = [Interpreter(SCHEMA, world, NOW) for world in TABLES]


@pytest.mark.parametrize("of", ["person", "account"])
@settings(max_examples=60)
@given(st.data())
def test_a_rule_finds_whom_it_means(of: str, data: st.DataObject) -> None:
    rule = data.draw(rules(of))
    note(rule)
    node = parse(rule)
    for store, reader in zip(STORES, READERS, strict=True):
        assert who(store, rule, of) == reader.members(node, of)

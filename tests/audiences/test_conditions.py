"""Conditions that rules have in common are asked once, and change nothing about who is in."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from pyroaring import BitMap

from muster.audiences.bitmaps import from_query
from muster.audiences.conditions import Conditions
from muster.pql import CompiledRule, compile_rule
from tests.pql.sample import NOW, SCHEMA

ACTIVE = "(exists V from xEvent where V.timestamp occurs <= 30 days before now)"
RULES = {
    "american": f'workAddress.country = "US" and {ACTIVE}',
    "scored": f"b2b.personScore > 50 and {ACTIVE}",
    "neither": f'workAddress.country != "US" and not {ACTIVE} and (b2b.personScore > 50 or b2b.isBlocked = true)',
    "often": 'xEvent.count() > 1 and workAddress.country = "US"',
    "alone": 'workAddress.city = "Berlin" and b2b.personScore > 10',
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("""
            create table person as select i::integer as _ord, ['US', 'DE', null][1 + i % 3] as work_country,
                case when i % 7 > 0 then (i * 13 % 100)::double end as person_score,
                case when i % 5 > 0 then i % 2 = 0 end as is_blocked, 'Berlin' as work_city
            from range(500) as t (i);
            create table activity as select 'e' || i as activity_id, (i * 31 % 300)::integer as person_ord,
                timestamp '2026-03-18 12:00:00' - to_days((i % 90)::integer) as occurred_at
            from range(600) as t (i)
        """)
        yield made


def compiled(name: str) -> CompiledRule:
    return compile_rule(RULES[name], "people", SCHEMA, NOW)


def test_a_condition_reads_the_same_in_whatever_rule_it_stands() -> None:
    assert set(compiled("american").conjuncts) & set(compiled("scored").conjuncts)
    assert set(compiled("american").conjuncts) & set(compiled("often").conjuncts)


@pytest.mark.parametrize("name", RULES)
def test_taking_a_rule_apart_changes_nobody(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    rule = compiled(name)
    whole = from_query(connection, rule.sql)
    assert len(rule.conjuncts) > 1
    assert whole
    assert BitMap.intersection(*(from_query(connection, part) for part in rule.conjuncts)) == whole


def test_rules_evaluated_together_find_whom_each_finds_alone(connection: duckdb.DuckDBPyConnection) -> None:
    rules = [compiled(name) for name in RULES]
    together = Conditions(connection, rules)
    found = [together.members(rule) for rule in rules]
    assert found == [from_query(connection, rule.sql) for rule in rules]
    assert [together.members(rule) for rule in rules] == found

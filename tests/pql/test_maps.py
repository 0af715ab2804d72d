"""Attributes that hold many values: maps, and arrays of numbers."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from muster.pql import compile_rule
from muster.schema import EntityClass, Field, Schema, pql_type
from tests.pql import shop


@pytest.fixture(scope="module")
def mapped() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = shop.database(
        {
            "company": [{"_ord": 1}, {"_ord": 2}],
            "person": [
                {
                    "_ord": 1,
                    "company_ord": 1,
                    "numbers": [2, 7.5, None, 2],
                    "identities": {"email": "a", "crm": "c1"},
                    "points": {"x": 1, "y": 5},
                },
                {"_ord": 2, "company_ord": 1, "identities": {"email": "b", "crm": None}, "points": {"x": 3}},
                {"_ord": 3, "company_ord": 2, "identities": {}, "points": {}, "country": "crm"},
                {"_ord": 4, "company_ord": 2, "country": "email"},
            ],
        }
    )
    yield connection
    connection.close()


MAPS: dict[str, list[int]] = {
    "numbers.count() = 3": [1],
    "numbers.sum() = 11.5": [1],
    "numbers.distinct().sum() = 9.5": [1],
    "numbers.topN($1, 2).min() = 2": [1],
    "numbers.map($1 * $1).max() = 56.25": [1],
    "numbers.map(N => N * N)[$1 > 5].count() = 1": [1],
    '"2" in numbers': [1],
    "numbers = [2, 7.5]": [1],
    'identityMap.get("email") = "a"': [1],
    'identityMap.get("crm").isNull()': [2, 3, 4],
    "identityMap.get(homeAddress.countryCode).isNotNull()": [],
    'points.get("x") > 0': [1, 2],
    'not (points.get("x") > 1)': [1, 3, 4],
    "identityMap.count() = 2": [1, 2],
    "identityMap.count() = 0": [3, 4],
    "identityMap.isNull()": [4],
    'identityMap.keys() = ["email", "crm"]': [1, 2],
    '"phone" notIn identityMap.keys()': [1, 2, 3],
    "identityMap.values().count() = 1": [2],
    '"b" in identityMap.values()': [2],
    "points.values().sum() = 6": [1],
    "points.map((K, V) => V * 2).max() = 10": [1],
    'points.filter((K, V) => K = "x" and V < 2).count() = 1': [1],
    'points.map((K, V) => mapEntry(K, V + 1)).get("y") = 6': [1],
    "points.exists((K, V) => V = 3)": [2],
    'exists E from points where E.key = "x" and E.value = 3': [2],
    "points.topN((K, V) => V, 1).keys().head() = 'y'": [1],
}


@pytest.mark.parametrize("rule", MAPS)
def test_maps(mapped: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert shop.who(mapped, rule) == MAPS[rule]
    companies = {1: {1, 2}, 2: {3, 4}}
    within = [company for company, people in companies.items() if people & {*MAPS[rule]}]
    assert shop.who(mapped, f"people[{rule}].count() > 0", "company") == within


def test_a_map_on_the_way_through_many_rows(mapped: duckdb.DuckDBPyConnection) -> None:
    assert shop.who(mapped, 'people.points.get("x") = 3', "company") == [1]
    assert shop.who(mapped, "people.points.keys().count() = 3", "company") == [1]
    assert shop.who(mapped, "people.identityMap.values().distinct().count() = 3", "company") == [1]


@pytest.mark.parametrize(
    ("column", "type_"),
    [
        ("varchar[]", "array<string>"),
        ("DECIMAL(18, 2)[]", "array<number>"),
        ("MAP(VARCHAR, DOUBLE)", "map<string,number>"),
        ("map(varchar, decimal(18, 2))", "map<string,number>"),
        ("map(integer, timestamp with time zone)", "map<number,timestamp>"),
        ("map(varchar, varchar[])", "map<string,array<string>>"),
    ],
)
def test_the_types_of_columns_that_hold_many(column: str, type_: str) -> None:
    assert pql_type(column) == type_


def test_a_map_of_arrays() -> None:
    fields = {"identityMap": Field("identityMap", "held", pql_type("map(varchar, varchar[])"))}
    schema = Schema({"person": EntityClass("person", "person", "_ord", fields)})
    connection = duckdb.connect(":memory:")
    connection.execute("create table person (_ord integer, held map(varchar, varchar[]))")
    connection.execute("insert into person values (1, map {'email': ['a', 'b'], 'crm': ['c']}), (2, map {}), (3, null)")
    found = {
        'identityMap.get("email").includes("b")': [1],
        'identityMap.get("email")[$1 != "a"].count() = 1': [1],
        'exists E from identityMap.get("email") where E = "a"': [1],
        'identityMap.get("email").isNull()': [2, 3],
        "identityMap.values().count() = 3": [1],
        '"c" notIn identityMap.values()': [2],
    }
    for rule, expected in found.items():
        sql = compile_rule(rule, "people", schema, shop.NOW).sql
        assert sorted(row[0] for row in connection.execute(sql).fetchall()) == expected, rule

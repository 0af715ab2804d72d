"""Amounts that dbt has converted are what aggregates and ranks take; the others count in one currency alone."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from muster.pql import compile_rule
from muster.schema import Field, Schema
from tests.pql.sample import NOW, SCHEMA, database

DEALS = [("USD", 100.0), ("EUR", 200.0), (None, 300.0)]


@pytest.fixture
def rows() -> duckdb.DuckDBPyConnection:
    connection = database(
        {
            "account": [(1, "Acme", *[None] * 8)],
            "opportunity": [
                (f"o{n}", f"deal {n}", "Open", 1, amount, currency, 10.0, False, False, None, None)
                for n, (currency, amount) in enumerate(DEALS)
            ],
        }
    )
    connection.execute("alter table opportunity add column converted double")
    connection.execute(
        "update opportunity set converted = amount * case when amount_currency = 'EUR' then 2 else 1 end"
    )
    return connection


@pytest.fixture
def schema() -> Schema:
    """The sample's, with the converted amount beside the amount."""
    deals = SCHEMA.classes["opportunity"]
    path = "opportunityAmount.convertedAmount"
    fields = {**deals.fields, path: Field(path, "converted", "number")}
    return Schema({**SCHEMA.classes, "opportunity": replace(deals, fields=fields)})


@pytest.mark.parametrize(
    "rule",
    [
        "opportunities.sum(opportunityAmount.amount) = 800",
        "opportunities.max(opportunityAmount.amount) = 400",
        "opportunities.sum(2 * opportunityAmount.amount) = 1600",
        "opportunities.sum(O => O.opportunityAmount.amount) = 800",
        "(sum O.opportunityAmount.amount over O from opportunities) = 800",
        'opportunities.topN(opportunityAmount.amount, 1).head().opportunityName = "deal 1"',
        "opportunities.topN(opportunityAmount.amount, 1).sum(opportunityAmount.amount) = 400",
        "opportunities[opportunityAmount.amount = 200].count() = 1",
        "opportunities.opportunityAmount.convertedAmount = 400",
        "people.count() = 0 and opportunities.sum(expectedRevenue.amount) = 30",
    ],
)
def test_an_aggregate_takes_what_was_converted(rows: duckdb.DuckDBPyConnection, schema: Schema, rule: str) -> None:
    assert rows.execute(compile_rule(rule, "accounts", schema, NOW).sql).fetchall() == [(1,)]


def test_a_rule_tells_that_it_takes_converted_amounts(schema: Schema) -> None:
    compiled = compile_rule("opportunities.sum(opportunityAmount.amount) > 1", "accounts", schema, NOW)
    assert ("opportunity", "opportunityAmount.convertedAmount", "converted") in compiled.fields

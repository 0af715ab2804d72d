"""Batch or streaming, with the reason, and a declared method that cannot be kept."""

from __future__ import annotations

import pytest

from muster.pql import compile_rule, refuse_declared
from tests.pql.sample import NOW, SCHEMA

VISIT = 'web.webPageDetails.name = "Pricing"'
STREAMS = {
    "b2b.personScore > 80": "own attributes",
    'workAddress.country != "US" and not b2b.isBlocked': "own attributes",
    'inSegment("large")': "own attributes",
    "personComponents.isNotNull()": "own attributes",
    "person.birthDate occurs <= 30 years before now": "own attributes",
    f"xEvent[{VISIT} and timestamp occurs <= 24 hours before now].count() > 2": "last 24 hours",
    f"xEvent.exists({VISIT} and timestamp occurs today)": "last 24 hours",
    "xEvent.exists(timestamp > 1 hour before now)": "last 24 hours",
    "xEvent.exists(timestamp occurs between 23 hours before now and now)": "last 24 hours",
    "xEvent.exists(timestamp occurs last hour or timestamp occurs < 1 day before now)": "last 24 hours",
    "xEvent.exists(timestamp occurs = 3 hours before now)": "last 24 hours",
    f'workAddress.country = "US" and not xEvent.exists({VISIT} and timestamp occurs <= 1 day before now)': "last 24",
    f"CHAIN(xEvent, timestamp, [A: WHAT({VISIT}) WHEN(< 24 hours before now) COUNT(5)])": "last 24 hours",
    f"CHAIN(xEvent, timestamp, [A: WHAT({VISIT}) WHEN(today), B: WHAT({VISIT}) WHEN(<= 2 hours after A)])": "last 24",
    'inSegment("large") and CHAIN(xEvent, timestamp, [C0: WHAT(true) WHEN(<= 24 hours before now)])': "last 24 hours",
    "person.birthDate.getMonth() = 6 and person.birthDate.getYear() = 1990": "own attributes",
}
BATCH = {
    "accounts.isNull()": "walks to account, account_person",
    "xEvent.exists(campaign.isNull() and timestamp occurs today)": "walks to campaign",
    "xEvent.count() > 1": "without a window",
    f"xEvent.exists({VISIT} and timestamp occurs <= 3 days before now)": "more than 24 hours",
    "xEvent.exists(timestamp occurs <= 25 hours before now)": "more than 24 hours",
    "xEvent.exists(timestamp occurs yesterday)": "more than 24 hours",
    "xEvent.exists(timestamp occurs this week)": "more than 24 hours",
    "xEvent.exists(timestamp occurs <= 1 day before today)": "more than 24 hours",
    "xEvent.exists(timestamp occurs >= 1 hour before now)": "without a window",
    "xEvent.exists(timestamp occurs today or eventType = 'x')": "without a window",
    "xEvent.exists(not timestamp occurs today)": "without a window",
    "xEvent.max(timestamp) > 1 hour before now": "without a window",
    f"CHAIN(xEvent, timestamp, [A: WHAT({VISIT}), B: WHAT({VISIT}) WHEN(<= 2 hours before now)])": "without a window",
    f"not (CHAIN(xEvent, timestamp, [A: WHAT({VISIT}) WHEN(< 24 hours before now)]))": "it only excludes",
    'not (workAddress.country = "US") and not b2b.isBlocked': "it only excludes",
    "person.birthDate.getMonth() = currentMonth()": "without its year",
    'inSegment("partners") and b2b.personScore > 1': "partners, an audience from outside",
}


@pytest.mark.parametrize("rule", STREAMS)
def test_a_rule_may_stream(rule: str) -> None:
    compiled = compile_rule(rule, "people", SCHEMA, NOW, segment_table=str)
    assert (compiled.method, compiled.reason.count("\n")) == ("streaming", 0)
    assert STREAMS[rule] in compiled.reason


@pytest.mark.parametrize("rule", BATCH)
def test_a_rule_is_batch_for_a_reason(rule: str) -> None:
    compiled = compile_rule(rule, "people", SCHEMA, NOW, segment_table=str, external=["partners"])
    assert compiled.method == "batch"
    assert BATCH[rule] in compiled.reason


def test_accounts_are_batch() -> None:
    compiled = compile_rule('accountName = "Acme"', "accounts", SCHEMA, NOW)
    assert (compiled.method, compiled.reason) == ("batch", "audiences of account rows are evaluated in batches")


def test_a_declared_method_that_cannot_be_kept_is_refused() -> None:
    batch = compile_rule("accounts.isNull()", "people", SCHEMA, NOW)
    streams = compile_rule("b2b.personScore > 80", "people", SCHEMA, NOW)
    assert refuse_declared(None, batch) is refuse_declared("batch", batch) is refuse_declared("batch", streams) is None
    assert "cannot stream: it walks to account" in str(refuse_declared("streaming", batch))
    assert "until there is a streaming engine" in str(refuse_declared("streaming", streams))

"""CHAIN: single forms on the sample rows, and all of them against every way to choose rows, tried one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.errors import RuleError
from muster.pql import compile_rule
from tests.pql.sample import NOW, SCHEMA, database, who

PRICING = 'web.webPageDetails.name = "Pricing"'

#: What comes after `CHAIN(`, and whom it finds in the sample rows.
CHAINS: dict[str, list[int]] = {
    f"xEvent, timestamp, [A: WHAT({PRICING})]": [1, 2, 5],
    f"xEvent, timestamp, [A: WHAT({PRICING}) WHEN(<= 3 days before now)]": [1, 2],
    f"xEvent, timestamp, [A: WHAT({PRICING}) WHEN(today)]": [],
    f"xEvent, timestamp, [A: WHAT({PRICING}) WHEN(after now)]": [5],
    f"xEvent, timestamp, [A: WHAT({PRICING}) WHEN(between yesterday and now)]": [1],
    f"xEvent, timestamp, [A: WHAT({PRICING}) COUNT(4)]": [1],
    f"xEvent, timestamp, [A: COUNT(3) WHAT({PRICING}) WHEN(last month)]": [1],
    "xEvent, timestamp, [A: WHERE(A.campaign.campaignName = 'Spring') COUNT(2)]": [2],
    f"xEvent, timestamp, [A: WHAT({PRICING}), B: WHAT(eventType.contains('email'))]": [2],
    f"xEvent, timestamp, [B: WHAT(eventType.contains('email')), A: WHAT({PRICING})]": [],
    "xEvent, timestamp, [A: WHAT(true), B: WHAT(true) WHEN(<= 25 hours after A)]": [1],
    "xEvent, timestamp, [A: WHAT(true), B: WHAT(true) WHEN(>= 20 days after A)]": [1],
    "xEvent, timestamp, [A: COUNT(3), B: WHAT(true) WHEN(>= 25 days after A)]": [1],
    "xEvent, timestamp, [A: WHAT(true), B: WHERE(A.campaign.campaignName = B.campaign.campaignName)]": [2],
    "xEvent, timestamp, [A: WHAT(^workAddress.country = 'CA'), B: WHAT(true)]": [2],
    "xEvent, timestamp, [A: WHAT(true), B: WHERE(A.campaign.campaignMembers.count() = 0)]": [1],
    "xEvent[campaign.isNotNull()], timestamp, [A: WHAT(true), B: WHAT(true)]": [2],
    "opportunities, actualCloseDate, [A: WHAT(isWon = true)]": [1],
    "accounts.opportunities, expectedCloseDate, [W: WHAT(isWon), N: WHAT(isClosed = false) WHEN(<= 1 month after W)]": [
        1,
        2,
    ],
    "opportunityPersons, opportunity.expectedCloseDate, [A: WHAT(isPrimary), B: WHAT(isPrimary = false)]": [1, 2],
}


@pytest.mark.parametrize("rule", CHAINS)
def test_a_chain_finds(rows: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert who(rows, f"CHAIN({rule})") == CHAINS[rule]


def test_a_chain_over_the_events_of_an_accounts_people(rows: duckdb.DuckDBPyConnection) -> None:
    """Events of several people make one chain, and count once however many ways lead to them."""
    rule = f"CHAIN(xEvent, timestamp, [A: WHAT({PRICING}) COUNT(4), B: WHAT(eventType.contains('email'))])"
    assert who(rows, rule, "accounts") == [1]
    assert who(rows, rule.replace("COUNT(4)", "COUNT(5)"), "accounts") == [1]
    assert who(rows, rule.replace("COUNT(4)", "COUNT(6)"), "accounts") == []


def test_a_chain_within_a_filter_looks_out(rows: duckdb.DuckDBPyConnection) -> None:
    rule = "people[CHAIN(xEvent, timestamp, [A: WHAT(^^country = 'CA'), B: WHAT(^workAddress.country = 'US')])]"
    rule = rule.replace("^^country", "^^accountBillingAddress.country")
    assert who(rows, f"{rule}.count() > 0", "accounts") == [1]


def test_one_item_is_a_question_for_rows() -> None:
    chain = f"CHAIN(xEvent, timestamp, [A: WHAT({PRICING}) WHEN(<= 3 days before now)])"
    plain = f"xEvent.exists({PRICING} and timestamp occurs <= 3 days before now)"
    assert compile_rule(chain, "people", SCHEMA, NOW).sql == compile_rule(plain, "people", SCHEMA, NOW).sql
    counted = chain.replace("WHEN", "COUNT(2) WHEN")
    plain = f"xEvent[{PRICING} and timestamp occurs <= 3 days before now].count() >= 2"
    assert compile_rule(counted, "people", SCHEMA, NOW).sql == compile_rule(plain, "people", SCHEMA, NOW).sql


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("CHAIN(xEvent, timestamp, [A: WHAT(true), A: WHAT(true)])", "two items are called A"),
        ("CHAIN(xEvent, timestamp, [A: COUNT(0)])", "at least one row"),
        ("CHAIN(xEvent, eventType, [A: WHAT(true)])", "goes by one date or timestamp"),
        ("CHAIN(xEvent, campaign.campaignMembers.person.birthDate, [A: WHAT(true)])", "has no"),
        ("CHAIN(accounts, opportunities.actualCloseDate, [A: WHAT(true)])", "not many times a row"),
        ("CHAIN(workAddress.country, timestamp, [A: WHAT(true)])", "rows of a relation"),
        ("CHAIN(xEvent, timestamp, [A: WHEN(after B), B: WHAT(true)])", "has no 'B'"),
        ("CHAIN(xEvent, timestamp, [A: WHAT(true)]) and A.eventType = 'x'", "has no 'A.eventType'"),
    ],
)
def test_a_chain_that_makes_no_sense_is_refused(rule: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        compile_rule(rule, "people", SCHEMA, NOW)


# Against every assignment of rows


@dataclass(frozen=True)
class Event:
    key: str
    kind: str | None
    page: str | None
    time: datetime | None


@dataclass(frozen=True)
class Item:
    """One item: its text but for the name, how many rows, and what is asked of a row, given the rows before."""

    text: str
    count: int
    holds: Callable[[Event, dict[str, Event]], bool]


def between(low: datetime, time: datetime, high: datetime) -> bool:
    return low <= time <= high


@st.composite
def items(draw: st.DrawFn, before: list[str]) -> Item:
    kind = draw(st.sampled_from([None, "a", "b"]))
    count = draw(st.sampled_from([1, 1, 1, 2, 3]))
    hours = draw(st.integers(0, 3))
    span = timedelta(hours=hours)
    forms: list[tuple[str, Callable[[Event, dict[str, Event]], bool]]] = [
        ("", lambda row, seen: True),
        (f"WHEN(<= {hours} hours before now)", lambda row, seen: between(NOW - span, row.time, NOW)),  # type: ignore[arg-type]
        (f"WHEN(> {hours} hours before now)", lambda row, seen: row.time < NOW - span),  # type: ignore[operator]
    ]
    if before:
        name = draw(st.sampled_from(before))
        forms += [
            (f"WHEN(<= {hours} hours after {name})", lambda row, seen: row.time <= seen[name].time + span),  # type: ignore[operator]
            (f"WHEN(> {hours} hours after {name})", lambda row, seen: row.time > seen[name].time + span),  # type: ignore[operator]
            (f"WHEN(on {name})", lambda row, seen: row.time == seen[name].time),
            (f"WHERE(SELF.{PAGE} = {name}.{PAGE})", lambda row, seen: None is not row.page == seen[name].page),
            (
                f"WHERE({PAGE} != {name}.{PAGE} or {name}.eventType.isNull())",
                lambda row, seen: None is not row.page != seen[name].page is not None or seen[name].kind is None,
            ),
            (
                f"WHERE({name}.person.xEvent[{PAGE} = SELF.{PAGE}].count() > 1)",
                lambda row, seen: sum(row.page is not None and row.page == other.page for other in seen["all"]) > 1,  # type: ignore[attr-defined]
            ),
        ]
    text, more = draw(st.sampled_from(forms))
    what = f'WHAT(eventType = "{kind}") ' if kind else ""
    counted = f"COUNT({count}) " if count > 1 or not (what or text) else ""
    return Item(what + counted + text, count, lambda row, seen: (not kind or row.kind == kind) and more(row, seen))


PAGE = "web.webPageDetails.name"
NAMES = "ABC"


@st.composite
def chains(draw: st.DrawFn) -> list[Item]:
    length = draw(st.integers(1, 3))
    return [draw(items(list(NAMES[:index]))) for index in range(length)]


events = st.builds(
    Event,
    st.just(""),
    st.sampled_from(["a", "b", None]),
    st.sampled_from(["x", "y", None]),
    st.sampled_from([None, *(NOW + timedelta(hours=hours) for hours in (-3, -2, -2, -1, 0, 1))]),
)


def found(rows: list[Event], chain: list[Item], seen: dict[str, Event], index: int = 0) -> bool:
    """Whether there are rows for the items from `index` on, after those of the items before."""
    if index == len(chain):
        return True
    item, name = chain[index], NAMES[index]
    position = seen.get("last")
    after = [row for row in rows if position is None or order(row) > order(position)]
    fitting = [row for row in after if item.holds(row, seen)]
    return any(
        found(rows, chain, {**seen, name: chosen[-1], "last": chosen[-1]}, index + 1)
        for chosen in combinations(fitting, item.count)
    )


def order(row: Event) -> tuple[datetime, str]:
    assert row.time
    return row.time, row.key


def keyed(drawn: list[Event]) -> Iterator[Event]:
    for index, event in enumerate(drawn):
        yield Event(f"e{index}", event.kind, event.page, event.time)


STORE = database({"person": [(1, *[None] * 12)]})


@settings(max_examples=300)
@given(st.lists(events, max_size=6), chains())
def test_a_chain_holds_where_some_choice_of_rows_fits(drawn: list[Event], chain: list[Item]) -> None:
    every = list(keyed(drawn))
    STORE.execute("delete from activity")
    for event in every:
        values = [event.key, 1, event.kind, event.time, event.page, None]
        STORE.execute("insert into activity values (?, ?, ?, ?, ?, ?)", values)
    told = ", ".join(f"{name}: {item.text}".replace("SELF", name) for name, item in zip(NAMES, chain, strict=False))
    timed = sorted((event for event in every if event.time), key=order)
    expected = found(timed, chain, {"all": every})  # type: ignore[dict-item]
    assert bool(who(STORE, f"CHAIN(xEvent, timestamp, [{told}])")) is expected

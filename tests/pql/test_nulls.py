"""Null counts as false in every comparison, negated ones too: random rules against a small evaluator in Python."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import duckdb
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pql.sample import database, who


@dataclass(frozen=True)
class Deal:
    amount: int | None
    is_closed: bool | None


@dataclass(frozen=True)
class Person:
    score: int | None
    is_blocked: bool | None
    country: str | None
    city: str | None
    departments: tuple[str, ...] | None
    deals: tuple[Deal, ...]


Meaning = Callable[[Person], bool]
Rule = tuple[str, Meaning]

DEALS = [(), (Deal(None, None),), (Deal(40, True),), (Deal(40, False), Deal(80, True), Deal(None, True))]
DEPARTMENTS = [None, (), ("HR",), ("HR", "US")]
PEOPLE = [
    Person(*values)
    for values in product(
        [None, 0, 40, 80], [None, True, False], [None, "US", "Austin"], [None, "Austin"], DEPARTMENTS, DEALS
    )
]
COMPARISONS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def load() -> duckdb.DuckDBPyConnection:
    rows: dict[str, list[tuple[object, ...]]] = {"person": [], "opportunity": [], "opportunity_person": []}
    for key, person in enumerate(PEOPLE):
        departments = None if person.departments is None else list(person.departments)
        about = (person.country, person.city, person.score, person.is_blocked)
        rows["person"].append((key, None, None, None, None, departments, *about, None, None, None))
        for number, deal in enumerate(person.deals):
            name = f"{key}-{number}"
            rows["opportunity"].append((name, *[None] * 3, deal.amount, None, None, deal.is_closed, *[None] * 3))
            rows["opportunity_person"].append((name, name, key, None, None))
    connection = database({"opportunity": rows["opportunity"][:1]})
    for name, values in rows.items():
        types = {"departments": pa.list_(pa.string())}
        columns = [row[0] for row in connection.execute(f"describe {name}").fetchall()]
        data = {c: pa.array([v[i] for v in values], types.get(c)) for i, c in enumerate(columns)}
        connection.execute(f"delete from {name}")
        connection.register("loaded", pa.table(data))
        connection.execute(f"insert into {name} select * from loaded")
    return connection


DATABASE = load()


def known(compare: Callable[[object, object], bool], left: object, right: object) -> bool:
    return left is not None and right is not None and compare(left, right)


numbers = st.sampled_from([0, 39, 40, 80])
signs = st.sampled_from(sorted(COMPARISONS))
words = st.sampled_from(["US", "Austin", "HR", "ust", ""])


@st.composite
def scores(draw: st.DrawFn) -> Rule:
    sign, number = draw(signs), draw(numbers)
    if draw(st.booleans()):
        return f"b2b.personScore {sign} {number}", lambda p: known(COMPARISONS[sign], p.score, number)
    return f"{number} {sign} b2b.personScore", lambda p: known(COMPARISONS[sign], number, p.score)


@st.composite
def texts(draw: st.DrawFn) -> Rule:
    sign, word = draw(signs), draw(words)
    kind = draw(st.sampled_from(["literal", "attribute", "in", "notIn", "contains", "doesNotContain", "equals"]))
    match kind:
        case "literal":
            return f'workAddress.country {sign} "{word}"', lambda p: known(COMPARISONS[sign], p.country, word)
        case "attribute":
            rule = f"workAddress.country {sign} workAddress.city"
            return rule, lambda p: known(COMPARISONS[sign], p.country, p.city)
        case "in":
            return f'workAddress.country in ["{word}", "x"]', lambda p: p.country in (word, "x")
        case "notIn":
            rule = f'workAddress.country notIn ["{word}", "x"]'
            return rule, lambda p: p.country is not None and p.country not in (word, "x")
        case "contains":
            return f'workAddress.city.contains("{word}")', lambda p: p.city is not None and word in p.city
        case "doesNotContain":
            return f'workAddress.city.doesNotContain("{word}")', lambda p: p.city is not None and word not in p.city
    rule = f'workAddress.city.notEqualTo("{word}", false)'
    return rule, lambda p: p.city is not None and p.city.lower() != word.lower()


@st.composite
def arrays(draw: st.DrawFn) -> Rule:
    word = draw(words)
    includes = f'extendedWorkDetails.departments.includes("{word}")'
    return draw(
        st.sampled_from(
            [
                (includes, lambda p: p.departments is not None and word in p.departments),
                (
                    f'"{word}" notIn extendedWorkDetails.departments',
                    lambda p: p.departments is not None and word not in p.departments,
                ),
                (
                    f'extendedWorkDetails.departments.intersects(["{word}", "US"])',
                    lambda p: bool({word, "US"} & {*(p.departments or ())}),
                ),
                (
                    "workAddress.country in extendedWorkDetails.departments",
                    lambda p: p.country is not None and p.country in (p.departments or ()),
                ),
                ("extendedWorkDetails.departments.count() = 1", lambda p: len(p.departments or ()) == 1),
            ]
        )
    )


FLAGS: list[Rule] = [
    ("not b2b.isBlocked", lambda p: p.is_blocked is not True),
    ("b2b.isBlocked = false", lambda p: p.is_blocked is False),
    ("b2b.isBlocked != true", lambda p: p.is_blocked is False),
    ("b2b.isBlocked.isNull()", lambda p: p.is_blocked is None),
    ("workAddress.isNotNull()", lambda p: p.country is not None or p.city is not None),
    ("true", lambda p: True),
]


@st.composite
def deals(draw: st.DrawFn) -> Rule:
    sign, number = draw(signs), draw(numbers)
    compare = COMPARISONS[sign]
    amount = "opportunityAmount.amount"

    def least(p: Person) -> int | None:
        return min((d.amount for d in p.deals if d.amount is not None), default=None)

    return draw(
        st.sampled_from(
            [
                (
                    f"opportunities.{amount} {sign} {number}",
                    lambda p: any(known(compare, d.amount, number) for d in p.deals),
                ),
                (
                    f"forall D from opportunities where D.{amount} {sign} {number}",
                    lambda p: all(known(compare, d.amount, number) for d in p.deals),
                ),
                (
                    f"opportunities[not ({amount} {sign} {number})].count() > 0",
                    lambda p: any(not known(compare, d.amount, number) for d in p.deals),
                ),
                (
                    f"opportunities[isClosed].count() {sign} {number // 40}",
                    lambda p: compare(sum(d.is_closed is True for d in p.deals), number // 40),
                ),
                (
                    f"opportunities.sum({amount}) {sign} {number}",
                    lambda p: compare(sum(d.amount or 0 for d in p.deals), number),
                ),
                (f"opportunities.min({amount}) {sign} {number}", lambda p: known(compare, least(p), number)),
                (
                    f"opportunities[{amount} {sign} ^b2b.personScore].count() = 1",
                    lambda p: sum(known(compare, d.amount, p.score) for d in p.deals) == 1,
                ),
                (
                    f"b2b.personScore notIn opportunities.{amount}",
                    lambda p: p.score is not None and p.score not in [d.amount for d in p.deals],
                ),
                ("opportunities.isClosed.isNull()", lambda p: any(d.is_closed is None for d in p.deals)),
                ("opportunities.isNull()", lambda p: not p.deals),
            ]
        )
    )


def combined(rules: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    def negated(rule: Rule) -> Rule:
        return f"not ({rule[0]})", lambda p: not rule[1](p)

    def as_value(rule: Rule) -> Rule:
        return f"({rule[0]}) = false", lambda p: not rule[1](p)

    def both(left: Rule, right: Rule) -> Rule:
        return f"({left[0]}) and ({right[0]})", lambda p: left[1](p) and right[1](p)

    def either(left: Rule, right: Rule) -> Rule:
        return f"({left[0]}) or ({right[0]})", lambda p: left[1](p) or right[1](p)

    def differ(left: Rule, right: Rule) -> Rule:
        return f"({left[0]}) != ({right[0]})", lambda p: left[1](p) != right[1](p)

    return st.one_of(
        rules.map(negated),
        rules.map(as_value),
        *(st.tuples(rules, rules).map(lambda pair, make=make: make(*pair)) for make in (both, either, differ)),
    )


ATOMS = st.one_of(scores(), texts(), arrays(), st.sampled_from(FLAGS), deals())


@given(st.recursive(ATOMS, combined, max_leaves=8))
@settings(max_examples=250, deadline=None)
def test_a_rule_finds_whom_its_meaning_finds(rule: Rule) -> None:
    text, meaning = rule
    assert who(DATABASE, text) == [key for key, person in enumerate(PEOPLE) if meaning(person)], text


def test_not_equal_is_not_the_opposite_of_equal_where_nothing_is_known() -> None:
    unknown = [key for key, person in enumerate(PEOPLE) if person.score is None]
    equal, different = (set(who(DATABASE, f"b2b.personScore {sign} 40")) for sign in ("=", "!="))
    assert not (equal | different) & {*unknown}
    assert {*who(DATABASE, "not (b2b.personScore = 40)")} == different | {*unknown}

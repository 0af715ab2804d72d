"""Rules that are evaluated together find whom each of them finds alone, by its own query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from muster.audiences.bitmaps import to_arrow
from muster.audiences.conditions import Conditions
from muster.audiences.planning import Agenda
from muster.audiences.segments import segment_table
from muster.errors import RuleError
from muster.pql import CompiledRule, compile_rule
from tests.pql.sample import NOW, SCHEMA, database

#: Ordinals have gaps, some events are nobody's or of somebody who is not there, and everything may be null.
FILLED = """
    insert into person by name select i * 301 as _ord, 'p' || i as person_id,
        ['US', 'DE', 'GB', null][1 + i % 4] as work_country,
        ['VP Sales', 'CMO', 'COO', null][1 + i * 7 % 4] as job_title,
        ['Berlin', 'Köln'][1 + i % 2] as work_city, case when i % 7 > 0 then (i * 13 % 100)::double end as person_score,
        case when i % 5 > 0 then i % 2 = 0 end as is_blocked,
        case when i % 3 > 0 then [['HR', 'IT'][1 + i % 2]] end as departments,
        case when i % 6 > 0 then i % 40 end as account_ord
    from range(300) as t (i);
    insert into account by name select i as _ord, 'Account ' || i as account_name, i * 37 % 900 as employees,
        ['Finance', 'Media', null][1 + i % 3] as industry, ['US', 'CA', null][1 + i * 3 % 7 % 3] as country
    from range(40) as t (i);
    insert into account_person by name select 'ap' || i as account_person_id, i * 11 % 40 as account_ord,
        (i * 17 % 300) * 301 as person_ord, ['Manager', 'User', null][1 + i % 3] as person_role, i % 4 > 0 as is_active
    from range(400) as t (i);
    insert into opportunity by name select 'o' || i as opportunity_id, i * 7 % 40 as account_ord,
        case when i % 8 > 0 then (i * 997 % 300 * 1000)::double end as amount, 'USD' as amount_currency,
        i % 3 > 0 as is_closed, i % 3 = 1 as is_won
    from range(120) as t (i);
    insert into opportunity_person by name select 'op' || i as opportunity_person_id,
        'o' || i * 3 % 130 as opportunity_id,
        (i * 19 % 300) * 301 as person_ord, ['Decision Maker', 'User', null][1 + i % 3] as person_role
    from range(250) as t (i);
    insert into activity by name select 'e' || i as activity_id,
        case when i % 50 > 0 then (i * i % 310) * 301 end as person_ord,
        timestamp '2026-03-18 12:00:00' - to_hours((i * 37 % 2160)::integer) as occurred_at,
        case when i % 9 > 0 then 'Page ' || i % 5 end as page_name, ['visit', 'mail'][1 + i % 2] as event_type
    from range(900) as t (i);
"""
WINDOW = "V.timestamp occurs <= 30 days before now"
RULES = {
    "american": f'workAddress.country = "US" and (exists V from xEvent where {WINDOW})',
    "neither": f'workAddress.country != "US" and not (exists V from xEvent where {WINDOW})',
    "either": f"b2b.personScore > 50 or b2b.isBlocked = true or (exists V from xEvent where {WINDOW})",
    "among": 'inSegment("american") and b2b.personScore > 20',
    "everyone": "true",
    "nobody": "false",
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with database({}) as made:
        made.execute(FILLED)
        yield made


def compiled(rule: str, of: str = "people") -> CompiledRule:
    return compile_rule(rule, of, SCHEMA, NOW, segment_table=segment_table)


def alone(connection: duckdb.DuckDBPyConnection, rule: CompiledRule) -> BitMap:
    return BitMap(row[0] for row in connection.execute(rule.sql).fetchall())


def together(
    connection: duckdb.DuckDBPyConnection, rules: Mapping[str, CompiledRule], **bounds: int
) -> dict[str, BitMap]:
    conditions = Conditions(connection, Agenda.of(rules), **bounds)
    found = {}
    for name in rules:
        found[name] = conditions.members(name)
        conditions.know(name, found[name])
    return found


def test_rules_evaluated_together_find_whom_each_finds_alone(connection: duckdb.DuckDBPyConnection) -> None:
    rules = {name: compiled(rule) for name, rule in RULES.items()}
    found = together(connection, rules)
    connection.register(segment_table("american"), to_arrow(found["american"]))
    for name, rule in rules.items():
        assert found[name] == alone(connection, rule), name
    connection.unregister(segment_table("american"))
    assert found["american"] & found["neither"] == BitMap()
    assert 0 < len(found["american"]) < len(found["either"]) < len(found["everyone"]) == 300


COUNTRIES, PAGES, ROLES = ("US", "DE", "FR"), ("Page 0", "Page 1", "Page 4", "Nowhere"), ("Decision Maker", "User")
OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
SCORES = st.sampled_from(["0", "13", "50", "50.5", "91", "100"])
DAYS = st.sampled_from([1, 7, 30, 60])


def said(template: str, **choices: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    return st.fixed_dictionaries(choices).map(lambda chosen: template.format(**chosen))


EVENTS = st.one_of(
    said('V.web.webPageDetails.name = "{page}"', page=st.sampled_from(PAGES)),
    said('V.web.webPageDetails.name in ["{one}", "{two}"]', one=st.sampled_from(PAGES), two=st.sampled_from(PAGES)),
    said("V.timestamp occurs {how} {days} days before now", how=st.sampled_from(["<=", ">"]), days=DAYS),
    said('V.eventType = "{kind}"', kind=st.sampled_from(["visit", "mail"])),
    said("b2b.personScore {how} {score}", how=OPERATORS, score=SCORES),
)
ATOMS = st.one_of(
    said("b2b.personScore {how} {score}", how=OPERATORS, score=SCORES),
    said('workAddress.country = "{country}"', country=st.sampled_from(COUNTRIES)),
    said('not (workAddress.country in ["{one}", "US"])', one=st.sampled_from(COUNTRIES)),
    said('extendedWorkDetails.jobTitle like "{title}%"', title=st.sampled_from(["VP", "C", "X"])),
    said('extendedWorkDetails.departments.intersects(["{one}"])', one=st.sampled_from(["HR", "IT"])),
    st.lists(EVENTS, min_size=1, max_size=3).map(lambda tests: f"(exists V from xEvent where {' and '.join(tests)})"),
    st.lists(EVENTS, min_size=1, max_size=2).map(lambda tests: f"(forall V from xEvent where {' or '.join(tests)})"),
    said(
        'xEvent[eventType = "{kind}" and timestamp occurs <= {days} days before now].count() {how} {times}',
        kind=st.sampled_from(["visit", "mail"]), days=DAYS, how=OPERATORS, times=st.integers(0, 4),
    ),
    said(
        '(exists R from opportunityPersons where R.personRole = "{role}"'
        " and R.opportunity.opportunityAmount.amount {how} {amount})",
        role=st.sampled_from(ROLES), how=OPERATORS, amount=st.sampled_from([50_000, 100_000, 250_000]),
    ),
    said(
        "accounts.opportunities[isWon = {won}].sum(opportunityAmount.amount) {how} {amount}",
        won=st.sampled_from(["true", "false"]), how=OPERATORS, amount=st.sampled_from([0, 100_000, 400_000]),
    ),
    said('account.accountOrganization.industry = "{what}"', what=st.sampled_from(["Finance", "Media"])),
    said('(exists A from accounts where A.accountOrganization.numberOfEmployees {how} {size})',
        how=OPERATORS, size=st.sampled_from([0, 100, 450])),
)  # fmt: skip


def joined(rules: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        said("({one} and {two})", one=rules, two=rules),
        said("({one} or {two})", one=rules, two=rules),
        said("not ({one})", one=rules),
    )


@settings(max_examples=30)
@given(codes=st.sampled_from([1, 3, 1000]), rules=st.lists(st.recursive(ATOMS, joined, max_leaves=5), min_size=1))
def test_whatever_rules_stand_beside_it_a_rule_finds_the_same(
    connection: duckdb.DuckDBPyConnection, codes: int, rules: list[str]
) -> None:
    named = {str(number): compiled(rule) for number, rule in enumerate(rules)}
    for name, found in together(connection, named, memory=codes * 131_072).items():
        assert found == alone(connection, named[name]), rules[int(name)]


def test_leaves_that_differ_in_constants_are_one_pass(connection: duckdb.DuckDBPyConnection) -> None:
    asked = [
        f'(exists V from xEvent where V.web.webPageDetails.name = "{page}"'
        f" and V.timestamp occurs <= {days} days before now) and b2b.personScore > {score}"
        for page in PAGES for days in (7, 30, 60) for score in (10, 50)
    ]  # fmt: skip
    passes = Agenda.of({rule: compiled(rule) for rule in asked}).families
    assert sorted(len(family.leaves) for family in passes) == [2, 12]


def test_a_condition_reads_the_same_in_whatever_order_it_is_written(connection: duckdb.DuckDBPyConnection) -> None:
    one = 'exists V from xEvent where V.eventType = "visit" and V.web.webPageDetails.name = "Page 1"'
    other = 'exists V from xEvent where V.web.webPageDetails.name = "Page 1" and V.eventType = "visit"'
    both = Agenda.of({"one": compiled(one), "other": compiled(other)})
    assert [len(family.leaves) for family in both.families] == [1]


def test_what_a_quantifier_asks_of_the_person_alone_is_asked_of_them_once(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rules = {
        name: compiled(f'exists V from xEvent where V.eventType = "{name}" and b2b.personScore > 50')
        for name in ("visit", "mail")
    }
    assert sorted(len(family.leaves) for family in Agenda.of(rules).families) == [1, 2]


def test_answers_are_let_go_when_no_rule_needs_them_any_more(connection: duckdb.DuckDBPyConnection) -> None:
    rules = {name: compiled(rule) for name, rule in RULES.items()}
    conditions = Conditions(connection, Agenda.of(rules))
    for name in rules:
        conditions.know(name, conditions.members(name))
    assert conditions.kept == 0


def test_what_the_database_cannot_work_out_fails_that_rule_alone(connection: duckdb.DuckDBPyConnection) -> None:
    huge = "accountOrganization.numberOfEmployees * 9000000000000000000 > {}"
    rules = {
        "huge": compiled(huge.format(5), "accounts"),
        "large": compiled("accountOrganization.numberOfEmployees > 5", "accounts"),
    }
    conditions = Conditions(connection, Agenda.of(rules))
    with pytest.raises(RuleError, match=r"cannot be worked out on this data: Out of Range Error$"):
        conditions.members("huge")
    assert conditions.members("large") == alone(connection, rules["large"])


def test_audiences_of_related_rows_are_asked_by_their_members(connection: duckdb.DuckDBPyConnection) -> None:
    rules = {
        "firms": compiled('accountOrganization.industry = "Media"', "accounts"),
        "staff": compiled('accounts[inSegment("firms")]'),
    }
    staff = compiled('exists A from accounts where A.accountOrganization.industry = "Media"')
    assert together(connection, rules)["staff"] == alone(connection, staff)


def test_an_empty_entity_has_no_members() -> None:
    with database({}) as empty:
        rules = {name: compiled(rule) for name, rule in RULES.items()}
        assert not any(together(empty, rules).values())

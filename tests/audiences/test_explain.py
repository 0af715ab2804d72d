"""Why an entity is in an audience: the verdict is that of the evaluation, the witness is enough, dates are true."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from muster.audiences import MembershipStore
from muster.audiences.explain import Explanation, explain
from muster.audiences.explain.model import Finding, Row
from muster.schema import ENTITIES
from muster.settings import Settings
from muster.snapshot import Snapshot
from tests.audiences.sample_world import INSTANT, SEGMENTS, open_store, publish_sample
from tests.pql.sample import NOW, ROWS, database, who
from tests.pql.test_use_cases import USE_CASES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "language.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```pql of=(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@dataclass
class World:
    """The sample as a snapshot, and beside it as a database that answers whole rules."""

    snapshot: Snapshot
    store: MembershipStore
    rows: duckdb.DuckDBPyConnection
    known: dict[object, Any] = field(default_factory=dict)

    def explain(self, rule: str, ordinal: int, of: str = "people") -> Explanation:
        return explain("tried", rule, of, ordinal, self.snapshot, self.store, INSTANT)

    def members(self, rule: str, of: str = "people") -> list[int]:
        key = (rule, of)
        if key not in self.known:
            self.known[key] = who(self.rows, rule, of, segment_table=lambda name: f"seg_{name}")
        return list(self.known[key])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    place = tmp_path_factory.mktemp("sample")
    settings = Settings.at(place / "config", place / "data")
    with database(ROWS) as rows:
        _segments(rows)
        yield World(publish_sample(settings), open_store(settings), rows)


def _segments(rows: duckdb.DuckDBPyConnection) -> None:
    for name, (_, members) in SEGMENTS.items():
        listed = ", ".join(f"({item})" for item in members)
        rows.execute(f"create table seg_{name} as select * from (values {listed}) as t(_ord)")


ATOMS = [
    'workAddress.country = "US"', "b2b.personScore > 50", "b2b.personScore <= 40", "b2b.isBlocked = true",
    "workAddress.city.isNull()", '"HR" in extendedWorkDetails.departments', 'inSegment("visitors")',
    'extendedWorkDetails.jobTitle.startsWith("VP")', "accounts.accountOrganization.annualRevenue.amount >= 1000000",
    'opportunityPersons[personRole = "Decision Maker" and opportunity.isClosed = false].count() > 0',
    'exists R from opportunityPersons where R.opportunity.account.accountBillingAddress.country = "CA"',
    'xEvent[web.webPageDetails.name = "Pricing" and timestamp occurs <= 30 days before now].count() >= 2',
    'exists V from xEvent where V.web.webPageDetails.name = "Pricing" and V.timestamp occurs <= 3 days before today',
    "opportunities.sum(opportunityAmount.amount) > 500000", "forall O from opportunities where O.isClosed = true",
    "(exists A from accounts, O from A.opportunities where O.opportunityAmount.amount > 100000)",
    "extSourceSystemAudit.lastActivityDate occurs <= 7 days before now", "account.parent.accountName.isNotNull()",
    "opportunities.count() = 2", "xEvent.max(timestamp) > 20 days before now",
]  # fmt: skip
RULES = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=5,
)
IDS = {"person": 1, "account": 2}
PEOPLE = st.sampled_from([int(str(row[0])) for row in ROWS["person"]])


@hypothesis(max_examples=40)
@given(RULES, PEOPLE)
def test_the_verdict_is_that_of_the_evaluation(world: World, rule: str, ordinal: int) -> None:
    told = world.explain(rule, ordinal)
    assert told.holds == (ordinal in world.members(rule))
    assert told.finding.holds == told.holds
    _assert_consistent(told.finding)


@pytest.mark.parametrize(
    ("of", "rule"), [*EXAMPLES, *(("people", rule) for rule, _ in USE_CASES.values())], ids=lambda text: text[:40]
)
def test_every_published_form_can_be_explained(world: World, of: str, rule: str) -> None:
    table = ENTITIES[of]
    members = world.members(rule, of)
    everyone = [int(str(row[0])) for row in ROWS[table]]
    for ordinal in {*members[:1], *(item for item in everyone if item not in members[:1])} & {
        *everyone[:1],
        *members[:1],
    }:
        told = world.explain(rule, ordinal, of)
        assert told.holds == (ordinal in members)
        _assert_consistent(told.finding)


def _assert_consistent(found: Finding) -> None:
    """A condition is what its parts make of it, and has rows that meet it exactly where it should."""
    if found.joined_by == "and":
        assert found.holds == all(part.holds for part in found.parts)
    elif found.joined_by == "or":
        assert found.holds == any(part.holds for part in found.parts)
    elif found.joined_by == "rule":
        assert found.holds == found.parts[0].holds
    elif found.joined_by == "not":
        assert found.holds != found.parts[0].holds
    elif not found.groups:  # it goes over something else than relations
        return
    elif found.text.startswith("exists"):
        assert found.holds == (found.groups[0].met > 0)
    elif found.text.startswith("not (exists"):
        assert found.holds == (found.groups[0].met == 0)
    elif found.text.startswith("forall"):
        assert found.holds == (found.groups[0].met == found.groups[0].reached)
    for part in found.parts:
        _assert_consistent(part)


#: Conditions that more rows never turn false.
GROWING = [rule for rule in ATOMS if not any(word in rule for word in ("forall", "inSegment", "= 2", "max("))]


@pytest.mark.parametrize("ordinal", [int(str(row[0])) for row in ROWS["person"]])
def test_a_witness_is_enough_and_nothing_in_it_is_spare(world: World, ordinal: int) -> None:
    holding = [rule for rule in GROWING if ordinal in world.members(rule)]
    witnesses = {rule: world.explain(rule, ordinal).witness for rule in [*holding, " and ".join(holding)]}
    for rule, witness in witnesses.items():
        assert _holds_on(witness, rule, ordinal), rule
    for rule in holding:
        rows = [row for row in witnesses[rule] if row.key != f"p{ordinal}"]
        for spare in rows:
            assert not _holds_on([row for row in rows if row is not spare], rule, ordinal), rule


def _holds_on(witness: Iterable[Row], rule: str, ordinal: int) -> bool:
    """Whether the rule holds in a world that has the entity and these rows, and no others."""
    kept: dict[str, set[object]] = {name: set() for name in ROWS}
    kept["person"].add(ordinal)
    for row in witness:
        kept[row.class_name].add(row.key)
    # people and accounts are told by their ids, which stand in these columns of the sample
    few = {name: [row for row in rows if kept[name] & {row[0], row[IDS.get(name, 0)]}] for name, rows in ROWS.items()}
    with database(few) as rows:
        return ordinal in who(rows, rule)


@hypothesis(max_examples=25)
@given(RULES, PEOPLE)
def test_time_alone_turns_it_when_it_is_said_to(world: World, rule: str, ordinal: int) -> None:
    told = world.explain(rule, ordinal)
    if told.turn is None:
        return
    later = explain("tried", rule, "people", ordinal, world.snapshot, world.store, told.turn.at.replace(tzinfo=UTC))
    before = told.turn.at.replace(tzinfo=UTC) - timedelta(minutes=1)
    assert later.holds != told.holds
    if before > INSTANT:
        sooner = explain("tried", rule, "people", ordinal, world.snapshot, world.store, before)
        assert sooner.holds == told.holds


def test_a_number_tells_how_far_it_is(world: World) -> None:
    told = world.explain("b2b.personScore > 80", 2)
    assert not told.holds
    assert told.finding.values == {"b2b.personScore": 40.0}
    assert [(change.steps[0].text, change.is_checked) for change in told.changes] == [
        ("b2b.personScore 40 → above 80", True)
    ]


def test_a_row_is_told_with_its_key_and_what_was_read_of_it(world: World) -> None:
    told = world.explain('exists R from opportunityPersons where R.personRole = "Decision Maker"', 1)
    example = told.finding.groups[0].examples[0]
    assert example.meets
    assert example.row.key in {row[0] for row in ROWS["opportunity_person"]}
    assert example.row.values == {"personRole": "Decision Maker"}
    assert [row.key for row in told.witness] == [example.row.key]


def test_a_visitor_leaves_when_the_last_visit_is_too_old(world: World) -> None:
    """The last visit of person 2 is of 16 March, so 19 March is the last day on which it was three days ago."""
    rule = (
        'exists V from xEvent where V.web.webPageDetails.name = "Pricing" and V.timestamp occurs <= 3 days before today'
    )
    told = world.explain(rule, 2)
    assert told.holds
    assert told.turn is not None
    assert told.turn.at.date().isoformat() == "2026-03-20"
    assert [row.key for row in told.turn.rows] == ["e5"]


def test_what_has_happened_is_never_said_to_change(world: World) -> None:
    told = world.explain('exists V from xEvent where V.web.webPageDetails.name = "Pricing"', 1)
    assert told.holds
    assert told.changes == ()
    assert told.turn is None


def test_nobody_is_asked_about_a_rule_that_depends_on_nothing(world: World) -> None:
    told = world.explain("true", 1)
    assert (told.holds, told.witness, told.changes, told.turn) == (True, (), (), None)


def test_a_null_comparison_says_that_the_value_is_not_known(world: World) -> None:
    told = world.explain('workAddress.city = "Boston"', 2)
    assert told.finding.values == {"workAddress.city": None}
    assert told.changes[0].steps[0].text == 'workAddress.city (unknown) → "Boston"'
    assert told.instant.replace(tzinfo=None) + timedelta(seconds=1) > NOW


@pytest.mark.parametrize(
    ("rule", "ordinal", "told"),
    [
        ('workAddress.country in ["DE", "FR"]', 1, 'workAddress.country US → one of "DE", "FR"'),
        (
            '"Legal" in extendedWorkDetails.departments',
            1,
            'extendedWorkDetails.departments [Sales] → with "Legal" among',
        ),
        ("workAddress.city.isNotNull()", 2, "workAddress.city (unknown) → filled"),
        ("not (b2b.personScore > 50)", 1, "b2b.personScore 85 → 50 or less"),
        ('extendedWorkDetails.jobTitle.startsWith("CFO")', 1, 'text that starts with "CFO"'),
        ("person.birthDate < date(1980, 1, 1)", 1, "person.birthDate 1990-06-15 → < 1980-01-01"),
    ],
)
def test_the_nearest_change_is_named_and_checked(world: World, rule: str, ordinal: int, told: str) -> None:
    nearest = world.explain(rule, ordinal).changes[0]
    assert told in nearest.steps[0].text
    assert nearest.is_checked


def test_a_change_of_a_related_row_names_the_row(world: World) -> None:
    told = world.explain('exists R from opportunityPersons where R.personRole = "Sponsor"', 1)
    rows = [change.steps[0].row for change in told.changes]
    assert any(row is not None and row.class_name == "opportunity_person" for row in rows)
    assert any("a new row in opportunityPersons" in change.steps[0].text for change in told.changes)

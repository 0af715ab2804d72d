"""Records without a common key: merged where it is sure, shown where it is not, and never asked about twice."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from muster.identity.decisions.file import as_json
from tests.identity.compiled import Compiled
from tests.identity.decisions.published import decided
from tests.identity.people import Row, all_of, groups, person

WORDS = Path(__file__).resolve().parents[3] / "muster" / "world" / "words"
BASES = ("crm", "marketing")


def words(file: str) -> list[str]:
    """The names of the demo world, in Latin letters."""
    with (WORDS / file).open(encoding="utf-8") as lines:
        return sorted({row["plain"] for row in csv.DictReader(lines)})


def strangers(number: int = 200) -> list[Row]:
    """People of two sources who have nothing to do with one another, as a background for what is rare."""
    chance = random.Random(7)
    given, family = words("given_names.csv"), words("family_names.csv")
    people = []
    for i in range(number):
        first, last, firm = chance.choice(given), chance.choice(family), chance.randrange(90)
        people.append(
            person(
                f"s{i}", f"{first}.{last}@firm{firm}.example".lower(), first_name=first, last_name=last,
                company_name=f"Firm {firm}", work_phone=f"+1 212 {chance.randrange(10**7):07}",
                work_city=chance.choice(["Oslo", "Bern", "Rome", "Kyiv", "Cork"]), source_name=BASES[i % 2],
            )
        )  # fmt: skip
    return people


ZOE = {"first_name": "Zoe", "last_name": "Zimmerman", "company_name": "Zenith Optics", "work_city": "Oslo"}
TWICE = [
    person("z1", "zoe.zimmerman@zenith.example", work_phone="+1 212 555 9999", **ZOE),
    person("z2", "zzimmerman@mail.example", work_phone="+1 212 555 9999", source_name="marketing", **ZOE),
]
#: Two of one name at one firm: nothing but a person can tell.
DOUBT = [
    person("y1", "yan.young@firm1.example", first_name="Yan", last_name="Young", company_name="Firm 1"),
    person("y2", None, first_name="Yan", last_name="Young", company_name="Firm 1", source_name="marketing"),
]
OURS = "where left_key similar to '[yz][12]' and right_key similar to '[yz][12]'"
RULES: Mapping[str, Any] = {"matching": {"people": {"merge": 0.99, "review": 0.3}}}


def built(project: Compiled, people: list[Row], *decisions: Any, rules: Mapping[str, Any] = RULES) -> Any:
    project.decisions.write_text(as_json(decisions))
    return project.build({"person": people}, only=["review_case"], identity=rules)


def test_what_is_sure_is_one_person(project: Compiled) -> None:
    connection = built(project, [*strangers(), *TWICE])
    assert all_of(connection, f"select decision from int_person_matches {OURS}") == [("merge",)]
    assert any({"z1", "z2"} <= group for group in groups(connection))
    assert all_of(connection, f"select * from review_case {OURS}") == []
    assert all_of(connection, "select left_key from int_person_matches where decision = 'merge'") == [("z1",)]


def test_two_records_of_one_source_are_never_merged_by_likeness_alone(project: Compiled) -> None:
    connection = built(project, [*strangers(), *({**row, "source_name": "crm"} for row in TWICE)])
    assert not any({"z1", "z2"} <= group for group in groups(connection))
    assert all_of(connection, f"select left_key, right_key, is_open from review_case {OURS}") == [("z1", "z2", True)]


def test_matching_that_is_off_finds_nothing(project: Compiled) -> None:
    connection = built(project, [*strangers(), *TWICE], rules={"matching": {"people": {"on": False}}})
    assert all_of(connection, "select * from int_person_matches") == []


def test_a_decision_beats_the_likeness_and_is_not_asked_for_again(project: Compiled) -> None:
    connection = built(project, [*strangers(), *TWICE], decided("z2", "z1", "different"))
    assert not any({"z1", "z2"} <= group for group in groups(connection))
    rows = all_of(connection, f"select is_open, decision, decided_by, left_name from review_case {OURS}")
    assert rows == [(False, "different", "Ann", "Zoe Zimmerman")]


def test_what_is_not_sure_is_a_case_with_its_evidence(project: Compiled) -> None:
    connection = built(project, [*strangers(), *DOUBT])
    ((left, right, is_open, reason, evidence),) = all_of(
        connection, f"select left_key, right_key, is_open, reason, evidence from review_case {OURS}"
    )
    assert (left, right, is_open, reason) == ("y1", "y2", True, "not sure enough")
    assert '["family","same",' in evidence
    joined = built(project, [*strangers(), *DOUBT], decided("y1", "y2", "same"))
    assert any({"y1", "y2"} <= group for group in groups(joined))
    assert all_of(joined, f"select is_open, decision from review_case {OURS}") == [(False, "same")]


def test_what_exact_keys_make_one_is_no_case(project: Compiled) -> None:
    same = [{**row, "email": "yan.young@firm1.example"} for row in DOUBT]
    connection = built(project, [*strangers(), *same])
    assert all_of(connection, f"select * from int_person_matches {OURS}") == []


@pytest.mark.parametrize("people", [[], [person("a")]])
def test_a_handful_of_records_is_no_difficulty(project: Compiled, people: list[Row]) -> None:
    assert all_of(built(project, people), "select * from int_person_matches") == []

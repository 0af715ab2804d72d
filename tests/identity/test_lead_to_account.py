"""People without an account: linked where it is sure, shown to people where it may be, else left alone."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.identity.companies import company, decide
from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, person

ZEPHYR = company("zephyr", "Zephyr Kinetics Inc.", domain="zephyr-kinetics.com", website="zephyr-kinetics.com")
BAKERY = company("bakery", "Harbour Bakery", domain="harbour-bakery.com", website="harbour-bakery.com")


def lead(key: str, email: str | None = None, **values: Any) -> Row:
    return {**person(key, email, **values), "object": "lead"}


def built(
    project: Compiled, accounts: list[Row], people: list[Row], identity: dict[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    return project.build({"account": accounts, "person": people}, identity=identity)


def linked(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, str]]:
    """The account and the source of the relation, by the key of the person."""
    rows = all_of(connection, """
        select person.person_key, account.account_key, account_person.relationship_source
        from account_person
        inner join person on account_person.person_id = person.person_id
        inner join account on account_person.account_id = account.account_id
    """)  # fmt: skip
    return {who: (account, source) for who, account, source in rows}


def doubtful(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The candidate and by whom, as the review has it."""
    told = "select left_key, right_key from account_match_review where kind = 'person_account'"
    return dict(all_of(connection, told))


ACCOUNTS = [
    {**ZEPHYR, "billing_city": "Reno", "billing_country": "US"},
    BAKERY,
    company("quorvane", "Quorvane Capital", domain="quorvane.com"),
    company("labs", "Quorvane Capital Labs", domain="quorvane.com", parent_account_source_key="quorvane"),
    company("optics", "Mellow Optics", domain="mellow-optics.com"),
    company("optics twice", "MELLOW OPTICS", domain="mellow-optics.com"),
    company("guild", "Guild of Makers", domain="guild.org"),
    company("tundra", "Tundra Freight", domain="tundra-freight.com"),
    company("nardestra", "Nardestra Investments", domain="nardestra.com", billing_city="Odense", billing_country="DK"),
]

MATCHED = {
    "by mail": ("zephyr", {"email": "ann@zephyr-kinetics.com"}),
    "by mail host": ("zephyr", {"email": "bea@mail.zephyr-kinetics.com", "company_name": "Zephyr Kinetics"}),
    "by website": ("zephyr", {"email": "cy@gmail.com", "company_website": "https://www.zephyr-kinetics.com/jobs"}),
    "by name": ("zephyr", {"email": "dee@gmail.com", "company_name": "ZEPHYR KINETICS, Incorporated"}),
    "name of the head": ("quorvane", {"email": "eve@quorvane.com", "company_name": "Quorvane Capital"}),
    "name of the subsidiary": ("labs", {"email": "fay@quorvane.com", "company_name": "Quorvane Capital Labs"}),
    "domain of its people": ("tundra", {"email": "gus@tf-mail.com"}),
}

DOUBTFUL = {
    "domain of two": {"email": "hal@quorvane.com"},
    "domain of a guild that is an account too": {"email": "val@guild.org"},
    "duplicates": {"email": "ida@mellow-optics.com", "company_name": "Mellow Optics"},
    "like it in the same town": {
        "email": "jo@gmail.com", "company_name": "Norvestra Investments", "work_city": "Odense", "work_country": "DK",
    },
}  # fmt: skip

ALONE = {
    "nothing known": {"email": "kim@gmail.com"},
    "unknown name": {"email": "lea@gmail.com", "company_name": "Quiet Tailors"},
    "unknown domain": {"email": "mo@quiet-tailors.com"},
    "an address alone": {"email": "ned@gmail.com", "work_city": "Reno", "work_country": "US"},
    "domain of everybody's people": {"email": "oz@shared-mail.com"},
}

STAFF = [
    person(f"{account} {domain} {number}", f"{account}{number}@{domain}", account_source_key=account)
    for account, domain in (("tundra", "tf-mail.com"), ("tundra", "shared-mail.com"), ("bakery", "shared-mail.com"))
    for number in range(3)
] + [
    person(f"member {number}", f"m{number}@guild.org", account_source_key=account)
    for number, account in enumerate(["tundra", "bakery", "zephyr", "optics", "labs"])
]


@pytest.fixture(scope="module")
def world(compiled_once: Compiled) -> duckdb.DuckDBPyConnection:
    """All leads at once, as they come."""
    compiled_once.forget_ids()
    decide(
        compiled_once,
        ("decided", "bakery", "same"),
        ("undecided", "zephyr", "different"),
        ("moved", "bakery", "different"),
        kind="person_account",
    )
    people = [lead(key, **known) for key, (_, known) in MATCHED.items()]
    people += [lead(key, **known) for key, known in (DOUBTFUL | ALONE).items()]
    people += [
        lead("settled", "pia@zephyr-kinetics.com", account_source_key="bakery"),
        lead("two", "quin@zephyr-kinetics.com", external_key="two again"),
        lead("two again", "quin@harbour-bakery.com", source_name="mkto"),
        lead("decided", "rob@zephyr-kinetics.com"),
        lead("undecided", "sue@zephyr-kinetics.com"),
        person("moved", "tim@nowhere.example", account_source_key="bakery"),
        *STAFF,
    ]
    return built(compiled_once, ACCOUNTS, people)


@pytest.mark.parametrize("who", MATCHED)
def test_a_lead_is_linked_by_mail_domain_website_or_name(world: duckdb.DuckDBPyConnection, who: str) -> None:
    assert linked(world)[who] == (MATCHED[who][0], "Muster match")
    assert who not in doubtful(world)
    told = all_of(world, f"""
        select is_direct, is_primary, is_active, matching_score between 0.95 and 1, score_created_at is not null,
            person.account_id = account_person.account_id
        from account_person inner join person using (person_id) where person.person_key = '{who}'
    """)  # fmt: skip
    assert told == [(False, True, True, True, True, True)]


@pytest.mark.parametrize("who", DOUBTFUL)
def test_what_may_be_is_left_to_people(world: duckdb.DuckDBPyConnection, who: str) -> None:
    assert who not in linked(world)
    assert who in doubtful(world)


@pytest.mark.parametrize("who", ALONE)
def test_a_lead_of_nobody_stays_alone(world: duckdb.DuckDBPyConnection, who: str) -> None:
    assert who not in linked(world)
    assert who not in doubtful(world)


def test_who_has_an_account_is_not_matched(world: duckdb.DuckDBPyConnection) -> None:
    assert linked(world)["settled"] == ("bakery", "Table")


def test_records_of_one_person_that_fit_different_accounts_are_left_to_people(world: duckdb.DuckDBPyConnection) -> None:
    assert "two" not in linked(world)
    told = """
        select right_key, reason from account_match_review
        where left_key in ('two', 'two again') order by right_key
    """
    reason = "records of the person fit different accounts"
    assert all_of(world, told) == [("bakery", reason), ("zephyr", reason)]


def test_a_decision_links_and_unlinks_a_person(world: duckdb.DuckDBPyConnection) -> None:
    assert linked(world)["decided"] == ("bakery", "Decision")
    assert "undecided" not in linked(world)


def test_a_decision_beats_the_account_that_a_source_gives(world: duckdb.DuckDBPyConnection) -> None:
    assert "moved" not in linked(world)


def test_lead_matching_is_switched_off_in_identity_yml(project: Compiled) -> None:
    off = {"matching": {"leads_to_accounts": {"on": False}}}
    connection = built(project, [ZEPHYR], [lead("ann", "ann@zephyr-kinetics.com")], off)
    assert (linked(connection), doubtful(connection)) == ({}, {})


def test_a_build_counts_whom_it_matched(world: duckdb.DuckDBPyConnection) -> None:
    told = dict(all_of(world, "select metric, value from matching_metric where process = 'lead to account'"))
    assert told["accounts"] == len(ACCOUNTS)
    assert told["matched"] == len(MATCHED)
    assert told["to review"] == len(DOUBTFUL) + 1
    assert told["people with an account"] - told["people with an account before"] == len(MATCHED)

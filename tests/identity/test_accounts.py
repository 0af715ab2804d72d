"""Families, shared domains, and the published case of one company in two CRMs."""

from __future__ import annotations

import pytest

from tests.identity.compiled import Compiled
from tests.identity.people import Row, all_of, at, event, one, person


def related(project: Compiled, accounts: list[Row]) -> set[tuple[str, str]]:
    connection = project.build({"account": accounts}, only=["related_account"])
    query = """
        select one.account_key, two.account_key from related_account
        inner join account as one on related_account.account_id = one.account_id
        inner join account as two on related_account.other_account_id = two.account_id
    """
    return set(connection.execute(query).fetchall())


def account(key: str, parent: str | None = None, domain: str | None = None) -> Row:
    return {"source_key": key, "parent_account_source_key": parent, "domain": domain}


def both_ways(*pairs: tuple[str, str]) -> set[tuple[str, str]]:
    return {*pairs, *((right, left) for left, right in pairs)}


def test_accounts_under_one_ultimate_parent_are_related(project: Compiled) -> None:
    family = [account("top"), account("middle", "top"), account("leaf", "middle"), account("stranger")]
    assert related(project, family) == both_ways(("top", "middle"), ("top", "leaf"), ("middle", "leaf"))


def test_a_circle_of_parents_ends(project: Compiled) -> None:
    circle = [account("a", "b"), account("b", "c"), account("c", "b"), account("self", "self")]
    assert related(project, circle) == both_ways(("a", "b"), ("a", "c"), ("b", "c"))


def test_accounts_of_one_corporate_domain_are_related(project: Compiled) -> None:
    accounts = [
        account(key, domain=domain) for key, domain in [("a", "acme.example"), ("b", "acme.example"), ("c", None)]
    ]
    assert related(project, accounts) == both_ways(("a", "b"))


@pytest.mark.parametrize(("domain", "count"), [("gmail.com", 2), ("portal.example", 31)])
def test_free_mail_and_portals_relate_nobody(project: Compiled, domain: str, count: int) -> None:
    assert related(project, [account(f"a{number}", domain=domain) for number in range(count)]) == set()


def test_an_account_merged_away_leads_to_the_one_it_became(project: Compiled) -> None:
    connection = project.build({
        "account": [
            account("master"),
            {**account("loser"), "is_deleted": True, "merged_into_source_key": "master"},
        ],
        "opportunity": [{"source_key": "deal", "account_source_key": "loser"}],
    })  # fmt: skip
    joined = "select account.account_key from opportunity inner join account using (account_id)"
    assert one(connection, joined) == ("master",)


def test_a_person_in_two_crms_has_both_accounts_and_all_their_deals(project: Compiled) -> None:
    """The published end-to-end case: deals over all a person's accounts, and a page visited, leave only p2."""
    p2 = "p2@bodea.example"
    connection = project.build({
        "account": [
            {"source_key": "1@EMEA.Salesforce", "account_name": "Bodea", "source_name": "emea"},
            {"source_key": "2@US.Salesforce", "account_name": "Bodea Inc.", "source_name": "us"},
        ],
        "person": [
            person("p1@EMEA.Salesforce", "p1@bodea.example", account_source_key="1@EMEA.Salesforce"),
            person("p2@EMEA.Salesforce", p2, account_source_key="1@EMEA.Salesforce", source_name="emea"),
            person("p2@US.Salesforce", p2, account_source_key="2@US.Salesforce", source_name="us"),
            person("p3@US.Salesforce", "p3@bodea.example", account_source_key="2@US.Salesforce"),
        ],
        "opportunity": [
            {"source_key": "o1", "account_source_key": "1@EMEA.Salesforce", "amount": 200_000, "is_won": True},
            {"source_key": "o2", "account_source_key": "2@US.Salesforce", "amount": 900_000, "is_won": True},
        ],
        "activity": [{**event("visit", at(20), Email=p2), "page_name": "New product"}],
    })  # fmt: skip
    accounts = """
        select work_email, count(*) from person
        inner join account_person using (person_id) group by work_email order by work_email
    """
    assert all_of(connection, accounts) == [("p1@bodea.example", 1), (p2, 2), ("p3@bodea.example", 1)]
    audience = """
        select person.work_email from person
        inner join account_person on person.person_id = account_person.person_id
        inner join opportunity on account_person.account_id = opportunity.account_id
        where person.person_id in (select person_id from activity where page_name = 'New product')
        group by person.work_email having sum(opportunity.amount) > 1000000
    """
    assert all_of(connection, audience) == [(p2,)]

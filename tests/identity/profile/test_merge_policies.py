"""Merge policies as dbt applies them: whose word counts, what survives together, and what is not stitched."""

from __future__ import annotations

import pytest

from muster.config.merge_policies import MergePolicies
from tests.identity.compiled import Compiled, compile_project
from tests.identity.people import all_of, at, one, person

POLICIES = {
    "person": {
        "attributes": {
            "extendedWorkDetails.jobTitle": {"method": "dataSetPrecedence", "order": ["crm", "web"]},
            "workAddress": {"method": "dataSetPrecedence", "order": ["crm"]},
            "b2b": {"method": "dataSetPrecedence", "order": ["crm", "web"]},
            "b2b.companyName": {"method": "timestampOrdered"},
            "workEmail": {"method": "dataSetPrecedence", "order": ["crm"]},
        },
    },
    "account": {"method": "dataSetPrecedence", "order": ["crm", "web"]},
}


def told(policies: dict[str, object]) -> dict[str, object]:
    """As the settings file has them."""
    return {"merge_policies": MergePolicies.model_validate(policies).model_dump(by_alias=True)}


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_project(tmp_path_factory.mktemp("merged"), told(POLICIES))


@pytest.fixture(scope="module")
def unstitched(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    apart = {"identityGraph": "none"}
    return compile_project(tmp_path_factory.mktemp("unstitched"), told({"person": apart, "account": apart}))


def test_the_first_source_that_has_a_value_wins_however_old_it_is(merged: Compiled) -> None:
    connection = merged.build({"person": [
        person("c", "ann@x.example", source_name="crm", job_title="CTO", person_status=None, updated_at=at(1)),
        person("d", "ann@x.example", source_name="crm", job_title="CEO", updated_at=at(2)),
        person("w", "ann@x.example", source_name="web", job_title="Boss", person_status="New", updated_at=at(9)),
    ]})  # fmt: skip
    assert one(connection, "select job_title, person_status from person") == ("CEO", "New")


def test_a_source_that_is_not_listed_is_not_merged(merged: Compiled) -> None:
    people = [person("z", "ann@x.example", source_name="fair", job_title="Boss", work_city="Ulm", company_name="X")]
    connection = merged.build({"person": people})
    assert one(connection, "select job_title, work_city, company_name, work_email from person") == (
        None,
        None,
        "X",
        None,
    )
    assert one(connection, "select count(*) from person_component") == (1,)


def test_the_longest_path_decides(merged: Compiled) -> None:
    connection = merged.build({"person": [
        person("c", "ann@x.example", source_name="crm", company_name="Old", person_source="crm", updated_at=at(1)),
        person("w", "ann@x.example", source_name="web", company_name="New", person_source="web", updated_at=at(9)),
    ]})  # fmt: skip
    assert one(connection, "select company_name, person_source from person") == ("New", "crm")


def test_an_opt_out_counts_in_sources_that_are_not_merged(merged: Compiled) -> None:
    connection = merged.build({"person": [
        person("c", "ann@x.example", source_name="crm", email_consent="y", updated_at=at(9)),
        person("z", "ann@x.example", source_name="fair", email_consent="n", updated_at=at(1)),
    ]})  # fmt: skip
    assert one(connection, "select email_consent from person") == ("n",)


def test_accounts_have_a_policy_of_their_own(merged: Compiled) -> None:
    connection = merged.build({"account": [
        {"source_key": "c", "source_name": "crm", "account_name": "Acme AG", "updated_at": at(1)},
        {"source_key": "w", "source_name": "web", "account_name": "acme", "industry": "Steel", "external_key": "c",
         "updated_at": at(9)},
    ]})  # fmt: skip
    assert one(connection, "select account_name, industry from account") == ("Acme AG", "Steel")
    from_records = all_of(connection, """
        select column_name, source_key, policy from account_provenance
        where column_name in ('account_name', 'industry') order by all
    """)  # fmt: skip
    assert from_records == [("account_name", "c", "dataSetPrecedence"), ("industry", "w", "dataSetPrecedence")]


def test_an_address_is_never_put_together_from_two_records(project: Compiled) -> None:
    connection = project.build({"person": [
        person("a", "ann@x.example", work_street="Main St 1", work_city="Boston", work_country="US", updated_at=at(2)),
        person("b", "ann@x.example", work_city="Ulm", updated_at=at(5)),
        person("c", "ann@x.example", job_title="CTO", updated_at=at(9)),
    ]})  # fmt: skip
    assert one(connection, "select work_street, work_city, work_country from person") == (None, "Ulm", None)
    assert one(connection, "select source_key from person_provenance where column_name = 'work_city'") == ("b",)


def test_an_amount_keeps_the_currency_of_its_own_record(project: Compiled) -> None:
    connection = project.build({"account": [
        {"source_key": "a", "annual_revenue": 10, "annual_revenue_currency": "EUR", "updated_at": at(1)},
        {"source_key": "b", "annual_revenue": 12, "annual_revenue_currency": "USD", "external_key": "a",
         "updated_at": at(5)},
        {"source_key": "c", "annual_revenue_currency": "CHF", "external_key": "a", "updated_at": at(9)},
    ]})  # fmt: skip
    assert one(connection, "select annual_revenue, annual_revenue_currency from account") == (12.0, "USD")


def test_a_reason_goes_with_the_choice_it_was_given_for(project: Compiled) -> None:
    connection = project.build({"person": [
        person("a", "ann@x.example", email_consent="n", email_consent_reason="by phone", updated_at=at(2)),
        person("b", "ann@x.example", email_consent="y", email_consent_reason="web", updated_at=at(9)),
    ]})  # fmt: skip
    from_records = all_of(connection, """
        select column_name, source_key, policy from person_provenance
        where column_name like 'email_consent%' order by all
    """)  # fmt: skip
    assert from_records == [("email_consent", "a", "strictest"), ("email_consent_reason", "a", "strictest")]


def test_without_stitching_each_record_is_a_profile(unstitched: Compiled) -> None:
    unstitched.forget_ids()
    connection = unstitched.build({
        "person": [
            person("a", "ann@x.example", job_title="CTO", updated_at=at(2)),
            person("b", "ann@x.example", external_key="a", job_title="CEO", updated_at=at(5)),
        ],
        "account": [{"source_key": "x"}, {"source_key": "y", "external_key": "x"}],
    })  # fmt: skip
    assert all_of(connection, "select person_key, job_title from person order by all") == [("a", "CTO"), ("b", "CEO")]
    assert one(connection, "select count(*) from account") == (2,)
    whose = "select i.value, p.person_key from person_identity as i join person as p using (person_id)"
    assert all_of(connection, f"{whose} where i.namespace = 'Email'") == [("ann@x.example", "b")]

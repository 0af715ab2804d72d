"""What a profile says when its records disagree."""

from __future__ import annotations

from tests.identity.compiled import Compiled
from tests.identity.people import all_of, at, one, person


def test_the_newest_filled_value_wins_for_each_attribute(project: Compiled) -> None:
    connection = project.build({"person": [
        person("a", "ann@x.example", job_title="CTO", work_city="Ulm", updated_at=at(5)),
        person("b", "ann@x.example", job_title="Engineer", work_city="Bonn", mobile_phone="1", updated_at=at(2)),
        person("c", "ann@x.example", job_title=None, updated_at=at(9)),
        person("d", "ann@x.example", job_title="Never said when", updated_at=None),
    ]})  # fmt: skip
    assert one(connection, "select job_title, work_city, mobile_phone from person") == ("CTO", "Ulm", "1")
    assert one(connection, "select created_at, updated_at from person") == (at(1), at(9))


def test_a_contact_comes_before_a_lead_of_the_same_age(project: Compiled) -> None:
    lead = person("z", "ann@x.example", object="lead", job_title="from the lead", created_at=at(1))
    contact = person("a", "ann@x.example", job_title="from the contact", created_at=at(4))
    connection = project.build({"person": [lead, contact]})
    assert one(connection, "select job_title, person_key from person") == ("from the contact", "a")


def test_an_opt_out_in_any_record_wins(project: Compiled) -> None:
    connection = project.build({"person": [
        person("a", "ann@x.example", email_consent="n", email_consent_reason="by phone", updated_at=at(2)),
        person("b", "ann@x.example", email_consent="y", email_consent_reason="web", call_consent="y", updated_at=at(9)),
    ]})  # fmt: skip
    told = "select email_consent, email_consent_reason, call_consent from person"
    assert one(connection, told) == ("n", "by phone", "y")


def test_one_identity_leads_each_profile(project: Compiled) -> None:
    people = [
        person("a", "ann@x.example", created_at=at(2)),
        person("b", "ann@x.example"),
        person("c", ecids=["1" * 38]),
    ]
    connection = project.build({"person": people})
    leading = "select value from person_identity where is_primary order by value"
    assert all_of(connection, leading) == all_of(connection, "select person_key from person order by person_key")


def test_a_deleted_record_says_nothing(project: Compiled) -> None:
    connection = project.build({"person": [
        person("a", "ann@x.example", job_title="CTO", updated_at=at(2)),
        person("b", "ann@x.example", job_title="gone", email_consent="n", is_deleted=True, updated_at=at(9)),
    ]})  # fmt: skip
    assert one(connection, "select job_title, email_consent from person") == ("CTO", None)
    assert all_of(connection, "select person_component_id from person_component") == [("a",)]


def test_the_primary_account_is_that_of_the_newest_contact(project: Compiled) -> None:
    connection = project.build({
        "account": [{"source_key": key, "created_at": at(1)} for key in ("first", "second", "third")],
        "person": [
            person("a", "ann@x.example", account_source_key="first", updated_at=at(2)),
            person("b", "ann@x.example", account_source_key="second", updated_at=at(3)),
            person("l", "ann@x.example", object="lead", account_source_key="third", updated_at=at(9)),
        ],
    })  # fmt: skip
    primary = "select account.account_key from person inner join account on person.account_id = account.account_id"
    assert one(connection, primary) == ("second",)
    assert one(connection, "select count(*), count(*) filter (where is_primary) from account_person") == (3, 1)


def test_relations_and_the_records_own_accounts_are_one_row_each(project: Compiled) -> None:
    connection = project.build({
        "account": [{"source_key": "acme"}, {"source_key": "beta"}],
        "person": [person("a", account_source_key="acme")],
        "account_person": [
            {"source_key": "r1", "account_source_key": "acme", "person_source_key": "a", "person_roles": ["Buyer"]},
            {"source_key": "r2", "account_source_key": "beta", "person_source_key": "a", "is_active": False,
             "person_roles": ["Advisor", "Board"], "person_role": "Advisor"},
            {"source_key": "r3", "account_source_key": "nowhere", "person_source_key": "a"},
        ],
    })  # fmt: skip
    rows = all_of(connection, """
        select account_key, account_id is null, is_direct, is_active, is_primary, person_role, person_roles
        from account_person order by account_key
    """)  # fmt: skip
    assert rows == [
        ("acme", False, True, True, True, None, ["Buyer"]),
        ("beta", False, False, False, False, "Advisor", ["Advisor", "Board"]),
        ("nowhere", True, False, True, False, None, None),
    ]


def test_copies_of_a_deal_in_two_systems_are_one_deal_with_one_buying_group(project: Compiled) -> None:
    connection = project.build({
        "person": [person("contact", "ann@x.example"), person("lead", "ann@x.example")],
        "opportunity": [
            {"source_key": "crm", "amount": 10, "amount_currency": "EUR", "created_at": at(1), "updated_at": at(2)},
            {"source_key": "copy", "external_key": "crm", "amount": 12, "created_at": at(3), "updated_at": at(4)},
        ],
        "opportunity_person": [
            {"source_key": "r", "opportunity_source_key": "crm", "person_source_key": "contact",
             "person_role": "Buyer"},
            {"source_key": "s", "opportunity_source_key": "copy", "person_source_key": "lead", "external_key": "r"},
            {"source_key": "t", "opportunity_source_key": "copy", "person_source_key": "lead", "person_role": "Buyer"},
        ],
    })  # fmt: skip
    assert one(connection, "select opportunity_key, amount, amount_currency from opportunity") == ("crm", 12.0, "EUR")
    assert one(connection, "select person_role from opportunity_person") == ("Buyer",)


def test_lead_and_contact_in_one_campaign_are_one_member(project: Compiled) -> None:
    connection = project.build({
        "person": [person("contact", "ann@x.example"), person("lead", "ann@x.example")],
        "campaign": [{"source_key": "spring"}],
        "campaign_member": [
            {"source_key": "1", "campaign_source_key": "spring", "person_source_key": "lead", "has_responded": True,
             "member_status": "Responded", "updated_at": at(2)},
            {"source_key": "2", "campaign_source_key": "spring", "person_source_key": "contact",
             "has_responded": False, "member_status": "Sent", "updated_at": at(3)},
        ],
    })  # fmt: skip
    assert one(connection, "select member_status, has_responded from campaign_member") == ("Sent", True)


def test_a_dangling_reference_is_null_and_keeps_its_raw_key(project: Compiled) -> None:
    deal = {"source_key": "o", "account_source_key": "lost", "campaign_source_key": "lost too"}
    connection = project.build({"opportunity": [deal]})
    told = "select account_id, account_key, campaign_id, campaign_key from opportunity"
    assert one(connection, told) == (None, "lost", None, "lost too")

"""What staging makes of a Salesforce org's exports."""

from __future__ import annotations

from datetime import date, datetime

from tests.dbt.conftest import Seam

ORG = "@00DEc0000000001.Salesforce"
ACME, LABS = f"001Ec00000GGw3hIAD{ORG}", f"001Ec00000GGw3iIAD{ORG}"
ADA = f"003Ec00000Cz30UIAR{ORG}"


def test_ids_of_15_and_18_characters_are_one_key(seam: Seam) -> None:
    assert seam("account", "crm", "source_key")[0] == (ACME,)
    assert seam("account", "crm", "parent_account_source_key")[1] == (ACME,)
    assert seam("person", "crm", "account_source_key")[:2] == [(ACME,), (ACME,)]


def test_a_merged_record_is_deleted_and_names_the_one_that_lives_on(seam: Seam) -> None:
    assert seam("account", "crm", "is_deleted", "merged_into_source_key") == [
        (False, None),
        (False, None),
        (True, ACME),
    ]


def test_countries_become_iso_codes_and_an_unknown_one_stays(seam: Seam) -> None:
    assert seam("account", "crm", "billing_country") == [("US",), ("DE",), ("Atlantis",)]


def test_numbers_websites_and_times_are_read_as_people_write_them(seam: Seam) -> None:
    assert seam("account", "crm", "domain", "annual_revenue", "created_at") == [
        ("acme.example", 1250000.0, datetime(2024, 1, 19, 9, 42, 24)),
        (None, 12.0, datetime(2024, 1, 19, 9, 42, 24)),
        (None, None, None),
    ]


def test_a_contact_is_a_person_with_a_clean_address(seam: Seam) -> None:
    columns = ("object", "email", "work_email", "birth_date", "departments", "work_country")
    assert seam("person", "crm", *columns)[:3] == [
        ("contact", "ada@acme.example", "Ada@Acme.example", date(1985, 12, 10), ["Research"], "US"),
        ("contact", None, "not an e-mail", None, None, "GB"),
        ("contact", None, None, None, None, None),
    ]


def test_consent_is_known_only_where_the_flag_is_filled(seam: Seam) -> None:
    assert seam("person", "crm", "email_consent")[:3] == [("n",), (None,), ("y",)]


def test_an_account_id_in_a_leads_company_is_its_account(seam: Seam) -> None:
    columns = ("company_name", "account_source_key", "is_converted", "converted_contact_source_key")
    assert seam("person", "crm", *columns)[3:] == [(None, LABS, False, None), ("Acme", None, True, ADA)]


def test_a_deal_is_closed_by_its_flag_or_by_the_words_of_its_stage(seam: Seam) -> None:
    assert seam("opportunity", "crm", "opportunity_name", "is_closed", "is_won") == [
        ("Open", False, False),
        ("Won", True, True),
        ("Lost", True, False),
        ("Own words", True, True),
    ]


def test_the_contact_a_deal_names_is_on_it_unless_a_role_says_so_already(seam: Seam) -> None:
    assert sorted(seam("opportunity_person", "crm", "opportunity_source_key", "is_primary", "person_role")) == [
        (f"006Ec00000AieKFIAZ{ORG}", True, None),
        (f"006Ec00000AieKGIAZ{ORG}", True, "Decision Maker"),
    ]


def test_roles_at_an_account_are_a_list(seam: Seam) -> None:
    assert seam("account_person", "crm", "person_roles", "person_role", "is_direct", "is_active") == [
        (["Evaluator", "Influencer"], "Evaluator", False, True)
    ]


def test_what_a_task_is_about_is_told_by_the_id_it_points_at(seam: Seam) -> None:
    columns = ("event_type", "occurred_at", "person_source_key", "account_source_key", "opportunity_source_key")
    assert seam("activity", "crm", *columns) == [
        ("salesforce.task", datetime(2024, 2, 1), ADA, ACME, f"006Ec00000AieKFIAZ{ORG}"),
        ("salesforce.task", datetime(2024, 2, 2), f"00QEc00000BBaeXMAT{ORG}", LABS, None),
    ]


def test_records_that_an_import_file_merely_counts_are_told_apart(seam: Seam) -> None:
    assert seam("person", "counted", "record_id", "last_name") == [
        ("1", "Contact one"),
        ("2", "Contact two"),
        ("lead-1", "Lead one"),
    ]
    assert seam("campaign_member", "counted", "person_source_key") == [
        ("lead-1@counted.Salesforce",),
        ("1@counted.Salesforce",),
    ]
    assert seam("activity", "counted", "record_id", "person_source_key", "subject") == [
        ("1", "1@counted.Salesforce", "A task"),
        ("event-1", "2@counted.Salesforce", "A meeting"),
    ]

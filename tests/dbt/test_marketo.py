"""What staging makes of a Marketo subscription's exports."""

from __future__ import annotations

from tests.dbt.conftest import Seam

HERE = "@123-ACM-456.Marketo"
ORG = "@00DEc0000000001.Salesforce"
ACME = f"20.mkto_org{HERE}"


def test_a_synced_lead_names_its_crm_records_by_the_crms_own_keys(seam: Seam) -> None:
    contact, lead = f"003Ec00000Cz30UIAR{ORG}", f"00QEc00000BBaeYMAT{ORG}"
    assert seam("person", "marketo", "external_key") == [(contact,), (None,), (f"00QEc00000BBaeXMAT{ORG}",)]
    assert {contact, lead} <= set(seam("person", "marketo", "crm_ids")[0][0])


def test_the_activity_log_deletes_and_merges_leads_that_exports_left_as_they_were(seam: Seam) -> None:
    assert seam("person", "marketo", "record_id", "is_deleted", "merged_into_source_key") == [
        ("1001", False, None),
        ("1002", True, f"1001{HERE}"),
        ("1003", True, None),
    ]


def test_a_lead_knows_whom_it_took_in_even_those_no_export_held(seam: Seam) -> None:
    assert {f"1002{HERE}", f"1999{HERE}"} <= set(seam("person", "marketo", "crm_ids")[0][0])


def test_companies_have_keys_of_their_own_and_are_found_by_their_external_ids(seam: Seam) -> None:
    assert seam("account", "marketo", "source_key", "domain") == [(ACME, "acme.example")]
    assert seam("person", "marketo", "account_source_key")[0] == (ACME,)
    assert seam("opportunity", "marketo", "account_source_key") == [(ACME,)]


def test_a_role_finds_its_opportunity_by_the_external_id(seam: Seam) -> None:
    assert seam("opportunity_person", "marketo", "opportunity_source_key", "person_source_key", "person_role") == [
        (f"aa-1{HERE}", f"1001{HERE}", "Champion")
    ]


def test_activity_types_become_xdm_event_types_and_unknown_ones_keep_their_number(seam: Seam) -> None:
    assert seam("activity", "marketo", "event_type") == [
        ("directMarketing.emailClicked",),
        ("web.webpagedetails.pageViews",),
        ("listOperation.addToList",),
        ("marketo.activity.100001",),
        ("leadOperation.mergeLeads",),
        ("marketo.activity.37",),
    ]


def test_attributes_are_read_from_a_bulk_extracts_object_and_from_the_apis_list(seam: Seam) -> None:
    assert seam("activity", "marketo", "mailing_name", "link_url", "page_name", "page_url")[:2] == [
        ("Spring mail", "https://acme.example/a", None, None),
        (None, None, "Pricing", "/pricing"),
    ]


def test_the_primary_attribute_of_a_list_operation_is_the_list(seam: Seam) -> None:
    assert seam("activity", "marketo", "marketing_list_source_key", "campaign_source_key")[2] == (f"9{HERE}", None)


def test_consent_and_cookies_come_with_the_lead(seam: Seam) -> None:
    assert seam("person", "marketo", "email_consent", "ecids") == [("n", ["111", "222"]), ("y", None), (None, None)]


def test_a_programs_cost_is_the_sum_of_its_periods(seam: Seam) -> None:
    assert seam("campaign", "marketo", "campaign_name", "actual_cost") == [("Webinar", 1500.5), ("Newsletter", None)]

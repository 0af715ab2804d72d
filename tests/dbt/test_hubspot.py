"""What staging makes of a HubSpot account's exports, with ids and without."""

from __future__ import annotations

from datetime import datetime

from tests.dbt.conftest import Seam

HUB = "@hub-1.HubSpot"
ADA = f"ada@acme.example{HUB}"


def test_an_alias_leads_to_its_record_and_a_shared_one_to_none(seam: Seam) -> None:
    assert seam("person", "hubspot", "account_source_key") == [(f"acme.example|Berlin{HUB}",), (f"twin.example{HUB}",)]
    known = {key for (key,) in seam("account", "hubspot", "source_key")}
    assert f"acme.example|Berlin{HUB}" in known
    assert f"twin.example{HUB}" not in known


def test_headings_of_export_pages_are_the_same_fields(seam: Seam) -> None:
    assert seam("account", "hubspot", "employees", "billing_country")[0] == (1200, "DE")


def test_merged_ids_stay_known(seam: Seam) -> None:
    assert set(seam("person", "hubspot", "crm_ids")[0][0]) == {f"77{HUB}", f"78{HUB}"}


def test_deals_of_the_api_are_read_with_their_properties(seam: Seam) -> None:
    assert seam("opportunity", "hubspot", "opportunity_name", "is_won", "is_deleted", "amount", "created_at") == [
        ("Ten", False, True, None, None),
        ("Nine", True, False, 5.0, datetime(2024, 1, 19, 9, 42, 24)),
    ]


def test_deals_of_the_api_carry_their_associations(seam: Seam) -> None:
    assert seam("opportunity_person", "hubspot", "opportunity_source_key", "person_source_key", "is_primary") == [
        (f"9{HUB}", ADA, True)
    ]


def test_engagements_keep_their_type_and_mail_events_become_xdm_types(seam: Seam) -> None:
    assert seam("activity", "hubspot", "event_type", "person_source_key", "subject") == [
        ("hubspot.email", ADA, "Hello"),
        ("directMarketing.emailClicked", f"bo@twin.example{HUB}", None),
    ]


def test_deals_of_an_export_page_are_closed_by_their_flag_or_their_stage(seam: Seam) -> None:
    assert seam("opportunity", "hub-pages", "is_closed", "is_won", "amount_currency") == [
        (True, True, "EUR"),
        (True, False, None),
        (False, False, None),
    ]


def test_a_contact_of_an_export_page_has_its_time_of_change(seam: Seam) -> None:
    assert seam("person", "hub-pages", "updated_at") == [(datetime(2024, 1, 19, 9, 42),)]


def test_an_engagement_without_a_type_has_that_of_its_file(seam: Seam) -> None:
    assert seam("activity", "hub-pages", "event_type") == [("hubspot.meeting",)]

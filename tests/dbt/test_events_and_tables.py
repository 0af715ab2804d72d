"""Events and mapped tables: columns named by XDM path, nested JSON, and identities of any namespace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.dbt.conftest import Seam


def pairs(identities: list[dict[str, Any]] | None) -> set[tuple[str, str]]:
    return {(each["namespace"], each["value"]) for each in identities or []}


def test_an_xdm_event_is_read_from_nested_json(seam: Seam) -> None:
    assert seam("activity", "web", "event_type", "occurred_at", "page_name", "form_name", "person_source_key") == [
        ("web.webpagedetails.pageViews", datetime(2024, 5, 1, 10, 0, 0, 250000), "Pricing", None, None),
        ("web.formFilledOut", datetime(2024, 5, 1), None, "Demo", None),
    ]


def test_an_anonymous_event_keeps_all_it_is_known_by(seam: Seam) -> None:
    (ecid, identities), (no_ecid, none) = seam("activity", "web", "ecid", "identities")
    assert (ecid, pairs(identities)) == ("4711", {("ECID", "4711"), ("Email", "ada@acme.example")})
    assert (no_ecid, pairs(none)) == (None, set())


def test_events_of_any_file_come_in_through_mapped_columns(seam: Seam) -> None:
    rows = seam("activity", "shop", "occurred_at", "event_type", "identities")
    assert sorted((at, kind, pairs(identities)) for at, kind, identities in rows) == [
        (datetime(2024, 1, 19, 9, 42), "add_to_cart", set()),
        (datetime(2024, 1, 19, 9, 42, 24), "add_to_cart", {("UserId", "u1")}),
    ]


def test_a_mapped_table_becomes_people_with_what_could_be_read(seam: Seam) -> None:
    assert seam("person", "sheet", "email", "work_country", "created_at", "email_consent") == [
        ("kim@acme.example", "GB", datetime(2024, 2, 29), "y"),
        ("lou@acme.example", "Neverland", None, "n"),
    ]


def test_mapped_identities_and_a_private_address_are_further_identities(seam: Seam) -> None:
    rows = seam("person", "sheet", "extra_identities")
    assert [pairs(identities) for (identities,) in rows] == [
        {("Email", "kim@home.example"), ("Login", "kim")},
        {("Login", "lou")},
    ]


def test_a_table_refers_to_its_own_rows_by_id_and_to_others_by_whole_key(seam: Seam) -> None:
    assert seam("person", "sheet", "account_source_key") == [("A1@sheet.Table",), ("2@00DEc0000000001.Salesforce",)]


def test_a_number_that_a_spreadsheet_gave_a_decimal_place_is_the_same_id(seam: Seam) -> None:
    assert seam("account", "sheet", "source_key") == [("A1@sheet.Table",)]


def test_calls_of_segments_specification_are_read_as_they_are(seam: Seam) -> None:
    rows = seam("activity", "segment", "event_type", "page_name", "page_url", "identities")
    assert [(*row[:3], pairs(row[3])) for row in rows] == [
        ("web.webpagedetails.pageViews", "Pricing", "https://acme.example/pricing", {("anonymousId", "a1")}),
        ("Signed Up", None, "https://acme.example/signup", {("UserId", "u1")}),
        ("identify", None, None, {("UserId", "u1"), ("Email", "ada@acme.example")}),
    ]


def test_what_a_table_of_one_kind_of_event_is_called_is_their_type(seam: Seam) -> None:
    assert seam("activity", "sheet", "event_type", "occurred_at") == [("table.orders", datetime(2024, 3, 1))]

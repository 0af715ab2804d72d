"""The exports look as the vendors write them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

from muster.world import WorldSummary

Reader = Callable[[Path], list[dict[str, str]]]
PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "Lead": "00Q",
    "Opportunity": "006",
    "OpportunityContactRole": "00K",
    "Campaign": "701",
    "CampaignMember": "00v",
    "AccountContactRelation": "07k",
    "Task": "00T",
    "Event": "00U",
    "User": "005",
}


def suffix(identifier: str) -> str:
    """The check characters of a 15-character id, written here a second time, the way the vendor describes them."""
    groups = (identifier[at : at + 5] for at in (0, 5, 10))
    masks = (sum(1 << place for place, letter in enumerate(group) if letter.isupper()) for group in groups)
    return "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[mask] for mask in masks)


def test_the_suffix_rule_agrees_with_ids_from_a_real_export() -> None:
    assert suffix("001Ec00000FzlUd") == "IAJ"
    assert suffix("00QEc00000BBaeX") == "MAT"


def test_salesforce_ids_have_their_prefix_and_check_characters_and_are_unique(
    first: WorldSummary, rows: Reader
) -> None:
    for name, prefix in PREFIXES.items():
        ids = [row["Id"] for row in rows(first.folder / "salesforce" / f"{name}.csv")]
        assert len(set(ids)) == len(ids) > 0, name
        assert all(len(item) == 18 and item.startswith(prefix) and item[15:] == suffix(item[:15]) for item in ids), name


def test_salesforce_files_begin_with_a_byte_order_mark(first: WorldSummary) -> None:
    for name in PREFIXES:
        assert (first.folder / "salesforce" / f"{name}.csv").read_bytes().startswith(b"\xef\xbb\xbfId,"), name


def test_salesforce_writes_booleans_as_one_or_nothing_and_datetimes_with_an_offset(
    first: WorldSummary, rows: Reader
) -> None:
    contacts = rows(first.folder / "salesforce" / "Contact.csv")
    assert {row["IsDeleted"] for row in contacts} == {"", "1"}
    assert {row["HasOptedOutOfEmail"] for row in contacts} == {"", "1"}
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000")
    assert all(moment.fullmatch(row["SystemModstamp"]) for row in contacts)


def test_compound_addresses_are_json_that_agrees_with_the_plain_cells(first: WorldSummary, rows: Reader) -> None:
    for row in rows(first.folder / "salesforce" / "Contact.csv")[:200]:
        address = json.loads(row["MailingAddress"])
        assert address["city"] == row["MailingCity"]
        assert address["street"] == row["MailingStreet"]


def test_column_names_are_spelled_as_the_vendor_spells_them(first: WorldSummary, rows: Reader) -> None:
    account, contact = (rows(first.folder / "salesforce" / f"{name}.csv")[0] for name in ("Account", "Contact"))
    assert {"Industry", "AnnualRevenue", "Sic", "Ownership", "BillingCountry"} <= account.keys()
    assert {"Email", "Title", "Department", "Salutation", "HasOptedOutOfEmail"} <= contact.keys()
    lead = rows(first.folder / "marketo-na" / "leads.csv")[0]
    assert {"id", "email", "firstName", "leadScore", "contactCompany", "sfdcContactId", "isDeleted"} <= lead.keys()


def test_marketo_bulk_extracts_write_nulls_as_a_word_and_times_in_zulu(first: WorldSummary) -> None:
    with (first.folder / "marketo-na" / "leads.csv").open(encoding="utf-8", newline="") as file:
        leads = list(csv.DictReader(file))
    assert not any("" in row.values() for row in leads)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", leads[0]["createdAt"])
    assert {row["unsubscribed"] for row in leads[:-1]} == {"true", "false"}


def test_activity_attributes_are_json_objects(first: WorldSummary, rows: Reader) -> None:
    activities = rows(first.folder / "marketo-na" / "activities.csv")
    assert all(isinstance(json.loads(row["attributes"]), dict) for row in activities)
    kinds = {int(row["activityTypeId"]) for row in activities}
    assert kinds >= {1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 22, 24, 25, 32, 37, 46, 104}
    assert len({row["marketoGUID"] for row in activities}) == len(activities)


def test_web_events_are_experience_events_in_time_order(first: WorldSummary) -> None:
    seen, last = set(), ""
    for path in sorted((first.folder / "web").glob("*.ndjson")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.endswith("}"):
                continue
            event = json.loads(line)
            assert re.fullmatch(r"\d{38}", event["identityMap"]["ECID"][0]["id"])
            assert event["timestamp"] >= last and event["timestamp"][:7] == path.stem.removeprefix("events-")
            assert event["web"]["webPageDetails"]["URL"].startswith("https://www.atlas-demo.example/")
            last = event["timestamp"]
            seen.add(event["_id"])
    assert len(seen) == first.events


def test_the_summary_counts_records_and_the_deliberately_bad_ones(first: WorldSummary, rows: Reader) -> None:
    contacts = first.folder / "salesforce" / "Contact.csv"
    assert first.files["salesforce/Contact.csv"] == len(rows(contacts)) + 1
    assert sum(first.dirty.values()) == 4
    told = json.loads((first.folder / "truth" / "set_aside.json").read_text(encoding="utf-8"))
    assert told == first.dirty


def test_every_bad_record_is_bad_in_its_own_way(first: WorldSummary) -> None:
    def cells(path: str) -> list[list[str]]:
        with (first.folder / path).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))

    contacts, tasks = cells("salesforce/Contact.csv"), cells("salesforce/Task.csv")
    leads = cells("marketo-na/leads.csv")
    assert [len(row) > len(contacts[0]) for row in contacts].count(True) == 1
    assert [len(row) < len(tasks[0]) for row in tasks].count(True) == 1
    assert {len(row) for row in leads} == {len(leads[0])}
    assert [row[0] for row in leads].count("null") == 1
    lines = [line for path in (first.folder / "web").iterdir() for line in path.read_text("utf-8").splitlines()]
    assert sum(not line.endswith("}") for line in lines) == 1

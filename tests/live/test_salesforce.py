"""A Salesforce org read by the live reader, over HTTP from the twin, into the lake: what the org has the lake has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.connectors.salesforce import jobs
from muster.connectors.salesforce.reader import STANDARD
from muster.connectors.sync.engine import schema_changes
from tests.live.salesforce import NOW, PREFIXES, Trial, calls, id_of, ids, trial


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Trial]:
    yield from trial(tmp_path)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAGE", 40)


class TestHistory:
    @pytest.mark.usefixtures("small_pages")
    @pytest.mark.parametrize("bulk_from", [0, 10_000], ids=["bulk", "rest"])
    def test_every_object_row_for_row(self, org: Trial, bulk_from: int) -> None:
        org.options["bulk_from"] = bulk_from
        for object_ in PREFIXES:
            org.fill(object_, range(100))
        reports = org.sync()
        assert [*reports] == list(STANDARD)
        assert {name: org.agree(name) for name in STANDARD} == dict.fromkeys(STANDARD, 100)
        assert all(len(org.rows(name)) == 100 for name in STANDARD)

    @pytest.mark.usefixtures("small_pages")
    def test_bulk_and_rest_write_the_same_text(self, tmp_path: Path) -> None:
        lakes = []
        for bulk_from in (0, 10_000):
            for org in trial(tmp_path / str(bulk_from), bulk_from=bulk_from):
                org.fill("Contact", range(60))
                org.sync("Contact")
                lakes.append({id_: _content(row) for id_, row in org.newest("Contact").items()})
        assert lakes[0] == lakes[1]

    def test_a_record_between_bulk_and_rest_is_one(self, org: Trial) -> None:
        org.fill("Account", range(50), start=NOW - timedelta(minutes=5))
        org.options["bulk_from"] = 0
        org.sync("Account")
        org.options["bulk_from"] = 10_000
        assert org.sync("Account")["Account"].loaded == 0
        assert len(org.rows("Account")) == 50

    def test_deleted_and_archived_records_are_part_of_history(self, org: Trial) -> None:
        org.fill("Task", range(10))
        org.change("Task", [1, 2], IsDeleted="true")
        org.change("Task", [3], IsArchived="true")
        org.sync("Task")
        org.agree("Task")
        assert sum(row["_deleted"] for row in org.newest("Task").values()) == 2

    def test_since_leaves_out_what_has_not_changed_since_then(self, org: Trial) -> None:
        org.options["since"] = "2026-11-01"
        org.change("Account", [1], at=NOW - timedelta(days=30), Name="old")
        org.change("Account", [2], at=NOW - timedelta(days=2), Name="young")
        org.sync("Account")
        assert set(org.newest("Account")) == {id_of("Account", 2)}
        org.change("Account", [1], Name="touched")
        org.sync("Account")
        assert org.agree("Account") == 2

    def test_an_estimate_before_the_first_read(self, org: Trial) -> None:
        org.fill("Account", range(30))
        stream = org.stream("Account")
        told = stream.estimate(None)
        assert (told.rows, told.how) == (30, "by query")
        org.options["bulk_from"] = 10
        stream = org.stream("Account")
        assert stream.estimate(None).how == "by bulk job"

    def test_an_object_that_bulk_does_not_have_is_read_by_rest(self, org: Trial) -> None:
        org.options.update(include=["CampaignMemberStatus"], bulk_from=0)
        stamp = "2026-11-01T00:00:00.000+0000"
        org.load("CampaignMemberStatus", [{"Id": id_of("Status", 1), "Label": "Sent", "SystemModstamp": stamp}])
        org.sync("CampaignMemberStatus")
        assert org.agree("CampaignMemberStatus") == 1

    def test_an_included_object_has_a_folder_of_its_own(self, org: Trial) -> None:
        org.options.update(include=["Invoice__c"], exclude=["Task"])
        stamp = "2026-11-01T00:00:00.000+0000"
        org.load("Invoice__c", [{"Id": id_of("Invoice__c", 1), "Total__c": "12", "SystemModstamp": stamp}])
        reports = org.sync()
        assert "Invoice__c" in reports and "Task" not in reports
        assert [row["Total__c"] for row in org.rows("Invoice__c")] == ["12"]


class TestPresent:
    def test_only_what_changed_is_new(self, org: Trial) -> None:
        org.fill("Contact", range(50))
        org.sync("Contact")
        org.advance(hours=1)
        org.change("Contact", range(5), Title="Head of Sales")
        org.fill("Contact", range(50, 55), start=org.twin.clock.now())
        assert org.sync("Contact")["Contact"].loaded == 10
        org.agree("Contact")
        org.advance(hours=1)
        assert org.sync("Contact")["Contact"].loaded == 0

    def test_a_record_that_shows_late(self, org: Trial) -> None:
        org.change("Contact", [1], Title="a")
        org.sync("Contact")
        org.advance(minutes=8)
        org.change("Contact", [2], at=NOW - timedelta(minutes=1), Title="late")
        assert org.sync("Contact")["Contact"].loaded == 1
        org.agree("Contact")

    def test_a_record_that_changed_twice_in_one_second(self, org: Trial) -> None:
        org.change("Contact", [1], at=NOW, Title="first")
        org.sync("Contact")
        org.change("Contact", [1], at=NOW, Title="second")
        org.sync("Contact")
        assert [row["Title"] for row in org.rows("Contact")] == ["first", "second"]

    def test_ties_at_one_second_beyond_a_page_whose_cursors_expire(self, org: Trial) -> None:
        org.change("Contact", range(4500), at=NOW - timedelta(hours=1), Title="x")
        org.twin.faults.set(["locator:1x2"])
        given = [id_ for chunk in org.stream("Contact").read(None) for id_ in ids(chunk)]
        assert len(given) == 4500 and len(set(given)) == 4500, "each cursor goes on exactly behind the last row"

    @pytest.mark.usefixtures("small_pages")
    def test_what_a_long_pause_left_is_read_by_a_job(self, org: Trial) -> None:
        org.fill("Lead", range(10))
        org.sync("Lead")
        org.options["bulk_from"] = 2500
        org.advance(days=3)
        org.change("Lead", range(3000), Status="Working - Contacted")
        org.sync("Lead")
        assert calls(org, "/jobs/query") == 1
        assert org.agree("Lead") == 3000

    @pytest.mark.usefixtures("small_pages")
    def test_what_changed_while_a_job_took_its_time(self, org: Trial) -> None:
        org.options.update(bulk_from=0, overlap="10m")
        org.fill("Contact", range(50))
        read = org.stream("Contact").read(None)
        next(read)
        org.advance(minutes=30)
        org.change("Contact", [7], Title="changed meanwhile")
        assert "changed meanwhile" in {
            title for chunk in read if chunk.table.num_rows for title in chunk.table["Title"].to_pylist()
        }

    def test_lead_conversion(self, org: Trial) -> None:
        org.change("Lead", range(3), LastName="Byron", Company="Analytical Engines", Status="Working - Contacted")
        org.sync()
        org.advance(minutes=5)
        made = org.twin.admin.convert(id_of("Lead", 1), opportunity="Engine no. 1")
        org.sync()
        row = org.newest("Lead")[id_of("Lead", 1)]
        assert row["IsConverted"] == "true"
        for object_ in ("Account", "Contact", "Opportunity"):
            assert row[f"Converted{object_}Id"] in org.newest(object_), made
            assert org.agree(object_) == 1


class TestDeletions:
    def test_a_soft_deletion_keeps_its_fields(self, org: Trial) -> None:
        org.fill("Contact", range(10))
        org.sync("Contact")
        org.advance(minutes=5)
        org.twin.delete("Contact", [id_of("Contact", 3)])
        org.sync("Contact")
        org.agree("Contact")
        row = org.newest("Contact")[id_of("Contact", 3)]
        assert row["_deleted"] and row["CreatedDate"]

    def test_a_hard_deletion_by_the_log(self, org: Trial) -> None:
        org.fill("Contact", range(10))
        org.sync("Contact")
        org.advance(minutes=5)
        org.twin.delete("Contact", [id_of("Contact", 4)])
        org.remove("Contact", 3, 4)
        org.advance(minutes=5)
        report = org.sync("Contact")["Contact"]
        assert report.loaded == 2 and org.agree("Contact") == 8
        org.advance(minutes=5)
        assert org.sync("Contact")["Contact"].loaded == 0, "a deletion is told once"

    def test_what_was_restored_is_there(self, org: Trial) -> None:
        org.fill("Contact", range(10))
        org.sync("Contact")
        org.advance(minutes=5)
        org.twin.delete("Contact", [id_of("Contact", 3)])
        org.advance(minutes=5)
        org.twin.admin.undelete("Contact", [id_of("Contact", 3)])
        org.advance(minutes=5)
        org.sync("Contact")
        org.agree("Contact")
        assert not org.newest("Contact")[id_of("Contact", 3)]["_deleted"]

    def test_a_log_that_still_tells_of_what_was_restored(self, org: Trial) -> None:
        org.fill("Contact", range(10))
        org.sync("Contact")
        org.advance(minutes=5)
        org.twin.bin.gone.append(("Contact", id_of("Contact", 3), org.twin.clock.now()))
        org.advance(minutes=5)
        org.sync("Contact")
        assert org.agree("Contact") == 10

    def test_the_loser_of_a_merge_keeps_its_winner_when_the_bin_is_emptied(self, org: Trial) -> None:
        org.fill("Contact", range(10))
        org.sync("Contact")
        org.advance(minutes=5)
        org.twin.admin.merge("Contact", id_of("Contact", 1), [id_of("Contact", 3)])
        org.sync("Contact")
        org.remove("Contact", 3)
        org.advance(minutes=5)
        org.sync("Contact")
        row = org.newest("Contact")[id_of("Contact", 3)]
        assert row["_deleted"] and row["MasterRecordId"] == id_of("Contact", 1)

    @pytest.mark.usefixtures("small_pages")
    @pytest.mark.parametrize("bulk_from", [0, 10_000], ids=["bulk", "rest"])
    def test_after_a_pause_longer_than_the_log_all_ids_are_compared(self, org: Trial, bulk_from: int) -> None:
        org.options["bulk_from"] = bulk_from
        org.change("Contact", range(2100), at=NOW - timedelta(days=1), Title="x")
        org.sync("Contact")
        org.advance(minutes=5)
        org.remove("Contact", 7, 8)
        org.advance(days=20)
        org.change("Contact", [9], Title="changed meanwhile")
        assert org.sync("Contact")["Contact"].loaded == 3
        assert org.agree("Contact") == 2098
        assert sum(row["_row_id"] == id_of("Contact", 10) for row in org.rows("Contact")) == 1


class TestFields:
    def test_a_new_custom_field(self, org: Trial) -> None:
        org.fill("Account", range(5))
        org.sync("Account")
        org.advance(minutes=5)
        org.change("Account", [1], Tier__c="gold")
        org.sync("Account")
        assert org.newest("Account")[id_of("Account", 1)]["Tier__c"] == "gold"
        assert [(each.field, each.kind) for each in schema_changes(org.source, org.settings)] == [("Tier__c", "new")]

    def test_a_field_that_is_hidden_is_absent_and_no_reason_to_stop(self, org: Trial) -> None:
        org.fill("Account", range(5))
        org.sync("Account")
        org.twin.org.view.hide("Account", ["Phone"])
        org.advance(minutes=20)
        org.change("Account", [1], Name="after")
        org.sync("Account")
        row = org.newest("Account")[id_of("Account", 1)]
        assert row["Name"] == "after" and not row["Phone"]
        (change,) = schema_changes(org.source, org.settings)
        assert (change.field, change.kind) == ("Phone", "vanished")

    @pytest.mark.parametrize("bulk_from", [0, 10_000], ids=["bulk", "rest"])
    def test_a_field_that_vanishes_between_describe_and_query(self, org: Trial, bulk_from: int) -> None:
        org.options["bulk_from"] = bulk_from
        org.fill("Account", range(5))
        stream = org.stream("Account")
        assert "Phone" in stream.fields()
        org.twin.org.view.hide("Account", ["Phone"])
        given = [chunk.table for chunk in stream.read(None) if chunk.table.num_rows]
        assert sum(table.num_rows for table in given) == 5
        assert all("Phone" not in table.column_names for table in given)

    def test_an_object_the_org_does_not_have_is_a_warning(self, org: Trial) -> None:
        org.twin.org.view.hide("AccountContactRelation")
        org.fill("Account", range(5))
        reports = org.sync()
        (warning,) = reports["AccountContactRelation"].warnings
        assert "AccountContactRelation" in warning
        assert reports["Account"].loaded == 5 and not reports["Account"].warnings

    def test_more_fields_than_an_address_holds(self, org: Trial) -> None:
        names = [f"A_Field_With_A_Rather_Long_Name_{number:03d}__c" for number in range(400)]
        stamp = "2026-11-01T00:00:00.000+0000"
        rows = [
            {"Id": id_of("Account", number), "SystemModstamp": stamp, **{name: f"{number} {name}" for name in names}}
            for number in range(300)
        ]
        org.load("Account", rows)
        org.sync("Account")
        assert org.agree("Account") == 300
        assert calls(org, "/composite") == 1, "the first page; the others have short addresses"

    def test_objects_without_the_best_time_of_change(self, org: Trial) -> None:
        org.twin.org.view.hide("Campaign", ["SystemModstamp"])
        org.fill("Campaign", range(20))
        org.sync("Campaign")
        org.advance(hours=1)
        moment = org.twin.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        org.change("Campaign", [1], LastModifiedDate=moment, Name="renamed")
        assert org.sync("Campaign")["Campaign"].loaded <= 20
        assert org.newest("Campaign")[id_of("Campaign", 1)]["Name"] == "renamed"

    @pytest.mark.parametrize("bulk_from", [0, 10_000], ids=["bulk", "rest"])
    def test_objects_without_any_are_read_whole(self, org: Trial, bulk_from: int) -> None:
        org.options["bulk_from"] = bulk_from
        org.twin.org.view.hide("Campaign", ["SystemModstamp", "LastModifiedDate", "CreatedDate"])
        org.fill("Campaign", range(20))
        org.sync("Campaign")
        org.change("Campaign", [1], Name="renamed")
        org.remove("Campaign", 2)
        assert org.sync("Campaign")["Campaign"].loaded == 2
        assert {id_ for id_, row in org.newest("Campaign").items() if row["_deleted"]} == {id_of("Campaign", 2)}


def _content(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_") and value is not None}

"""From an export's files to rows of the lake."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from muster.config.models import Source
from muster.connectors import discover, load, pending, totals
from muster.errors import SourceError
from muster.lake import loads
from muster.settings import Settings
from tests.connectors.conftest import NOW, quarantine_of, rows_of, take_all

Make = Callable[..., Source]


def test_a_row_says_where_it_came_from(source: Make, settings: Settings) -> None:
    crm = source(files={"Account.csv": "Id,Name,IsDeleted\n1,x,0\n2,y,1\n"}, instance="00D1")
    take_all(crm, settings)
    first, second = rows_of(crm, settings)
    assert first == {
        "_source": "crm", "_instance": "00D1", "_type": "Salesforce", "_object": "account", "_file": "Account.csv",
        "_load": loads(settings, crm)[0].name, "_line": 2, "_loaded_at": NOW.replace(tzinfo=None), "_row_id": "1",
        "_alias": None, "_deleted": False, "Id": "1", "Name": "x", "IsDeleted": "0",
    }  # fmt: skip
    assert second["_deleted"] is True


def test_the_lake_lies_as_agreed(source: Make, settings: Settings) -> None:
    crm = source(files={"Account.csv": "Id,Name\n1,x\n,y\n"})
    take_all(crm, settings)
    (held,) = loads(settings, crm)
    assert held.path.parent == settings.lake / "salesforce" / "account" / "source=crm"
    assert held.name.startswith(f"20261124T060000000000Z-{held.sha256[:12]}-{held.mapping}")
    assert (settings.quarantine / held.path.relative_to(settings.lake)).exists()
    assert b"muster" in pq.read_metadata(held.path).metadata
    assert not list((settings.lake / ".incoming").rglob("*.parquet"))


def test_each_file_is_taken_once_and_a_new_one_when_it_comes(source: Make, settings: Settings) -> None:
    crm = source(files={"Account.csv": "Id\n1\n"})
    assert take_all(crm, settings)["Account"].read == 1
    assert take_all(crm, settings)["Account"].files == ()
    source(files={"Account_2.csv": "Id\n2\n"})
    report = take_all(crm, settings, NOW + timedelta(days=1))["Account"]
    assert (report.files, report.read) == (("Account_2.csv",), 1)
    assert [row["_row_id"] for row in rows_of(crm, settings)] == ["1", "2"]


def test_new_content_under_an_old_name_is_taken(source: Make, settings: Settings) -> None:
    crm = source(files={"Account.csv": "Id\n1\n"})
    take_all(crm, settings)
    source(files={"Account.csv": "Id\n2\n"})
    assert take_all(crm, settings, NOW + timedelta(days=1))["Account"].read == 1


def test_a_file_that_was_only_touched_is_not_taken_again(source: Make, settings: Settings, tmp_path: Path) -> None:
    crm = source(files={"Account.csv": "Id\n1\n"})
    take_all(crm, settings)
    os.utime(tmp_path / "exports" / "Account.csv", (1, 1))
    assert not any(pending(crm, each, settings) for each in discover(crm, settings))


def test_files_that_came_after_the_discovery_are_taken_too(source: Make, settings: Settings) -> None:
    crm = source(files={"Account_2.csv": "Id\n2\n"})
    (early,) = discover(crm, settings)
    source(files={"Account_1.csv": "Id\n1\n"})
    assert load(crm, early, settings, NOW).files == ("Account_1.csv", "Account_2.csv")


def test_what_is_read_later_is_newer_whatever_the_clock_says(source: Make, settings: Settings) -> None:
    crm = source(files={"Account.csv": "Id\n1\n"})
    take_all(crm, settings)
    source(files={"Account.csv": "Id\n2\n"})
    take_all(crm, settings, NOW - timedelta(days=1))
    assert [row["_row_id"] for row in rows_of(crm, settings)] == ["1", "2"]


def test_two_files_of_one_content_are_two_loads(source: Make, settings: Settings) -> None:
    crm = source(files={"a/Account.csv": "Id\n1\n", "b/Account.csv": "Id\n1\n"})
    take_all(crm, settings)
    assert [each.file for each in loads(settings, crm)] == ["a/Account.csv", "b/Account.csv"]


def test_a_changed_mapping_reads_the_same_content_again_and_counts_it_once(source: Make, settings: Settings) -> None:
    files = {"salesforce_contacts.csv": "Ext,Mail\nC-1,a@b.c\n"}
    listed = {"object": "Contact", "files": ["*_contacts.csv"], "key": ["Ext"]}
    plain, mapped = source(files=files, objects=[listed]), source(objects=[listed | {"columns": {"Mail": "Email"}}])
    take_all(plain, settings)
    assert take_all(mapped, settings, NOW + timedelta(days=1))["Contact"].read == 1
    assert [(row["_row_id"], row["Email"]) for row in rows_of(mapped, settings)] == [("C-1", None), ("C-1", "a@b.c")]
    (export,) = discover(mapped, settings)
    assert totals(mapped, export, settings).read == 1


def test_the_first_filled_column_wins_a_name(source: Make, settings: Settings) -> None:
    listed = {
        "object": "people", "class": "person", "files": ["*.csv"], "key": ["id"],
        "columns": {"work": "workEmail.address", "HOME": "workEmail.address"},
    }  # fmt: skip
    table = source("table", {"t.csv": "id,home,work,other\n1,h,,x\n2,h,w,\n3,,,\n"}, objects=[listed])
    take_all(table, settings)
    assert [(row["workEmail.address"], row["other"]) for row in rows_of(table, settings)] == [
        ("h", "x"), ("w", None), (None, None),
    ]  # fmt: skip


def test_key_and_alias_columns_are_joined(source: Make, settings: Settings) -> None:
    listed = {"object": "companies", "files": ["*.csv"], "key": ["domain", "name"], "alias": ["domain", "site"]}
    files = {"c.csv": "Domain,name,site\nx.com,X,s\ny.com,,s\nz.com,Z,\n"}
    hubspot = source("hubspot", files, objects=[listed])
    report = take_all(hubspot, settings)["companies"]
    assert [(row["_row_id"], row["_alias"]) for row in rows_of(hubspot, settings)] == [
        ("x.com|X", "x.com|s"),
        ("z.com|Z", "z.com|"),
    ]
    assert report.reasons == {"blank key: Domain, name": 1}
    assert quarantine_of(hubspot, settings)[0]["_raw"] == "y.com,,s"


def test_a_configured_key_that_the_file_lacks_is_an_error(source: Make, settings: Settings) -> None:
    crm = source(files={"c.csv": "a\n1\n"}, objects=[{"object": "Contact", "files": ["c.csv"], "key": ["Ext"]}])
    with pytest.raises(SourceError, match=r"crm: c\.csv has no column 'Ext'; correct 'key' in sources\.yml"):
        take_all(crm, settings)


def test_a_blank_id_of_a_known_object_is_set_aside(source: Make, settings: Settings) -> None:
    crm = source(files={"Account.csv": 'Id,Name\n1,"x\ny"\n,"a ""b"""\n'})
    report = take_all(crm, settings)["Account"]
    assert (report.read, report.loaded, report.set_aside) == (2, 1, 1)
    (aside,) = quarantine_of(crm, settings)
    assert (aside["_line"], aside["_reason"], aside["_raw"]) == (4, "blank key: Id", ',"a ""b"""')


def test_rows_without_an_id_are_keyed_by_their_content(source: Make, settings: Settings) -> None:
    text = "name,city\nx,Oslo\ny,Rome\nx,Oslo\nx,\n"
    crm = source(files={"Accounts.csv": text})
    report = take_all(crm, settings)["Accounts"]
    ids = [str(row["_row_id"]) for row in rows_of(crm, settings)]
    assert len(set(ids)) == 4
    assert ids[2] == f"{ids[0]}-2"
    assert all(each.startswith("content:") for each in ids)
    assert "Accounts.csv has no column Id" in report.warnings[0]
    source(files={"Accounts_2.csv": "extra,city,name\n,Rome,y\n"})
    take_all(crm, settings, NOW + timedelta(days=1))
    assert rows_of(crm, settings)[-1]["_row_id"] == ids[1]


def test_rows_that_are_their_own_key_fold(source: Make, settings: Settings) -> None:
    listed = {"object": "events", "files": ["*.csv"], "key": ["*"]}
    events = source("events", {"e.csv": "event,timestamp\na,1\na,1\n"}, objects=[listed])
    take_all(events, settings)
    assert len({row["_row_id"] for row in rows_of(events, settings)}) == 1


def test_an_unknown_object_keeps_rows_whose_id_is_blank(source: Make, settings: Settings) -> None:
    crm = source(files={"Branch__c.csv": "Id,Name\n1,x\n,y\n"})
    report = take_all(crm, settings)["Branch__c"]
    assert (report.loaded, report.set_aside) == (2, 0)
    assert str(rows_of(crm, settings)[1]["_row_id"]).startswith("content:")


def test_associations_of_two_kinds_do_not_share_ids(source: Make, settings: Settings) -> None:
    files = {"deal_contact.csv": "deal_id,contact_id\n1,2\n", "deal_company.csv": "company_id,deal_id\n2,1\n"}
    hubspot = source("hubspot", files)
    take_all(hubspot, settings)
    assert {row["_row_id"] for row in rows_of(hubspot, settings)} == {
        "deal_id:1|contact_id:2",
        "deal_id:1|company_id:2",
    }


def test_snake_case_headings_become_the_vendors_field_names(source: Make, settings: Settings) -> None:
    crm = source(files={"sf_contact_data.csv": "id,account_id,first_name,is_deleted,shoe_size_c\n1,9,Ann,TRUE,40\n"})
    take_all(crm, settings)
    (row,) = rows_of(crm, settings)
    assert {name: row[name] for name in row if name[0] != "_"} == {
        "Id": "1", "AccountId": "9", "FirstName": "Ann", "IsDeleted": "TRUE", "shoe_size_c": "40",
    }  # fmt: skip
    assert row["_deleted"] is True


def test_a_marketo_extract_loses_its_nulls_and_stray_bytes(source: Make, settings: Settings) -> None:
    marketo = source("marketo", {"leads.csv": b'id,email\r\n1,null\r\n2,"a\r@b.c\0"\r\n'})
    take_all(marketo, settings)
    assert [row["email"] for row in rows_of(marketo, settings)] == [None, "a@b.c"]


def test_an_empty_file_is_a_load_without_rows(source: Make, settings: Settings) -> None:
    crm = source(files={"Account.csv": "", "Contact.csv": "Id,Email\n", "Lead.json": "[]"})
    reports = take_all(crm, settings)
    assert {name: report.read for name, report in reports.items()} == {"Account": 0, "Contact": 0, "Lead": 0}
    assert not any(pending(crm, each, settings) for each in discover(crm, settings))


def test_a_file_that_cannot_be_read_does_not_keep_the_others_out(source: Make, settings: Settings) -> None:
    crm = source(files={"Account_1.csv.gz": b"\x1f\x8b\x08 broken", "Account_2.csv": "Id\n1\n"})
    (export,) = discover(crm, settings)
    with pytest.raises(SourceError, match=r"^crm: Account_1\.csv\.gz: the compressed data is damaged"):
        load(crm, export, settings, NOW)
    assert [row["_row_id"] for row in rows_of(crm, settings)] == ["1"]
    assert [path.name for path in pending(crm, export, settings)] == ["Account_1.csv.gz"]


def test_what_was_read_is_what_was_loaded_and_set_aside(source: Make, settings: Settings) -> None:
    text = "Id,Name\n" + "".join(f"{n},x\n" if n % 3 else f"{n}\n" for n in range(1000)) + ',no id\n9,"open'
    report = take_all(source(files={"Account.csv": text}), settings)["Account"]
    assert report.read == 1002 == report.loaded + report.set_aside
    assert report.reasons == {"too few cells": 334, "blank key: Id": 1, "a quote is opened and never closed": 1}


def test_progress_is_told_by_file_and_records(source: Make, settings: Settings) -> None:
    crm = source(files={"Account.csv": "Id\n1\n2\n"})
    (export,) = discover(crm, settings)
    told: list[tuple[str, int]] = []
    load(crm, export, settings, NOW, lambda file, read: told.append((file, read)))
    assert told == [("Account.csv", 2)]


def test_nothing_of_a_person_is_in_a_warning_or_a_reason(source: Make, settings: Settings) -> None:
    crm = source(files={"Accounts.csv": 'name,email\nAnn,"ann@example.com" x\nBo\n'})
    report = take_all(crm, settings)["Accounts"]
    assert "ann" not in f"{report.warnings}{report.reasons}".lower()

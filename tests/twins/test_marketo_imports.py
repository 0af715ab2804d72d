"""Bulk imports of the Marketo twin: leads onto a list, members into a program, and what failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.twins.marketo_calls import Caller, error_of, instance, small_instance

LEADS = "/bulk/v1/leads.json"
FILE = "email,firstName,leadScore\np1@example.com,One,7\nnew@example.com,New,8\nbad@example.com,Bad,many\n"


@pytest.fixture
def caller() -> Iterator[Caller]:
    with instance() as running:
        caller = Caller(running)
        small_instance(caller.twin)
        yield caller


def send(caller: Caller, text: str, path: str = LEADS, **query: Any) -> dict[str, Any]:
    files = {"file": ("leads.csv", text.encode(), "text/csv")}
    told: dict[str, Any] = caller.answer("POST", path, params={"format": "csv", **query}, files=files).json()
    return told


def test_an_import_is_queued_done_and_tells_what_failed(caller: Caller) -> None:
    told = send(caller, FILE, listId=1001)["result"][0]
    batch = told["batchId"]
    assert (told["importId"], told["status"]) == (str(batch), "Queued")
    status = f"/bulk/v1/leads/batch/{batch}"
    assert caller.result(f"{status}.json")[0]["status"] == "Importing"
    assert caller.answer("GET", f"{status}/failures.json").status_code == 404
    caller.wait(5)
    told = caller.result(f"{status}.json")[0]
    assert told["status"] == "Complete"
    assert (told["numOfLeadsProcessed"], told["numOfRowsFailed"], told["numOfRowsWithWarning"]) == (2, 1, 0)
    assert told["message"] == "Import completed with errors, 2 records imported (2 members), 1 failed"
    failures = caller.answer("GET", f"{status}/failures.json").text.splitlines()
    assert failures == [
        "email,firstName,leadScore,Import Failure Reason",
        "bad@example.com,Bad,many,Invalid data type in field Lead Score",
    ]
    assert caller.result("/rest/v1/lead/1.json", fields="leadScore")[0]["leadScore"] == 7
    assert [each["id"] for each in caller.result("/rest/v1/lists/1001/leads.json")] == [1, 2, 3, 6]
    assert {each["activityTypeId"] for each in caller.log(since="2026-11-23")} == {12, 13, 24}


def test_a_bad_address_beside_the_key_is_a_warning(caller: Caller) -> None:
    batch = send(caller, "id,email\n1,nonsense\n2,two@example.com\n", lookupField="id")["result"][0]["batchId"]
    caller.wait(5)
    told = caller.result(f"/bulk/v1/leads/batch/{batch}.json")[0]
    assert (told["numOfLeadsProcessed"], told["numOfRowsFailed"], told["numOfRowsWithWarning"]) == (2, 0, 1)
    warnings = caller.answer("GET", f"/bulk/v1/leads/batch/{batch}/warnings.json").text.splitlines()
    assert warnings[1] == "1,nonsense,Invalid email address"
    assert caller.result("/rest/v1/lead/1.json")[0]["email"] == "p1@example.com"


def test_looked_up_by_id_nobody_is_created(caller: Caller) -> None:
    batch = send(caller, "id,firstName\n77,Nobody\n", lookupField="id")["result"][0]["batchId"]
    caller.wait(5)
    assert caller.result(f"/bulk/v1/leads/batch/{batch}.json")[0]["numOfRowsFailed"] == 1
    assert caller.twin.store.count("leads") == 5


def test_ten_imports_at_most_and_one_for_a_list(caller: Caller) -> None:
    assert send(caller, FILE, listId=1001)["success"]
    assert error_of(send(caller, FILE, listId=1001)) == ("1019", "Import in progress")
    refused = caller.answer("POST", "/rest/asset/v1/staticList/1001/delete.json").json()
    assert error_of(refused)[0] == "709"
    for _ in range(9):
        assert send(caller, FILE)["success"]
    assert error_of(send(caller, FILE)) == ("1016", "Too many imports")
    caller.wait(30)
    assert send(caller, FILE, listId=1001)["success"]


def test_what_a_file_must_be(caller: Caller) -> None:
    assert error_of(send(caller, FILE, format="xml"))[0] == "1001"
    assert error_of(send(caller, FILE, listId=5))[0] == "1013"
    assert error_of(send(caller, FILE, lookupField="firstName"))[0] == "1011"
    assert error_of(send(caller, "a,b\n1\n"))[0] == "1003"
    assert error_of(caller.post(LEADS, {}))[0] == "612"
    big = FILE + "x" * (10 << 20)
    files = {"file": ("leads.csv", big.encode(), "text/csv")}
    assert caller.answer("POST", LEADS, params={"format": "csv"}, files=files).status_code == 413


def test_members_of_a_program_are_imported_with_a_status(caller: Caller) -> None:
    path = "/bulk/v1/program/1004/members/import.json"
    assert error_of(send(caller, FILE, path, programMemberStatus="No such"))[0] == "1025"
    batch = send(caller, "email\np1@example.com\np3@example.com\n", path, programMemberStatus="Registered")
    caller.wait(5)
    told = caller.result(f"/bulk/v1/program/members/import/{batch['result'][0]['batchId']}/status.json")[0]
    assert (told["status"], told["numOfLeadsProcessed"]) == ("Complete", 2)
    members = caller.result("/rest/v1/programs/1004/members.json", filterType="statusName", filterValues="Registered")
    assert [each["leadId"] for each in members] == [1, 3]

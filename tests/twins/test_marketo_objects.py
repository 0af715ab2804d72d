"""Companies, opportunities, roles, sales persons, named accounts, programs and their members in the Marketo twin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.twins.marketo_calls import Caller, error_of, instance, reasons, small_instance, table

DAY = "2026-02-01T00:00:00Z"
V1, ASSET = "/rest/v1", "/rest/asset/v1"


@pytest.fixture
def caller() -> Iterator[Caller]:
    with instance() as running:
        caller = Caller(running)
        small_instance(caller.twin)
        yield caller


@pytest.mark.parametrize(
    ("path", "id_field", "dedupe"),
    [
        ("companies", "id", ["externalCompanyId"]),
        ("opportunities", "marketoGUID", ["externalOpportunityId"]),
        ("opportunities/roles", "marketoGUID", ["externalOpportunityId", "leadId", "role"]),
        ("salespersons", "id", ["externalSalesPersonId"]),
        ("namedaccounts", "marketoGUID", ["name"]),
    ],
)
def test_describe_tells_the_keys(caller: Caller, path: str, id_field: str, dedupe: list[str]) -> None:
    told = caller.result(f"{V1}/{path}/describe.json")[0]
    assert (told["idField"], told["dedupeFields"]) == (id_field, dedupe)
    assert [id_field] in told["searchableFields"]
    assert {id_field, *dedupe} <= {field["name"] for field in told["fields"]}


def test_companies_are_found_written_and_deleted(caller: Caller) -> None:
    path = f"{V1}/companies"
    told = caller.result(f"{path}.json", filterType="dedupeFields", filterValues="ACME", fields="company,annualRevenue")
    assert told == [{"seq": 0, "id": 20, "company": "Acme", "annualRevenue": 1000}]
    body = {"input": [{"externalCompanyId": "acme", "company": "ACME"}, {"externalCompanyId": "new", "company": "New"}]}
    done = caller.post(f"{path}.json", body)["result"]
    assert [(each["seq"], each["status"]) for each in done] == [(0, "updated"), (1, "created")]
    twice = {"input": [{"externalCompanyId": "x"}, {"externalCompanyId": "X"}]}
    assert reasons(caller.post(f"{path}.json", twice)["result"][1]) == [("1036", "Duplicate object found in input")]
    by_id = {"action": "updateOnly", "dedupeBy": "idField", "input": [{"id": 20, "company": "Again"}, {"id": 5}]}
    done = caller.post(f"{path}.json", by_id)["result"]
    assert done[0] == {"seq": 0, "id": 20, "status": "updated"}
    assert reasons(done[1]) == [("1013", "Record not found")]
    assert error_of(caller.post(f"{path}.json", {**by_id, "action": "createOnly"}))[0] == "1003"
    exists = caller.post(f"{path}.json", {"action": "createOnly", "input": [{"externalCompanyId": "acme"}]})["result"][
        0
    ]
    assert reasons(exists) == [("1017", "Object already exists")]
    gone = caller.post(f"{path}/delete.json", {"input": [{"externalCompanyId": "acme"}, {"externalCompanyId": "no"}]})
    assert gone["result"][0] == {"seq": 0, "id": 20, "status": "deleted"}
    assert reasons(gone["result"][1]) == [("1013", "Record not found")]
    assert caller.result(f"{path}.json", filterType="id", filterValues="20") == []


def test_a_query_needs_a_searchable_field(caller: Caller) -> None:
    assert caller.error(f"{V1}/companies.json", filterType="industry", filterValues="x")[0] == "1011"
    assert caller.error(f"{V1}/companies.json", filterType="nope", filterValues="x")[0] == "1006"
    assert caller.error(f"{V1}/companies.json", filterType="id")[0] == "1002"
    many = ",".join(map(str, range(301)))
    assert caller.error(f"{V1}/companies.json", filterType="id", filterValues=many)[0] == "1003"


def test_pages_of_objects(caller: Caller) -> None:
    rows = ({"id": n, "externalCompanyId": f"c{n}", "company": "Same"} for n in range(100, 105))
    caller.twin.load("companies", table(*rows))
    pages = caller.pages(f"{V1}/companies.json", filterType="company", filterValues="same", batchSize=2)
    assert [[each["id"] for each in page["result"]] for page in pages] == [[100, 101], [102, 103], [104]]


def test_an_opportunity_must_have_a_name(caller: Caller) -> None:
    path = f"{V1}/opportunities.json"
    bad, worse = {"externalOpportunityId": "o1", "name": None}, {"externalOpportunityId": "o2"}
    good = {"externalOpportunityId": "o3", "name": "Deal", "amount": "12,5"}
    done = caller.post(path, {"input": [bad, worse, good]})["result"]
    assert [reasons(each)[0][0] for each in done] == ["1003", "1002", "1003"]


def test_roles_are_found_by_their_compound_key(caller: Caller) -> None:
    path = f"{V1}/opportunities/roles.json"
    key = {"externalOpportunityId": "deal", "leadId": 1, "role": "buyer"}
    body = {"filterType": "dedupeFields", "fields": ["marketoGuid", "leadId", "role"], "input": [key]}
    told = caller.answer("POST", path, params={"_method": "GET"}, json=body).json()["result"]
    assert [(each["leadId"], each["role"]) for each in told] == [(1, "Buyer")]
    assert caller.result(path, filterType="leadId", filterValues="1")[0]["marketoGUID"] == told[0]["marketoGUID"]
    assert caller.error(path, filterType="dedupeFields", filterValues="deal")[0] == "1003"
    unknown = [{**key, "leadId": 99}, {**key, "externalOpportunityId": "no"}, {**key, "role": "Judge"}]
    done = caller.post(path, {"input": unknown})["result"]
    assert [each["status"] for each in done] == ["skipped", "skipped", "created"]
    assert [reasons(each)[0][0] for each in done[:2]] == ["1004", "1013"]


def test_with_a_crm_behind_it_an_instance_takes_no_companies_or_deals(caller: Caller) -> None:
    caller.twin.crm_sync.limit = 1
    for path in ("companies", "opportunities", "opportunities/roles", "salespersons"):
        assert error_of(caller.post(f"{V1}/{path}.json", {"input": [{}]})) == ("1018", "CRM Enabled")
        assert error_of(caller.post(f"{V1}/{path}/delete.json", {"input": [{}]})) == ("1018", "CRM Enabled")
        assert caller.get(f"{V1}/{path}/describe.json")["success"]
    assert caller.post(f"{V1}/namedaccounts.json", {"input": [{"name": "B"}]})["result"][0]["status"] == "created"


def test_named_accounts_stand_on_lists(caller: Caller) -> None:
    account = caller.result(f"{V1}/namedaccounts.json", filterType="name", filterValues="acme")[0]["marketoGUID"]
    made = caller.post(f"{V1}/namedAccountLists.json", {"input": [{"name": "Targets"}]})["result"][0]
    assert made["status"] == "created"
    told = caller.result(f"{V1}/namedAccountLists.json", filterType="dedupeFields", filterValues="Targets")[0]
    assert (told["type"], told["updateable"]) == ("default", True)
    members = f"{V1}/namedAccountList/{made['marketoGUID']}/namedAccounts"
    added = caller.post(f"{members}.json", {"input": [{"marketoGUID": account}, {"marketoGUID": "no"}]})["result"]
    assert [each["status"] for each in added] == ["added", "skipped"]
    assert [each["name"] for each in caller.result(f"{members}.json")] == ["Acme"]
    caller.post(f"{members}/remove.json", {"input": [{"marketoGUID": account}]})
    assert caller.result(f"{members}.json") == []
    assert caller.error(f"{V1}/namedAccountList/no/namedAccounts.json")[0] == "1013"


def test_programs_are_browsed_until_the_warning(caller: Caller) -> None:
    moment = "2026-05-01T00:00:00Z+0000"
    row = {
        "channel": "Webinar",
        "type": "Event",
        "createdAt": moment,
        "updatedAt": moment,
        "folder": "{}",
        "tags": "[]",
    }
    caller.twin.load("programs", table(*({**row, "id": n, "name": f"P{n}", "costs": "[]"} for n in range(2000, 2045))))
    found, offset = [], 0
    while page := caller.get(f"{ASSET}/programs.json", offset=offset, maxReturn=20).get("result"):
        found += page
        offset += 20
    assert len({each["id"] for each in found}) == 46
    end = caller.get(f"{ASSET}/programs.json", offset=offset)
    assert end["success"]
    assert end["warnings"] == ["No assets found for the given search criteria."]
    assert "result" not in end
    newer = caller.get(f"{ASSET}/programs.json", earliestUpdatedAt="2026-04-01T00:00:00-05:00", maxReturn=200)["result"]
    assert len(newer) == 45
    assert caller.get(f"{ASSET}/programs.json", maxReturn=201)["success"] is False


def test_tags_and_costs_are_told_of_one_program_only(caller: Caller) -> None:
    browsed = caller.get(f"{ASSET}/programs.json")["result"][0]
    one = caller.get(f"{ASSET}/program/1004.json")["result"][0]
    assert "costs" not in browsed
    assert "tags" not in browsed
    assert (one["costs"], one["tags"], one["headStart"]) == ([], [], False)
    assert one["folder"] == {"type": "Folder", "value": 24, "folderName": "Programs"}
    assert "costs" in caller.get(f"{ASSET}/program/byName.json", name="Webinar", includeCosts="true")["result"][0]


def test_channels_order_the_statuses_of_members(caller: Caller) -> None:
    channel = caller.get(f"{ASSET}/channel/byName.json", name="Webinar")["result"][0]
    steps = {each["name"]: each["step"] for each in channel["progressionStatuses"]}
    assert steps["Not in Program"] < steps["Invited"] < steps["Registered"] < steps["Attended"]
    path = f"{V1}/programs/1004/members/status.json"
    told = caller.post(path, {"statusName": "Registered", "input": [{"leadId": n} for n in (1, 3, 99)]})["result"]
    assert [(each["seq"], each["status"]) for each in told] == [(0, "updated"), (1, "created"), (2, "skipped")]
    back = caller.post(path, {"statusName": "Invited", "input": [{"leadId": 1}]})["result"][0]
    assert reasons(back) == [("1037", "Lead skipped because it is already in or past this status")]
    unknown = caller.post(path, {"statusName": "No such", "input": [{"leadId": 1}]})
    assert error_of(unknown) == ("1025", "Program status not found")
    assert [each["leadId"] for each in caller.log(since="2026-11-23", types="104")] == [1, 3]


def test_members_are_queried_by_field_and_by_a_week_of_changes(caller: Caller) -> None:
    path = f"{V1}/programs/1004/members.json"
    told = caller.get(path, filterType="statusName", filterValues="invited")
    assert told["result"][0] == {
        "seq": 0, "acquiredBy": False, "leadId": 1, "membershipDate": "2026-02-01T00:00:00Z", "programId": 1004,
        "reachedSuccess": False,
    }  # fmt: skip
    assert told["moreResult"] is False
    week: dict[str, Any] = {"filterType": "updatedAt", "startAt": "2026-01-28T00:00:00Z"}
    assert len(caller.result(path, **week, endAt="2026-02-04T00:00:00Z")) == 2
    assert caller.error(path, **week, endAt="2026-02-04T00:00:01Z")[0] == "1003"
    assert caller.error(path, filterType="membershipDate", filterValues="x")[0] == "1011"
    pages = caller.pages_until_false(path, filterType="reachedSuccess", filterValues="false", batchSize=1)
    assert [page["result"][0]["leadId"] for page in pages] == [1, 2]


def test_a_program_of_more_than_a_hundred_thousand_is_too_many(caller: Caller) -> None:
    rows = (
        {"programId": "1004", "leadId": str(n), "statusName": "Invited", "membershipDate": DAY}
        for n in range(1, 100_002)
    )
    caller.twin.load("program_members", table(*rows))
    path = f"{V1}/programs/1004/members.json"
    refused = caller.error(path, filterType="statusName", filterValues="Invited")
    text = "Total membership size: 100,001 exceeds the limit allowed 100,000 for the filter"
    assert refused == ("1003", text)
    assert len(caller.result(path, filterType="leadId", filterValues="5")) == 1


def test_member_data_is_updated_and_members_are_deleted(caller: Caller) -> None:
    path = f"{V1}/programs/1004/members"
    records = [
        {"leadId": 1, "registrationCode": "r1"},
        {"leadId": 4, "registrationCode": "r"},
        {"leadId": 2, "program": "x"},
    ]
    told = caller.post(f"{path}.json", {"input": records})["result"]
    assert told[0] == {"seq": 0, "status": "updated", "leadId": 1}
    assert reasons(told[1]) == [("1013", "Membership not found")]
    assert reasons(told[2])[0][0] == "1003"
    fields = {"filterType": "leadId", "filterValues": "1", "fields": "leadId,registrationCode"}
    assert caller.result(f"{path}.json", **fields)[0]["registrationCode"] == "r1"
    gone = caller.post(f"{path}/delete.json", {"input": [{"leadId": 1}, {"leadId": 5}]})["result"]
    assert gone[0] == {"seq": 0, "status": "deleted", "leadId": 1}
    assert reasons(gone[1]) == [("1037", "Lead not in program")]
    assert [each["activityTypeId"] for each in caller.log(since="2026-11-23", types="104,123")] == [123, 104]

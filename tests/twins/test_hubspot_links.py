"""Associations and lists of HubSpot, beyond what its client library shows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tests.twins.hubspot_account import Account

V4 = "/crm/v4/associations"
NOON = "1795435200000"  # 2026-11-23 12:00 UTC, where the account's time stands
PRIMARY = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}


def types(hubspot: Account, origin: str, id_: str, target: str) -> dict[int, set[int]]:
    results = hubspot.get(f"/crm/v4/objects/{origin}/{id_}/associations/{target}")["results"]
    return {each["toObjectId"]: {one["typeId"] for one in each["associationTypes"]} for each in results}


def test_every_association_has_two_ends_and_a_plain_type_beside_its_label(hubspot: Account):
    person, company = hubspot.contact(email="a@example.com"), hubspot.company(name="Acme")
    path = f"/crm/v4/objects/contacts/{person}/associations/companies/{company}"
    answer = hubspot.call("PUT", path, [PRIMARY])
    assert answer.status_code == 201
    assert answer.json() == {
        "fromObjectTypeId": "0-1", "fromObjectId": int(person),
        "toObjectTypeId": "0-2", "toObjectId": int(company), "labels": ["Primary"],
    }  # fmt: skip
    results = hubspot.get(f"/crm/v4/objects/contacts/{person}/associations/companies")["results"]
    assert results == [
        {
            "toObjectId": int(company),
            "associationTypes": [
                {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
                {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
            ],
        }
    ]
    assert types(hubspot, "companies", company, "contacts") == {int(person): {280, 2}}
    (told,) = hubspot.get("/crm/v3/objects/contacts", associations="companies")["results"]
    assert told["associations"]["companies"]["results"] == [
        {"id": company, "type": "contact_to_company_unlabeled"},
        {"id": company, "type": "contact_to_company"},
    ]
    assert hubspot.call("DELETE", path).status_code == 204
    assert types(hubspot, "companies", company, "contacts") == {}


def test_a_contact_has_one_primary_company(hubspot: Account):
    person = hubspot.contact(email="a@example.com")
    first, second = hubspot.company(name="First"), hubspot.company(name="Second")
    hubspot.put(f"/crm/v4/objects/contacts/{person}/associations/companies/{first}", [PRIMARY])
    back = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 2}
    hubspot.put(f"/crm/v4/objects/companies/{second}/associations/contacts/{person}", [back])
    assert types(hubspot, "contacts", person, "companies") == {int(first): {279}, int(second): {279, 1}}
    read = hubspot.get(f"/crm/v3/objects/contacts/{person}", properties="associatedcompanyid")
    assert read["properties"]["associatedcompanyid"] == second


def test_records_are_created_with_their_associations(hubspot: Account):
    company = hubspot.company(name="Acme")
    wanted = [{"to": {"id": company}, "types": [PRIMARY]}]
    person = hubspot.post("/crm/v3/objects/contacts", {"properties": {}, "associations": wanted})["id"]
    assert types(hubspot, "contacts", person, "companies") == {int(company): {279, 1}}
    lost = [{"to": {"id": "999"}, "types": [PRIMARY]}]
    assert hubspot.call("POST", "/crm/v3/objects/contacts", {"properties": {}, "associations": lost}).status_code == 404
    assert hubspot.twin.store.count("contacts") == 1


def test_labels_of_the_accounts_own(hubspot: Account):
    path = "/crm/associations/2026-09/contacts/companies/labels"
    made = hubspot.post(path, {"label": "Buyer", "name": "buyer", "inverseLabel": "Bought from by"})["results"]
    assert [each["label"] for each in made] == ["Buyer", "Bought from by"]
    spec = {"associationCategory": "USER_DEFINED", "associationTypeId": made[0]["typeId"]}
    person, company = hubspot.contact(email="a@example.com"), hubspot.company(name="Acme")
    body = {"inputs": [{"from": {"id": person}, "to": {"id": company}, "types": [spec]}]}
    assert hubspot.call("POST", f"{V4}/contacts/companies/batch/create", body).status_code == 201
    assert types(hubspot, "companies", company, "contacts") == {int(person): {280, made[1]["typeId"]}}
    assert hubspot.call("PUT", path, {"associationTypeId": made[0]["typeId"], "label": "Payer"}).status_code == 204
    assert {each["label"] for each in hubspot.get(path)["results"]} == {None, "Primary", "Payer"}
    assert hubspot.call("POST", f"{V4}/contacts/companies/batch/labels/archive", body).status_code == 204
    assert types(hubspot, "contacts", person, "companies") == {int(company): {279}}
    hubspot.post(f"{V4}/contacts/companies/batch/create", body)
    assert hubspot.call("DELETE", f"{path}/{made[0]['typeId']}").status_code == 204
    assert types(hubspot, "contacts", person, "companies") == {int(company): {279}}
    wrong = {"associationCategory": "USER_DEFINED", "associationTypeId": 9999}
    body["inputs"][0]["types"] = [wrong]
    assert hubspot.call("POST", f"{V4}/contacts/companies/batch/create", body).status_code == 400


def test_reading_many_tells_those_without(hubspot: Account):
    one, two = hubspot.contact(email="a@example.com"), hubspot.contact(email="b@example.com")
    company = hubspot.company(name="Acme")
    hubspot.put(f"/crm/v4/objects/contacts/{one}/associations/default/companies/{company}")
    body = {"inputs": [{"id": one}, {"id": two}, {"id": "999"}]}
    answer = hubspot.call("POST", f"{V4}/contacts/companies/batch/read", body)
    assert answer.status_code == 207
    (result,) = answer.json()["results"]
    assert result["from"] == {"id": one}
    assert [each["toObjectId"] for each in result["to"]] == [int(company)]
    errors = {each.get("subCategory"): each for each in answer.json()["errors"]}
    none = errors["crm.associations.NO_ASSOCIATIONS_FOUND"]
    assert none["message"] == f"No company is associated with contact {two}."
    assert none["context"] == {"fromObjectId": [two], "fromObjectType": ["contact"], "toObjectType": ["company"]}
    assert errors[None]["context"] == {"ids": ["999"]}


def test_pages_of_five_hundred(hubspot: Account):
    person = hubspot.contact(email="a@example.com")
    ids = [str(n) for n in range(1000, 2200)]
    hubspot.twin.load("companies", pa.table({"id": ids}))
    pairs = {"fromObjectType": "contact", "fromObjectId": person, "toObjectType": "0-2"}
    rows = pa.Table.from_pylist([{**pairs, "toObjectId": id_, "label": None, "typeId": None} for id_ in ids])
    hubspot.twin.load("associations", rows)
    path, found, after = f"/crm/v4/objects/contacts/{person}/associations/companies", list[int](), None
    while True:
        page = hubspot.get(path, **({"after": after} if after else {}))
        found += [each["toObjectId"] for each in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert found == [int(id_) for id_ in ids]
    found, asked = [], {"id": person}
    while asked:
        (result,) = hubspot.post(f"{V4}/contacts/companies/batch/read", {"inputs": [asked]})["results"]
        found += [each["toObjectId"] for each in result["to"]]
        asked = {"id": person, "after": result["paging"]["next"]["after"]} if "paging" in result else None
    assert found == [int(id_) for id_ in ids]
    assert hubspot.call("GET", path, limit=501).status_code == 400


@pytest.mark.parametrize(("verb", "most"), [("read", 1000), ("create", 2000), ("associate/default", 2000)])
def test_batches_of_associations_have_a_size(hubspot: Account, verb: str, most: int):
    each: dict[str, Any] = {"id": "1", "from": {"id": "1"}, "to": {"id": "1"}, "types": [PRIMARY]}
    path = f"{V4}/contacts/companies/batch/{verb}"
    assert hubspot.call("POST", path, {"inputs": [each] * (most + 1)}).status_code == 400
    assert hubspot.call("POST", path, {"inputs": [each] * most}).status_code == 207


def test_two_thousand_associations_at_once(hubspot: Account):
    people, companies = [str(n) for n in range(1, 2001)], [str(n) for n in range(5001, 5101)]
    hubspot.twin.load("contacts", pa.table({"id": people}))
    hubspot.twin.load("companies", pa.table({"id": companies}))
    pairs = [{"from": {"id": id_}, "to": {"id": companies[n % 100]}} for n, id_ in enumerate(people)]
    told = hubspot.post(f"{V4}/contacts/companies/batch/associate/default", {"inputs": pairs})
    assert (len(told["results"]), "errors" in told) == (4000, False)
    assert len(types(hubspot, "companies", companies[7], "contacts")) == 20


def test_an_administrators_cap(hubspot: Account):
    hubspot.twin.associations.caps["contacts", "companies", 279] = 1
    person, *companies = hubspot.contact(email="a@example.com"), hubspot.company(), hubspot.company()
    path = f"/crm/v4/objects/contacts/{person}/associations/default/companies"
    assert [hubspot.call("PUT", f"{path}/{each}").status_code for each in companies] == [200, 400]


def make(hubspot: Account, **changes: Any) -> Any:
    body = {"name": "Friends", "objectTypeId": "0-1", "processingType": "MANUAL", **changes}
    return hubspot.post("/crm/v3/lists", body)["list"]


def test_a_list_has_a_name_of_its_own(hubspot: Account):
    made = make(hubspot)
    assert {**made} == {
        "listId": "1", "listVersion": 1, "name": "Friends", "objectTypeId": "0-1", "processingStatus": "COMPLETE",
        "processingType": "MANUAL", "size": 0, "createdAt": made["createdAt"], "updatedAt": made["createdAt"],
        "filtersUpdatedAt": made["createdAt"], "createdById": "1", "updatedById": "1",
    }  # fmt: skip
    body = {"name": "friends", "objectTypeId": "0-1", "processingType": "MANUAL"}
    answer = hubspot.call("POST", "/crm/v3/lists", body)
    assert (answer.status_code, answer.json()["subCategory"]) == (400, "ILS.DUPLICATE_LIST_NAMES")
    assert make(hubspot, objectTypeId="0-2")["listId"] == "2"
    hubspot.put("/crm/v3/lists/1/update-list-name", listName="Others")
    assert hubspot.get("/crm/v3/lists/object-type-id/0-1/name/others")["list"]["listVersion"] == 2
    assert hubspot.call("GET", "/crm/v3/lists/object-type-id/0-1/name/friends").status_code == 404
    assert [each["name"] for each in hubspot.get("/crm/v3/lists/", listIds=["1", "2"])["lists"]] == [
        "Others",
        "Friends",
    ]


def test_members_come_and_go(hubspot: Account):
    path = f"/crm/v3/lists/{make(hubspot)['listId']}/memberships"
    ids = [hubspot.contact(email=f"p{n}@example.com") for n in range(4)]
    assert hubspot.put(f"{path}/add", [*ids[:2], "999"]) == {
        "recordsIdsAdded": ids[:2], "recordIdsRemoved": [], "recordIdsMissing": ["999"],
    }  # fmt: skip
    assert hubspot.put(f"{path}/add", ids[:3])["recordsIdsAdded"] == ids[2:3]
    assert hubspot.put(f"{path}/remove", ids[1:])["recordIdsRemoved"] == ids[1:3]
    changed = hubspot.put(f"{path}/add-and-remove", {"recordIdsToAdd": ids[3:], "recordIdsToRemove": ids[:1]})
    assert (changed["recordsIdsAdded"], changed["recordIdsRemoved"]) == (ids[3:], ids[:1])
    assert hubspot.put(f"{path}/add", ids[:1])["recordsIdsAdded"] == ids[:1]  # in again
    hubspot.call("DELETE", f"/crm/v3/objects/contacts/{ids[3]}")
    assert [each["recordId"] for each in hubspot.get(path)["results"]] == ids[:1]
    facts = ["hs_list_size", "hs_last_record_added_at", "hs_last_record_removed_at"]
    (told,) = hubspot.post("/crm/v3/lists/search", {"offset": 0, "additionalProperties": facts})["lists"]
    assert told["additionalProperties"] == dict(zip(facts, ("1", NOON, NOON), strict=True))
    assert hubspot.call("DELETE", path).status_code == 204
    assert hubspot.get(path) == {"total": 0, "results": []}


def test_pages_of_members(hubspot: Account):
    list_id = make(hubspot)["listId"]
    ids = [str(n) for n in range(1, 601)]
    hubspot.twin.load("contacts", pa.table({"id": ids}))
    stamps = [f"2026-11-{1 + n % 3:02}T00:00:00.000Z" for n in range(600)]
    rows = {"listId": [list_id] * 600, "recordId": ids, "membershipTimestamp": stamps}
    hubspot.twin.load("list_members", pa.table(rows))
    path = f"/crm/v3/lists/{list_id}/memberships"
    assert hubspot.call("GET", path, limit=251).status_code == 400
    first = hubspot.get(path, limit=250)
    assert (first["total"], [each["recordId"] for each in first["results"]]) == (600, ids[:250])
    second = hubspot.get(path, limit=250, after=first["paging"]["next"]["after"], before="ignored")
    last = hubspot.get(path, limit=250, after=second["paging"]["next"]["after"])
    assert [each["recordId"] for each in (*second["results"], *last["results"])] == ids[250:]
    assert "paging" not in last
    mark = second["paging"]["next"]["after"]
    assert [each["recordId"] for each in hubspot.get(path, limit=3, before=mark)["results"]] == ["499", "498", "497"]
    by_time, after = list[str](), None
    while True:
        page = hubspot.get(f"{path}/join-order", limit=250, **({"after": after} if after else {}))
        by_time += [each["membershipTimestamp"] for each in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert by_time == sorted(stamps)


def test_lists_that_fill_themselves(hubspot: Account):
    rule = {
        "filterBranchType": "OR",
        "filterBranches": [
            {
                "filterBranchType": "AND",
                "filters": [
                    {
                        "filterType": "PROPERTY",
                        "property": "city",
                        "operation": {"operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": ["Rome"]},
                    }
                ],
            }
        ],
    }
    roman = hubspot.contact(email="a@example.com", city="Rome")
    moving = hubspot.contact(email="b@example.com", city="Paris")
    dynamic = make(hubspot, name="Romans", processingType="DYNAMIC", filterBranch=rule)
    snapshot = make(hubspot, name="Romans once", processingType="SNAPSHOT", filterBranch=rule)
    assert (dynamic["size"], snapshot["size"], dynamic["filterBranch"]) == (1, 1, rule)
    hubspot.patch(f"/crm/v3/objects/contacts/{moving}", {"properties": {"city": "Rome"}})
    hubspot.patch(f"/crm/v3/objects/contacts/{roman}", {"properties": {"city": "Paris"}})

    def members(made: Any) -> list[str]:
        return [each["recordId"] for each in hubspot.get(f"/crm/v3/lists/{made['listId']}/memberships")["results"]]

    assert (members(dynamic), members(snapshot)) == ([moving], [roman])
    assert [each["listId"] for each in hubspot.get(f"/crm/v3/lists/records/0-1/{moving}/memberships")["results"]] == [
        "1"
    ]
    answer = hubspot.call("PUT", f"/crm/v3/lists/{dynamic['listId']}/memberships/add", [roman])
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    hubspot.put(f"/crm/v3/lists/{snapshot['listId']}/memberships/add-from/{dynamic['listId']}")
    assert members(snapshot) == [roman, moving]
    none = {"name": "X", "objectTypeId": "0-1", "processingType": "DYNAMIC"}
    assert hubspot.call("POST", "/crm/v3/lists", none).status_code == 400


def test_deleted_lists_can_be_restored_for_ninety_days(hubspot: Account):
    path = f"/crm/v3/lists/{make(hubspot)['listId']}"
    assert hubspot.call("DELETE", path).status_code == 204
    assert hubspot.call("GET", path).status_code == 404
    hubspot.advance(89 * 86_400)
    assert hubspot.call("PUT", f"{path}/restore").status_code == 204
    hubspot.call("DELETE", path)
    hubspot.advance(91 * 86_400)
    assert hubspot.call("PUT", f"{path}/restore").status_code == 404

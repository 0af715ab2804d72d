"""Records of HubSpot as its answers were recorded, and its rules of writing them."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from tests.twins.hubspot_account import Account

CONTACTS, COMPANIES = "/crm/v3/objects/contacts", "/crm/v3/objects/companies"
NOON = "2026-11-23T12:00:00.000Z"


def inputs(*each: Any) -> dict[str, Any]:
    return {"inputs": list(each)}


def test_a_batch_of_one_contact_as_recorded(hubspot: Account):
    """The recorded answer of 2022-02-22, with this account's id and time in the place of its own."""
    body = inputs({"properties": {"email": "grouparoo@demo.com", "firstname": "John"}})
    response = hubspot.call("POST", "/crm/v3/objects/CONTACT/batch/create", body)
    assert response.status_code == 201
    assert response.json() == {
        "status": "COMPLETE",
        "results": [
            {
                "id": "101",
                "properties": {
                    "createdate": NOON,
                    "email": "grouparoo@demo.com",
                    "firstname": "John",
                    "hs_all_contact_vids": "101",
                    "hs_email_domain": "demo.com",
                    "hs_is_contact": "true",
                    "hs_is_unworked": "true",
                    "hs_object_id": "101",
                    "hs_pipeline": "contacts-lifecycle-pipeline",
                    "lastmodifieddate": NOON,
                },
                "createdAt": NOON,
                "updatedAt": NOON,
                "archived": False,
            }
        ],
        "startedAt": NOON,
        "completedAt": NOON,
    }


def test_a_search_and_an_update_of_companies_as_recorded(hubspot: Account):
    """Writing a domain fills the website; an update answers with what it wrote and what every answer has."""
    id_ = hubspot.company(domain="grouparoo.demo.com", name="John", twitterhandle="DEMO")
    names = ["name", "website", "twitterhandle", "facebookfans", "date_field", "domain"]
    filters = [{"filters": [{"propertyName": "domain", "operator": "EQ", "value": "grouparoo.demo.com"}]}]
    body = {"filterGroups": filters, "properties": names, "limit": 100}
    assert hubspot.post("/crm/v3/objects/COMPANY/search", body) == {
        "total": 1,
        "results": [
            {
                "id": id_,
                "properties": {
                    "createdate": NOON,
                    "domain": "grouparoo.demo.com",
                    "facebookfans": None,
                    "hs_lastmodifieddate": NOON,
                    "hs_object_id": id_,
                    "name": "John",
                    "twitterhandle": "DEMO",
                    "website": "grouparoo.demo.com",
                },
                "createdAt": NOON,
                "updatedAt": NOON,
                "archived": False,
            }
        ],
    }
    hubspot.advance(60)
    wanted = {"domain": "grouparoo.demo.com", "name": "John", "website": "www.doe.com", "facebookfans": "3039"}
    body = inputs({"id": id_, "properties": wanted})
    (result,) = hubspot.post("/crm/v3/objects/COMPANY/batch/update", body)["results"]
    later = "2026-11-23T12:01:00.000Z"
    assert result["properties"] == {**wanted, "createdate": NOON, "hs_lastmodifieddate": later, "hs_object_id": id_}
    assert (result["createdAt"], result["updatedAt"]) == (NOON, later)


def test_default_properties_and_those_asked_for(hubspot: Account):
    hubspot.contact(email="a@example.com", city="Paris")
    company, deal = hubspot.company(name="Acme"), hubspot.deal(dealname="Big", dealstage="closedwon")
    (contact,) = hubspot.get(CONTACTS)["results"]
    assert set(contact["properties"]) == {
        *("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"),
    }
    assert set(hubspot.get(f"{COMPANIES}/{company}")["properties"]) == {
        *("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    }
    assert set(hubspot.get(f"/crm/v3/objects/0-3/{deal}")["properties"]) == {
        *("amount", "closedate", "createdate", "dealname", "dealstage"),
        *("hs_lastmodifieddate", "hs_object_id", "pipeline"),
    }
    (contact,) = hubspot.get(CONTACTS, properties="city,nonsense")["results"]
    assert contact["properties"] == {
        "city": "Paris", "createdate": NOON, "hs_object_id": "101", "lastmodifieddate": NOON,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["contacts", "contact", "CONTACT", "0-1"])
def test_an_object_has_many_names(hubspot: Account, name: str):
    hubspot.contact(email="a@example.com")
    assert len(hubspot.get(f"/crm/v3/objects/{name}")["results"]) == 1


def test_values_are_text_and_an_empty_one_clears(hubspot: Account):
    path = "/crm/v3/properties/companies"
    for name, type_, field in (("since", "date", "date"), ("colours", "enumeration", "checkbox")):
        options = [{"label": each, "value": each} for each in "abc"] if type_ == "enumeration" else []
        about = {"label": name, "fieldType": field, "groupName": "companyinformation", "options": options}
        hubspot.post(path, {"name": name, "type": type_, **about})
    id_ = hubspot.company(
        numberofemployees=12, is_public=True, since=1645056000000, colours="a;c", city="Paris", about_us=""
    )
    names = "numberofemployees,is_public,since,colours,city,about_us"
    read = hubspot.get(f"{COMPANIES}/{id_}", properties=names)["properties"]
    assert read["numberofemployees"] == "12"
    assert read["is_public"] == "true"
    assert (read["since"], read["colours"], read["about_us"]) == ("2022-02-17", "a;c", None)
    hubspot.patch(f"{COMPANIES}/{id_}", {"properties": {"city": ""}})
    assert hubspot.get(f"{COMPANIES}/{id_}", properties="city")["properties"]["city"] is None
    deal = hubspot.deal(closedate="1645056000000")
    assert hubspot.get(f"/crm/v3/objects/deals/{deal}")["properties"]["closedate"] == "2022-02-17T00:00:00.000Z"


@pytest.mark.parametrize(
    ("object_", "name", "value", "code"),
    [
        ("contacts", "no_such", "x", "PROPERTY_DOESNT_EXIST"),
        ("contacts", "email", "not an address", "INVALID_EMAIL"),
        ("contacts", "lifecyclestage", "asleep", "INVALID_OPTION"),
        ("contacts", "hs_object_id", "7", "READ_ONLY_VALUE"),
        ("companies", "numberofemployees", "many", "INVALID_LONG"),
        ("companies", "is_public", "perhaps", "INVALID_OPTION"),
        ("deals", "closedate", "soon", "INVALID_DATE"),
    ],
)
def test_what_does_not_fit_is_told_in_the_nested_text(hubspot: Account, object_: str, name: str, value: str, code: str):
    response = hubspot.call("POST", f"/crm/v3/objects/{object_}", {"properties": {name: value}})
    told = response.json()
    assert (response.status_code, told["status"], told["category"]) == (400, "error", "VALIDATION_ERROR")
    assert response.headers["x-hubspot-correlation-id"] == told["correlationId"]
    nested = orjson.loads(told["message"].removeprefix("Property values were not valid: "))
    assert [(each["name"], each["error"], each["isValid"]) for each in nested] == [(name, code, False)]
    assert told["errors"][0]["context"] == {"propertyName": [name]}


def test_an_unknown_property_fails_the_whole_batch(hubspot: Account):
    good, bad = {"properties": {"email": "a@example.com"}}, {"properties": {"email": "b@example.com", "nix": "1"}}
    response = hubspot.call("POST", f"{CONTACTS}/batch/create", inputs(good, bad))
    assert response.status_code == 400
    assert 'Property \\"nix\\" does not exist' in orjson.loads(response.content)["message"]
    assert hubspot.get(CONTACTS)["results"] == []


def test_marked_inputs_fail_one_by_one(hubspot: Account):
    existing = hubspot.contact(email="a@example.com")
    response = hubspot.call(
        "POST",
        f"{CONTACTS}/batch/create",
        inputs(
            {"objectWriteTraceId": "1", "properties": {"email": "A@example.com"}},
            {"objectWriteTraceId": "2", "properties": {"email": "b@example.com"}},
            {"objectWriteTraceId": "3", "properties": {"nix": "1"}},
        ),
    )
    told = response.json()
    assert (response.status_code, told["numErrors"]) == (207, 2)
    assert [(each["objectWriteTraceId"], each["properties"]["email"]) for each in told["results"]] == [
        ("2", "b@example.com")
    ]
    failed = {each["context"]["objectWriteTraceId"][0]: each for each in told["errors"]}
    assert (failed["1"]["category"], failed["3"]["category"]) == ("CONFLICT", "VALIDATION_ERROR")
    assert failed["1"]["message"] == f"Contact already exists. Existing ID: {existing}"


def test_an_email_is_unique_in_any_case_and_a_company_is_not(hubspot: Account):
    first = hubspot.contact(email="ada@example.com")
    for method, path in (("POST", CONTACTS), ("PATCH", f"{CONTACTS}/{hubspot.contact(email='b@example.com')}")):
        response = hubspot.call(method, path, {"properties": {"email": "ADA@example.com"}})
        assert response.status_code == 409
        assert response.json()["category"] == "CONFLICT"
        assert response.json()["message"] == f"Contact already exists. Existing ID: {first}"
    twice = inputs(*[{"properties": {"email": "c@example.com"}}] * 2)
    assert hubspot.call("POST", f"{CONTACTS}/batch/create", twice).status_code == 409
    hubspot.patch(f"{CONTACTS}/{first}", {"properties": {"hs_additional_emails": "old@example.com"}})
    assert hubspot.call("POST", CONTACTS, {"properties": {"email": "old@example.com"}}).status_code == 409
    assert hubspot.get(f"{CONTACTS}/old@example.com", idProperty="email")["id"] == first
    assert hubspot.company(domain="acme.example") != hubspot.company(domain="acme.example")
    hubspot.call("DELETE", f"{CONTACTS}/{first}")
    assert hubspot.contact(email="ada@example.com") != first


def test_upserts(hubspot: Account):
    known = hubspot.contact(email="a@example.com", city="Paris")
    body = inputs(
        *(
            {"id": email, "idProperty": "email", "properties": {"city": "Rome"}}
            for email in ("A@example.com", "b@example.com")
        )
    )
    results = hubspot.post(f"{CONTACTS}/batch/upsert", body)["results"]
    new = {each["id"]: each["new"] for each in results}
    assert new.pop(known) is False
    assert list(new.values()) == [True]
    assert (
        hubspot.get(f"{CONTACTS}/b@example.com", idProperty="email", properties="city")["properties"]["city"] == "Rome"
    )
    again = hubspot.post(f"{CONTACTS}/batch/upsert", body)["results"]
    assert not any(each["new"] for each in again)
    refused = hubspot.call(
        "POST", f"{COMPANIES}/batch/upsert", inputs({"id": "x.example", "idProperty": "domain", "properties": {}})
    )
    assert refused.status_code == 400
    assert refused.json()["message"] == "Unable to perform update/upsert by non-unique 0-2 property domain"


def test_upserts_by_a_property_of_the_accounts_own(hubspot: Account):
    about = {"label": "Key", "type": "string", "fieldType": "text", "groupName": "companyinformation"}
    hubspot.post("/crm/v3/properties/companies", {"name": "our_key", "hasUniqueValue": True, **about})
    body = inputs(
        {"id": "K1", "idProperty": "our_key", "objectWriteTraceId": "a", "properties": {"name": "One"}},
        {"id": "K2", "idProperty": "our_key", "objectWriteTraceId": "b", "properties": {"numberofemployees": "x"}},
    )
    response = hubspot.call("POST", f"{COMPANIES}/batch/upsert", body)
    assert response.status_code == 207
    assert [each["properties"]["our_key"] for each in response.json()["results"]] == ["K1"]
    assert response.json()["errors"][0]["context"] == {"objectWriteTraceId": ["b"]}
    taken = hubspot.call("POST", COMPANIES, {"properties": {"our_key": "k1"}})
    assert (taken.status_code, taken.json()["errors"][0]["code"]) == (400, "CONFLICTING_UNIQUE_VALUE")


def test_missing_records(hubspot: Account):
    id_ = hubspot.contact(email="a@example.com")
    for method, path in (("GET", f"{CONTACTS}/999"), ("PATCH", f"{CONTACTS}/999")):
        response = hubspot.call(method, path, {"properties": {}} if method == "PATCH" else None)
        assert (response.status_code, response.json()["category"]) == (404, "OBJECT_NOT_FOUND")
        assert response.json()["message"] == "resource not found"
    for verb, extra in (("read", {}), ("update", {"properties": {"city": "Rome"}})):
        body = inputs({"id": id_, **extra}, {"id": "999", **extra})
        response = hubspot.call("POST", f"{CONTACTS}/batch/{verb}", {**body, "properties": ["city"]})
        assert response.status_code == 207
        assert [each["id"] for each in response.json()["results"]] == [id_]
        (error,) = response.json()["errors"]
        assert (error["category"], error["context"]) == ("OBJECT_NOT_FOUND", {"ids": ["999"]})
    assert hubspot.call("DELETE", f"{CONTACTS}/999").status_code == 204


@pytest.mark.parametrize("verb", ["read", "create", "update", "upsert", "archive"])
def test_a_batch_has_a_hundred_inputs_at_most(hubspot: Account, verb: str):
    each = [{"id": str(n), "properties": {}} for n in range(101)]
    assert hubspot.call("POST", f"{CONTACTS}/batch/{verb}", inputs(*each)).status_code == 400
    assert hubspot.call("POST", f"{CONTACTS}/batch/{verb}", inputs(*each[:100])).status_code < 300


def test_a_batch_names_a_record_once(hubspot: Account):
    id_ = hubspot.contact(email="a@example.com")
    body = inputs(*[{"id": id_, "properties": {"city": "Rome"}}] * 2)
    response = hubspot.call("POST", f"{CONTACTS}/batch/update", body)
    assert response.status_code == 400
    assert id_ in response.json()["message"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{broken", "Invalid input JSON on line 1, column 2"),
        (b"[]", "Invalid input JSON"),
        (b'{"inputs": 3}', "'inputs' must be a list"),
        (b'{"inputs": [{"id": "1"}]}', re.escape("Some required fields were not set: [properties]")),
    ],
)
def test_bad_bodies(hubspot: Account, body: bytes, told: str):
    response = hubspot.session.post(
        f"{hubspot.url}{CONTACTS}/batch/update", data=body, headers={"authorization": f"Bearer {hubspot.token}"}
    )
    assert response.status_code == 400
    assert re.search(told, response.json()["message"])


def test_pages_by_id_and_their_limits(hubspot: Account):
    every = [hubspot.contact(email=f"p{n}@example.com") for n in range(12)]
    hubspot.call("DELETE", f"{CONTACTS}/{every[3]}")
    found, after = [], None
    while True:
        page = hubspot.get(CONTACTS, limit=4, **({"after": after} if after else {}))
        found += [each["id"] for each in page["results"]]
        if "paging" not in page:
            break
        assert page["paging"]["next"]["link"].startswith(f"{hubspot.url}{CONTACTS}?limit=4&after=")
        after = page["paging"]["next"]["after"]
    assert found == [id_ for id_ in every if id_ != every[3]]
    assert len(hubspot.get(CONTACTS)["results"]) == 10
    for query in ({"limit": 101}, {"limit": 0}, {"limit": "abc"}, {"limit": 51, "propertiesWithHistory": "email"}):
        assert hubspot.call("GET", CONTACTS, **query).status_code == 400
    assert hubspot.call("GET", "/crm/v3/objects/nonsense").status_code == 400


def test_archived_records_are_there_for_ninety_days(hubspot: Account):
    id_ = hubspot.contact(email="a@example.com")
    company = hubspot.company(name="Acme")
    hubspot.put(f"/crm/v4/objects/contacts/{id_}/associations/default/companies/{company}")
    assert hubspot.call("DELETE", f"{CONTACTS}/{id_}").status_code == 204
    assert hubspot.get(CONTACTS)["results"] == []
    assert hubspot.search("contacts") == []
    (archived,) = hubspot.get(CONTACTS, archived="true")["results"]
    assert (archived["id"], archived["archived"], archived["archivedAt"]) == (id_, True, NOON)
    assert hubspot.get(f"{CONTACTS}/{id_}", archived="true")["id"] == id_
    assert hubspot.get(f"/crm/v4/objects/companies/{company}/associations/contacts")["results"] == []
    hubspot.advance(90 * 86_400 + 1)
    assert hubspot.get(CONTACTS, archived="true")["results"] == []


def test_a_merge_leads_the_losers_id_to_the_winner(hubspot: Account):
    winner = hubspot.contact(email="a@example.com", city="Paris")
    middle = hubspot.contact(email="b@example.com", city="Rome", phone="1")
    loser = hubspot.contact(email="c@example.com")
    company = hubspot.company(name="Acme")
    hubspot.put(f"/crm/v4/objects/contacts/{middle}/associations/default/companies/{company}")
    merge = f"{CONTACTS}/merge"
    hubspot.post(merge, {"primaryObjectId": middle, "objectIdToMerge": loser})
    hubspot.advance(60)
    assert hubspot.post(merge, {"primaryObjectId": winner, "objectIdToMerge": middle})["id"] == winner
    names = "hs_merged_object_ids,hs_additional_emails,city,phone"
    for id_ in (winner, middle, loser):
        found = hubspot.get(f"{CONTACTS}/{id_}", properties=names)
        assert (found["id"], found["updatedAt"]) == (winner, "2026-11-23T12:01:00.000Z")
        assert set(found["properties"]["hs_merged_object_ids"].split(";")) == {middle, loser}
        assert set(found["properties"]["hs_additional_emails"].split(";")) == {"b@example.com", "c@example.com"}
        assert (found["properties"]["city"], found["properties"]["phone"]) == ("Paris", "1")
    assert [each["id"] for each in hubspot.get(CONTACTS)["results"]] == [winner]
    assert hubspot.get(CONTACTS, archived="true")["results"] == []
    people = hubspot.get(f"/crm/v4/objects/companies/{company}/associations/contacts")["results"]
    assert [each["toObjectId"] for each in people] == [int(winner)]
    assert hubspot.call("POST", merge, {"primaryObjectId": winner, "objectIdToMerge": winner}).status_code == 400


def test_forgetting_leaves_nothing(hubspot: Account):
    id_ = hubspot.contact(email="a@example.com")
    body = {"objectId": "a@example.com", "idProperty": "email"}
    assert hubspot.call("POST", f"{CONTACTS}/gdpr-delete", body).status_code == 204
    assert hubspot.call("GET", f"{CONTACTS}/{id_}", archived="true").status_code == 404


def test_history_of_values(hubspot: Account):
    id_ = hubspot.contact(email="a@example.com", city="Paris")
    for city in ("Rome", ""):
        hubspot.advance(60)
        hubspot.patch(f"{CONTACTS}/{id_}", {"properties": {"city": city}})
    (found,) = hubspot.get(CONTACTS, propertiesWithHistory="city,nonsense")["results"]
    assert [(each["value"], each["timestamp"][11:19]) for each in found["propertiesWithHistory"]["city"]] == [
        ("", "12:02:00"), ("Rome", "12:01:00"), ("Paris", "12:00:00"),
    ]  # fmt: skip


def test_properties_can_be_made_and_have_rules(hubspot: Account):
    path = "/crm/v3/properties/contacts"
    good = {"name": "size", "label": "Size", "type": "number", "fieldType": "number", "groupName": "contactinformation"}
    assert hubspot.call("POST", path, good).status_code == 201
    for wrong, status in (
        ({"name": "email"}, 409),
        ({"name": "Not valid"}, 400),
        ({"name": "other", "type": "integer"}, 400),
        ({"name": "other", "groupName": "nowhere"}, 400),
        ({"name": "other", "label": ""}, 400),
    ):
        assert hubspot.call("POST", path, {**good, **wrong}).status_code == status
    for n in range(10):
        hubspot.post(path, {**good, "name": f"unique_{n}", "hasUniqueValue": True})
    assert hubspot.call("POST", path, {**good, "name": "unique_10", "hasUniqueValue": True}).status_code == 400
    assert hubspot.call("PATCH", f"{path}/email", {"label": "Other"}).status_code == 400
    assert hubspot.patch(f"{path}/size", {"label": "Other"})["label"] == "Other"
    id_ = hubspot.contact(email="a@example.com", size=3)
    assert hubspot.call("DELETE", f"{path}/size").status_code == 204
    assert "size" not in hubspot.get(f"{CONTACTS}/{id_}", properties="size")["properties"]
    assert hubspot.get(f"{path}/size", archived="true")["archived"] is True
    read = hubspot.call(
        "POST", f"{path}/batch/read", {"archived": False, **inputs({"name": "email"}, {"name": "size"})}
    )
    assert (read.status_code, [each["name"] for each in read.json()["results"]]) == (207, ["email"])

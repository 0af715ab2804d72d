"""One account behind the paths of every version; rows that come in by a load; the state read back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
import requests

from muster.twins.clock import Clock
from muster.twins.hubspot import HubSpotTwin
from muster.twins.server import serve
from muster.twins.store import Store
from tests.twins.hubspot_account import Account, filter_of

SPEC = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]


def dialogue(account: Account, objects: str, objects4: str, links: str, lists: str, rest: str) -> Iterator[Any]:
    """The same calls in the paths of one version."""

    def told(method: str, path: str, body: Any = None, **query: Any) -> Any:
        response = account.call(method, path, body, **query)
        content = response.json() if response.content else None
        return response.status_code, orjson.loads(
            orjson.dumps(content).decode().replace(account.url, "").replace(path, "PATH")
        )

    people = [{"properties": {"email": f"p{n}@example.com"}} for n in range(3)]
    yield told("POST", f"{objects}/contacts/batch/create", {"inputs": people})
    yield told("POST", f"{objects}/companies", {"properties": {"name": "Acme", "domain": "acme.example"}})
    yield told("PATCH", f"{objects}/contacts/101", {"properties": {"city": "Rome"}})
    yield told("GET", f"{objects}/contacts", limit=2, properties="city,email")
    yield told(
        "POST", f"{objects}/contacts/batch/read", {"inputs": [{"id": "101"}, {"id": "9"}], "properties": ["city"]}
    )
    upsert = {"inputs": [{"id": "p9@example.com", "idProperty": "email", "properties": {"city": "Rome"}}]}
    yield told("POST", f"{objects}/contacts/batch/upsert", upsert)
    yield told("POST", f"{objects}/contacts/search", {"filterGroups": [{"filters": [filter_of("city", "EQ", "rome")]}]})
    yield told("PUT", f"{objects4}/contacts/101/associations/default/companies/101")
    yield told("PUT", f"{objects4}/contacts/102/associations/companies/101", SPEC)
    yield told("POST", f"{links}/contacts/companies/batch/read", {"inputs": [{"id": "101"}, {"id": "103"}]})
    yield told("DELETE", f"{objects4}/contacts/102/associations/companies/101")
    yield told("GET", f"{links}/contacts/companies/labels")
    yield told("POST", lists, {"name": "L", "objectTypeId": "0-1", "processingType": "MANUAL"})
    yield told("PUT", f"{lists}/1/memberships/add", ["101", "9"])
    yield told("GET", f"{lists}/1/memberships")
    yield told("POST", f"{lists}/search", {"offset": 0, "additionalProperties": []})
    yield told("POST", f"{objects}/contacts/merge", {"primaryObjectId": "101", "objectIdToMerge": "102"})
    yield told("DELETE", f"{objects}/contacts/103")
    yield told("GET", f"{objects}/contacts", archived="true")
    yield told("GET", rest.format("properties") + "/contacts/email")
    yield told("GET", rest.format("owners"))
    yield told("GET", rest.format("pipelines") + "/deals")
    yield told("GET", f"{objects}/contacts/999")


def account_of(twin: HubSpotTwin) -> Iterator[Account]:
    with serve(twin) as running:
        account = Account(running, twin)
        account.limit(ten_secondly=100_000, search_secondly=100_000, search_delay=0)
        yield account


def said(version: str) -> list[Any]:
    paths = {
        "v3": ("/crm/v3/objects", "/crm/v4/objects", "/crm/v4/associations", "/crm/v3/lists", "/crm/v3/{}"),
        "2026-03": (
            *("/crm/objects/2026-03",) * 2,
            *("/crm/associations/2026-03", "/crm/lists/2026-03", "/crm/{}/2026-03"),
        ),
        "2026-09": (
            *("/crm/objects/2026-09",) * 2,
            *("/crm/associations/2026-09", "/crm/lists/2026-09", "/crm/{}/2026-09"),
        ),
    }
    for account in account_of(HubSpotTwin(Store(Clock(datetime(2026, 11, 23, 12, tzinfo=UTC), speed=0)))):
        answers = list(dialogue(account, *paths[version]))
        return [(status, _without_correlation(body)) for status, body in answers]
    raise AssertionError


def _without_correlation(body: Any) -> Any:
    return {name: value for name, value in body.items() if name != "correlationId"} if isinstance(body, dict) else body


@pytest.mark.parametrize("version", ["2026-03", "2026-09"])
def test_versions_differ_by_their_paths_only(version: str):
    assert said(version) == said("v3")


def test_versions_stand_on_one_account(hubspot: Account):
    id_ = hubspot.contact(email="a@example.com")
    assert hubspot.get(f"/crm/objects/2026-09/contacts/{id_}")["id"] == id_
    body = {"inputs": [{"from": {"id": id_}, "to": {"id": id_}, "types": SPEC}]}
    # what a version has not, and the statuses that changed from one to the next
    assert hubspot.call("GET", f"/crm/objects/2026-09/contacts/{id_}/associations/companies").status_code in (404, 405)
    company = hubspot.company(name="Acme")
    body["inputs"][0]["to"] = {"id": company}
    archive = {"inputs": [{"from": {"id": id_}, "to": [{"id": company}]}]}
    statuses = {}
    for path in ("/crm/v4/associations", "/crm/associations/2026-03", "/crm/associations/2026-09"):
        made = hubspot.call("POST", f"{path}/contacts/companies/batch/create", body)
        gone = hubspot.call("POST", f"{path}/contacts/companies/batch/archive", archive)
        statuses[path] = made.status_code, gone.status_code
    assert list(statuses.values()) == [(201, 204), (201, 200), (200, 200)]


def test_rows_come_in_by_a_load(hubspot: Account):
    columns = {
        "hs_object_id": ["7", "9", "8"],
        "email": ["Ada@Example.com", None, "c@example.com"],
        "favourite_colour": ["red", "", None],
        "createdate": ["2026-01-01T00:00:00Z", "1767225600000", "2026-01-01 01:00:00+01"],
        "lastmodifieddate": ["2026-02-01T00:00:00.5Z", None, "2026-02-01T00:00:00Z"],
        "archived": ["false", None, "true"],
    }
    hubspot.twin.load("contacts", pa.table(columns))
    results = hubspot.get("/crm/v3/objects/contacts", properties="email,favourite_colour")["results"]
    assert [(each["id"], each["properties"]["email"]) for each in results] == [("7", "ada@example.com"), ("9", None)]
    assert {each["createdAt"] for each in results} == {"2026-01-01T00:00:00.000Z"}
    assert [each["updatedAt"] for each in results] == ["2026-02-01T00:00:00.500Z", "2026-11-23T12:00:00.000Z"]
    assert results[0]["properties"]["favourite_colour"] == "red"
    assert [each["id"] for each in hubspot.get("/crm/v3/objects/contacts", archived="true")["results"]] == ["8"]
    assert hubspot.contact(email="new@example.com") == "101"
    (found,) = hubspot.search("contacts", filter_of("lastmodifieddate", "LT", "2026-03-01T00:00:00Z"))
    assert found == "7"
    hubspot.twin.load("contacts", pa.table({"id": ["7"], "city": ["Paris"], "updatedAt": ["2026-03-01T00:00:00Z"]}))
    read = hubspot.get("/crm/v3/objects/contacts/7", properties="email,city")
    assert (read["properties"]["email"], read["properties"]["city"]) == ("ada@example.com", "Paris")
    assert (read["createdAt"], read["updatedAt"]) == ("2026-01-01T00:00:00.000Z", "2026-03-01T00:00:00.000Z")


def test_objects_of_the_accounts_own(hubspot: Account):
    hubspot.twin.load("machines", pa.table({"id": ["1", "2"], "serial": ["A", "B"]}))
    hubspot.twin.load("companies", pa.table({"id": ["5"], "name": ["Acme"]}))
    links = {"fromObjectType": "machines", "fromObjectId": "1", "toObjectType": "companies", "toObjectId": "5"}
    hubspot.twin.load("associations", pa.Table.from_pylist([{**links, "label": "Stands at", "typeId": None}]))
    (first, _) = hubspot.get("/crm/v3/objects/2-1000001", properties="serial")["results"]
    assert first["properties"]["serial"] == "A"
    (label,) = [
        each["label"]
        for each in hubspot.get("/crm/v4/associations/machine/company/labels")["results"]
        if each["label"] is not None
    ]
    (link,) = hubspot.get("/crm/v4/objects/companies/5/associations/machines")["results"]
    assert (label, {each["label"] for each in link["associationTypes"]}) == ("Stands at", {None, "Stands at"})


def test_state_survives_a_restart(tmp_path: Path):
    for round_ in range(2):
        store = Store(Clock(), tmp_path / "hubspot.duckdb")
        for account in account_of(HubSpotTwin(store)):
            if round_ == 0:
                about = {"label": "K", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
                account.post("/crm/v3/properties/contacts", {"name": "our_key", **about})
                account.contact(email="a@example.com", our_key="1")
                account.contact(email="b@example.com")
                account.post("/crm/v3/objects/contacts/merge", {"primaryObjectId": "101", "objectIdToMerge": "102"})
                account.twin.load("machines", pa.table({"id": ["1"], "serial": ["A"]}))
            else:
                assert account.get("/crm/v3/objects/contacts/102", properties="our_key")["properties"]["our_key"] == "1"
                assert account.contact(email="c@example.com") == "103"
                assert len(account.get("/crm/v3/objects/machines")["results"]) == 1
        store.close()


def test_the_state_is_read_back(hubspot: Account):
    id_ = hubspot.contact(email="a@example.com")
    gone = hubspot.contact(email="b@example.com")
    requests.post(f"{hubspot.control}/delete/contacts", json=[gone], timeout=5).raise_for_status()
    lines = requests.get(f"{hubspot.control}/state/contacts", timeout=5).content.splitlines()
    state = {row["hs_object_id"]: (row["email"], row["_deleted"]) for row in map(orjson.loads, lines)}
    assert state == {id_: ("a@example.com", False), gone: ("b@example.com", True)}
    assert [each["id"] for each in hubspot.get("/crm/v3/objects/contacts", archived="true")["results"]] == [gone]
    answer = requests.post(f"{hubspot.control}/load/properties", data=b"{}", timeout=5)
    assert (answer.status_code, "keeps it by itself" in answer.text) == (400, True)

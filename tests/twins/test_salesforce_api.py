"""The Salesforce twin at its gate: versions, limits, describes, permissions, pages, faults, late commits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from muster.twins.clock import Clock
from muster.twins.salesforce import SalesforceTwin
from muster.twins.salesforce.ids import full
from muster.twins.server import serve
from muster.twins.store import Store
from tests.conftest import SHARED
from tests.twins.salesforce_org import ACME, ADA, BO, CY, RECORDS, Api, org, table

RECORDED = SHARED / "reference" / "vendors" / "specs" / "salesforce-recorded"


@pytest.fixture
def twin() -> SalesforceTwin:
    return org()


@pytest.fixture
def api(twin: SalesforceTwin) -> Iterator[Api]:
    with serve(twin) as running:
        yield Api(running)


def stream(*records: dict[str, str | None]) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


# -- versions, paths, limits -------------------------------------------------------------------------------------------


def test_versions_are_told_to_everyone(api: Api) -> None:
    del api.session.headers["Authorization"]
    told = {each["version"]: each for each in api.get("/services/data").json()}
    assert told["66.0"] == {"label": "Spring '26", "url": "/services/data/v66.0", "version": "66.0"}
    assert told["67.0"]["label"] == "Summer '26"


def test_retired_and_unknown_versions(api: Api) -> None:
    asked = ("30.0", "31.0", "67.0", "99.0", "x")
    assert [api.get(f"/services/data/v{each}/limits").status_code for each in asked] == [410, 200, 200, 404, 404]
    assert api.get("/services/data/v25.0/limits").json()[0]["errorCode"] == "GONE"


def test_what_is_not_there_is_as_recorded(api: Api) -> None:
    told = api.get("/sobjects/Nothing__c/describe")
    assert (told.status_code, told.json()) == (
        404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}],
    )  # fmt: skip
    assert api.get("/no/such/path").status_code == 404
    refused = api.call("PUT", "/sobjects/Account")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")


def test_requests_of_a_day_run_out_and_come_back(api: Api, twin: SalesforceTwin) -> None:
    twin.limits["DailyApiRequests"].limit = 3
    usage = [api.get("/sobjects").headers["Sforce-Limit-Info"] for _ in range(3)]
    assert usage == ["api-usage=1/3", "api-usage=2/3", "api-usage=3/3"]
    told = api.get("/sobjects")
    assert (told.status_code, told.json()) == (
        403, [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}],
    )  # fmt: skip
    assert told.headers["Sforce-Limit-Info"] == "api-usage=3/3"
    twin.clock.advance(timedelta(hours=24, minutes=1))
    api.sign_in()
    assert api.get("/limits").json()["DailyApiRequests"] == {"Max": 3, "Remaining": 2}


def test_an_address_can_be_too_long(api: Api) -> None:
    assert api.get("/query", q=f"SELECT Id FROM Account WHERE Name = '{'x' * 16_000}'").status_code == 200
    assert api.get("/query", q=f"SELECT Id FROM Account WHERE Name = '{'x' * 17_000}'").status_code == 414


def test_signing_in_is_no_request(api: Api) -> None:
    api.sign_in()
    assert api.get("/sobjects").headers["Sforce-Limit-Info"] == "api-usage=1/100000"


# -- describes and permissions -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Account", "Contact", "Lead", "Campaign"])
def test_recorded_describes_are_served_as_they_are(name: str) -> None:
    if not RECORDED.is_dir():
        pytest.skip("no recorded describes beside the checkout (../shared/reference/vendors/specs)")
    with serve(SalesforceTwin(describes=RECORDED)) as running:
        told = Api(running, "42.0").get(f"/sobjects/{name}/describe").json()
    assert told == json.loads((RECORDED / f"describe.{name}.v42.json").read_text())


@pytest.mark.parametrize("name", ["Account", "Contact", "Lead", "Campaign"])
def test_own_describes_agree_with_recorded_ones(name: str) -> None:
    if not RECORDED.is_dir():
        pytest.skip("no recorded describes beside the checkout (../shared/reference/vendors/specs)")
    recorded = json.loads((RECORDED / f"describe.{name}.v42.json").read_text())
    with serve(SalesforceTwin()) as running:
        own = {each["name"]: each for each in Api(running).get(f"/sobjects/{name}/describe").json()["fields"]}
    told = [
        "type",
        "length",
        "createable",
        "updateable",
        "referenceTo",
        "filterable",
        "sortable",
        "soapType",
        "idLookup",
    ]
    for field in recorded["fields"]:
        if not field["custom"]:
            keys = [*told, "relationshipName"] if field["referenceTo"] else told
            assert {key: own[field["name"]][key] for key in keys} == {key: field[key] for key in keys}, field["name"]


def test_loads_add_fields_to_a_recorded_describe() -> None:
    if not RECORDED.is_dir():
        pytest.skip("no recorded describes beside the checkout (../shared/reference/vendors/specs)")
    twin = SalesforceTwin(describes=RECORDED)
    twin.load("Contact", table([{"Id": ADA, "LastName": "B", "DoNotCall": "1", "Own__c": "x"}]))
    with serve(twin) as running:
        api = Api(running)
        fields = {each["name"]: each["type"] for each in api.get("/sobjects/Contact/describe").json()["fields"]}
        assert (fields["DoNotCall"], fields["Own__c"]) == ("boolean", "string")
        assert "CurrencyIsoCode" not in fields
        assert api.query("SELECT DoNotCall, Own__c FROM Contact") == [{"DoNotCall": True, "Own__c": "x"}]


def test_an_unchanged_describe_is_not_sent_again(api: Api, twin: SalesforceTwin) -> None:
    first = api.get("/sobjects/Contact/describe")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert api.call("GET", "/sobjects/Contact/describe", headers=since).status_code == 304
    twin.clock.advance(timedelta(minutes=1))
    twin.admin.define("Contact", {"New__c": "double(18,2)"})
    again = api.call("GET", "/sobjects/Contact/describe", headers=since)
    assert again.status_code == 200
    assert {"New__c"} == {f["name"] for f in again.json()["fields"]} - {f["name"] for f in first.json()["fields"]}


def test_what_is_hidden_is_not_there(api: Api, twin: SalesforceTwin) -> None:
    twin.admin.hide("Contact", ["Birthdate"])
    twin.admin.hide("Lead")
    names = {each["name"] for each in api.get("/sobjects").json()["sobjects"]}
    assert "Lead" not in names
    assert "Birthdate" not in {each["name"] for each in api.get("/sobjects/Contact/describe").json()["fields"]}
    assert "Birthdate" not in api.get(f"/sobjects/Contact/{ADA}").json()
    assert api.refused("SELECT Birthdate FROM Contact")["errorCode"] == "INVALID_FIELD"
    assert api.refused("SELECT Id FROM Lead")["errorCode"] == "INVALID_TYPE"
    assert api.get("/sobjects/Lead/describe").status_code == 404
    twin.admin.show("Lead")
    assert api.get("/sobjects/Lead/describe").status_code == 200


# -- pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(twin: SalesforceTwin) -> SalesforceTwin:
    ids = [f"00T8x{number:010}" for number in range(5000)]
    twin.load("Task", pa.table({"Id": ids, "Subject": [f"Task {each}" for each in range(5000)]}))
    return twin


SOQL = "SELECT Id, Subject FROM Task"


def test_pages_follow_the_size_asked_for(api: Api, many: SalesforceTwin) -> None:
    answer = api.get("/query", q=SOQL).json()
    assert (len(answer["records"]), answer["totalSize"]) == (2000, 5000)
    assert answer["nextRecordsUrl"].endswith("-2000")
    for size, expected in ((200, 200), (1, 200), (500, 500), (9999, 2000)):
        told = api.call("GET", "/query", params={"q": SOQL}, headers={"Sforce-Query-Options": f"batchSize={size}"})
        assert len(told.json()["records"]) == expected
    assert len({each["Id"] for each in api.query(SOQL)}) == 5000


def test_a_result_is_what_it_was_when_it_was_asked_for(api: Api, many: SalesforceTwin) -> None:
    answer = api.get("/query", q=SOQL).json()
    many.load("Task", pa.table({"Id": ["00T8x0000009999"], "Subject": ["new"]}))
    many.delete("Task", [full("00T8x0000004999")])
    rest = api.get(answer["nextRecordsUrl"]).json()
    last = api.get(rest["nextRecordsUrl"]).json()
    assert (last["totalSize"], last["done"], len(last["records"])) == (5000, True, 1000)
    assert api.get(rest["nextRecordsUrl"]).json() == last  # the same page again, for one that was lost


def test_locators_do_not_live_for_ever(api: Api, many: SalesforceTwin) -> None:
    url = api.get("/query", q=SOQL).json()["nextRecordsUrl"]
    gone = [{"message": "invalid query locator", "errorCode": "INVALID_QUERY_LOCATOR"}]
    many.clock.advance(timedelta(days=1, hours=23))
    api.sign_in()
    assert api.get(url).status_code == 200
    many.clock.advance(timedelta(hours=1))
    api.sign_in()
    assert (api.get(url).status_code, api.get(url).json()) == (400, gone)
    urls = [api.get("/query", q=SOQL).json()["nextRecordsUrl"] for _ in range(11)]
    assert [api.get(each).status_code for each in (urls[0], urls[1], urls[10])] == [400, 200, 200]
    assert api.get("/query/01gNonsense-2000").json() == gone


# -- faults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("limit", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("concurrent", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("unavailable", 503, "SERVER_UNAVAILABLE"),
        ("unknown", 500, "UNKNOWN_EXCEPTION"),
        ("timeout", 400, "QUERY_TIMEOUT"),
        ("expire", 401, "INVALID_SESSION_ID"),
    ],
)
def test_faults_answer_as_the_vendor_does(api: Api, twin: SalesforceTwin, fault: str, status: int, code: str) -> None:
    twin.faults.set([f"{fault}x1"])
    told = api.get("/query", q="SELECT Id FROM Account")
    assert (told.status_code, told.json()[0]["errorCode"]) == (status, code)
    if fault == "expire":
        assert api.get("/limits").status_code == 401
        api.sign_in()
    assert api.get("/query", q="SELECT Id FROM Account").status_code == 200


def test_a_locator_can_be_lost(api: Api, many: SalesforceTwin) -> None:
    url = api.get("/query", q=SOQL).json()["nextRecordsUrl"]
    many.faults.set(["locator"])
    assert api.get(url).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_records_written_through_the_api_can_be_late(api: Api, twin: SalesforceTwin) -> None:
    twin.faults.set(["late=90"])
    api.call("POST", "/sobjects/Account", json={"Name": "Late"})
    (found,) = api.query("SELECT SystemModstamp FROM Account WHERE Name = 'Late'")
    assert found["SystemModstamp"] == "2026-11-23T11:58:30.000+0000"  # visible at 12:00


def test_loaded_records_can_be_late(api: Api, twin: SalesforceTwin) -> None:
    twin.faults.set(["late=90"])
    old, new = "2026-11-23T11:58:00.000+0000", "2026-11-23T11:59:30.000+0000"
    rows = [{"Id": ADA, "Title": "old", "SystemModstamp": old}, {"Id": BO, "Title": "new", "SystemModstamp": new}]
    twin.load("Contact", table(rows))
    titles = "SELECT Title FROM Contact ORDER BY Id"
    assert [each["Title"] for each in api.query(titles)] == ["old", None]
    assert api.get("/query", q="SELECT COUNT() FROM Contact WHERE SystemModstamp >= 2026-11-23T11:59:00Z").json()[
        "totalSize"] == 0  # fmt: skip
    twin.clock.advance(timedelta(seconds=61))
    assert [each["Title"] for each in api.query(titles)] == ["old", "new"]
    assert api.query(f"SELECT SystemModstamp FROM Contact WHERE Id = '{BO}'") == [{"SystemModstamp": new}]


# -- loads and the store -----------------------------------------------------------------------------------------------


def test_loads_bring_exports_into_the_vendors_form(api: Api, twin: SalesforceTwin) -> None:
    (acme,) = twin.store.rows("select * from Account where Name = 'Acme'")
    assert (acme["Id"], acme["AnnualRevenue"], acme["NumberOfEmployees"]) == (ACME, "1250000.0", "40")
    (cy,) = twin.store.rows(f"select * from Contact where Id = '{CY}'")
    assert (cy["IsDeleted"], cy["_deleted"], cy["HasOptedOutOfEmail"], cy["FirstName"]) == ("true", True, "false", None)
    (bolt,) = twin.store.rows("select * from Account where Name <> 'Acme'")
    assert bolt["SystemModstamp"] == "2026-11-02T10:00:00.000+0000"


def test_a_later_load_changes_what_it_names(api: Api, twin: SalesforceTwin) -> None:
    twin.load("Contact", table([{"Id": ADA, "Title": "CEO", "SystemModstamp": "2026-11-21T00:00:00Z"}]))
    (found,) = api.query(f"SELECT Title, LastName, SystemModstamp FROM Contact WHERE Id = '{ADA}'")
    assert found == {"Title": "CEO", "LastName": "Byron", "SystemModstamp": "2026-11-21T00:00:00.000+0000"}


def test_objects_of_its_own_can_be_loaded(api: Api) -> None:
    body = stream({"Id": "a0B8x0000000001", "Name": "P1", "Points__c": "7", "CreatedDate": "2026-11-01T00:00:00Z"})
    assert api.session.post(f"{api.running.control}/fields/Prize__c", json={"Name": "string(80)"}).status_code == 200
    told = api.session.post(f"{api.running.control}/load/Prize__c", data=body)
    assert (told.status_code, told.json()) == (200, {"loaded": 1})
    assert api.query("SELECT Name, Points__c, CreatedDate, IsDeleted FROM Prize__c") == [
        {"Name": "P1", "Points__c": "7", "CreatedDate": "2026-11-01T00:00:00.000+0000", "IsDeleted": False}
    ]
    assert api.get("/sobjects/Prize__c/describe").json()["keyPrefix"] == "a0B"


def test_a_twin_takes_up_what_an_earlier_one_kept(tmp_path: Path) -> None:
    def told(twin: SalesforceTwin) -> list[dict[str, Any]]:
        with serve(twin) as running:
            api = Api(running)
            api.call("POST", "/sobjects/Contact", json={"LastName": "Kept"})
            return api.query("SELECT Id, LastName, Score__c FROM Contact ORDER BY Id")

    first = org(store=Store(Clock(), tmp_path / "org.duckdb"))
    before = told(first)
    first.store.close()
    again = SalesforceTwin(Store(Clock(), tmp_path / "org.duckdb"))
    after = told(again)
    assert after[: len(before)] == before
    assert len({each["Id"] for each in after}) == len(before) + 1
    again.store.close()


def test_an_administrator_works_through_the_control_url(api: Api) -> None:
    control = api.running.control
    assert api.session.post(f"{control}/fields/Contact", json={"Rank__c": "double(18,2)"}).status_code == 200
    assert api.session.post(f"{control}/hidden", json={"Contact": ["Title"], "Event": True}).json() == {
        "event": None, "contact": ["title"],
    }  # fmt: skip
    fields = {each["name"]: each["type"] for each in api.get("/sobjects/Contact/describe").json()["fields"]}
    assert fields["Rank__c"] == "double"
    assert "Title" not in fields
    assert api.session.post(f"{control}/sessions/end").status_code == 200
    assert api.get("/limits").status_code == 401
    assert api.session.post(f"{control}/merge/Contact", json={"winner": ADA, "losers": [CY]}).status_code == 400


def test_the_sample_has_what_it_says(api: Api) -> None:
    told = api.session.get(f"{api.running.control}/objects").json()
    assert {name: told[name]["records"] + told[name]["deleted"] for name in RECORDS} == {
        name: len(rows) for name, rows in RECORDS.items()
    }

"""A small Salesforce org for tests, and a bare caller of its API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import requests

from muster.twins.salesforce import SalesforceTwin
from muster.twins.salesforce.ids import full
from muster.twins.server import Running

VERSION = "66.0"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
USER = full("005Qm0000000001")
ACME, BOLT = full("001Qm0000000001"), full("001Qm0000000002")
ADA, BO, CY = full("003Qm0000000001"), full("003Qm0000000002"), full("003Qm0000000003")
LEE = full("00QQm0000000001")
FAIR = full("701Qm0000000001")

RECORDS: dict[str, list[dict[str, str | None]]] = {
    "User": [{"Id": USER, "Username": "owner@atlas.example", "Name": "Olga Owner", "IsActive": "1"}],
    "Account": [
        # Ids of 15 characters, blank for false, no IsDeleted at all: as exports have them.
        {"Id": ACME[:15], "Name": "Acme", "AnnualRevenue": "1250000", "NumberOfEmployees": "40", "BillingCity": "Rome",
         "OwnerId": USER, "CreatedDate": "2024-01-19T09:42:24.000+0000",
         "SystemModstamp": "2026-11-01T10:00:00.000+0000"},
        {"Id": BOLT, "Name": "Bolt's", "AnnualRevenue": None, "NumberOfEmployees": None, "BillingCity": None,
         "OwnerId": None, "CreatedDate": "2024-01-19T09:42:24Z", "SystemModstamp": "2026-11-02T10:00:00Z"},
    ],
    "Contact": [
        {"Id": ADA, "AccountId": ACME, "FirstName": "Ada", "LastName": "Byron", "Name": "Ada Byron", "Title": "CTO",
         "Email": "ada@acme.example", "HasOptedOutOfEmail": "1", "Birthdate": "1985-12-10", "Score__c": "12",
         "SystemModstamp": "2026-11-03T10:00:00.000+0000", "IsDeleted": None},
        {"Id": BO, "AccountId": ACME, "FirstName": "Bo", "LastName": "Lind", "Name": "Bo Lind", "Title": None,
         "Email": None, "HasOptedOutOfEmail": None, "Birthdate": None, "Score__c": None,
         "SystemModstamp": "2026-11-03T10:00:00.000+0000", "IsDeleted": None},
        {"Id": CY, "AccountId": None, "FirstName": None, "LastName": "Odd", "Name": "Odd", "Title": "say \"hi\",\nall",
         "Email": "cy@odd.example", "HasOptedOutOfEmail": "0", "Birthdate": None, "Score__c": None,
         "SystemModstamp": "2026-11-20T10:00:00.000+0000", "IsDeleted": "1"},
    ],
    "Lead": [
        {"Id": LEE, "FirstName": "Lee", "LastName": "May", "Company": "Bolt's", "Email": "lee@bolt.example",
         "Status": "Open - Not Contacted", "SystemModstamp": "2026-11-04T10:00:00.000+0000"},
    ],
    "Campaign": [{"Id": FAIR, "Name": "Fair", "Status": "Planned", "SystemModstamp": "2026-11-04T10:00:00.000+0000"}],
}  # fmt: skip


def table(rows: list[dict[str, str | None]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})


def org(**settings: Any) -> SalesforceTwin:
    """The sample org, on 23 November 2026."""
    twin = SalesforceTwin(**settings)
    twin.clock.speed = 0
    twin.clock.set(NOW)
    twin.limits["job-milliseconds"].limit = 0
    for object_, rows in RECORDS.items():
        twin.load(object_, table(rows))
    return twin


class Api:
    """Calls of one session."""

    def __init__(self, running: Running, version: str = VERSION) -> None:
        self.running, self.version = running, version
        self.session = requests.Session()
        self.sign_in()

    def token(self, **form: str) -> requests.Response:
        return self.session.post(f"{self.running.url}/services/oauth2/token", data=form)

    def sign_in(self) -> None:
        told = self.token(grant_type="client_credentials", client_id="twin", client_secret="twin-secret").json()
        self.session.headers["Authorization"] = f"Bearer {told['access_token']}"

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        start = "" if path.startswith("/services") else f"/services/data/v{self.version}"
        return self.session.request(method, f"{self.running.url}{start}{path}", **more)

    def get(self, path: str, **params: str) -> requests.Response:
        return self.call("GET", path, params=params)

    def query(self, soql: str, *, deleted: bool = False) -> list[dict[str, Any]]:
        """All records, without their attributes, pages read on."""
        told = self.get("/queryAll" if deleted else "/query", q=soql)
        assert told.status_code == 200, told.text
        answer, records = told.json(), []
        while True:
            records += [bare(each) for each in answer["records"]]
            if answer["done"]:
                return records
            answer = self.get(answer["nextRecordsUrl"]).json()

    def refused(self, soql: str) -> Mapping[str, Any]:
        told = self.get("/query", q=soql)
        assert told.status_code == 400, told.text
        (error,) = told.json()
        return dict(error)


def bare(record: dict[str, Any]) -> dict[str, Any]:
    return {
        name: bare(value) if isinstance(value, dict) else value
        for name, value in record.items()
        if name != "attributes"
    }


def made(api: Api, object_: str, **values: Any) -> str:
    """The id of a new record."""
    told = api.call("POST", f"/sobjects/{object_}", json=values)
    assert told.status_code == 201, told.text
    assert told.json() == {"id": told.json()["id"], "success": True, "errors": []}
    return str(told.json()["id"])


def stamp(api: Api, object_: str, id_: str) -> str:
    """The SystemModstamp of a record, in the bin or not."""
    (found,) = api.query(f"SELECT SystemModstamp FROM {object_} WHERE Id = '{id_}'", deleted=True)
    return str(found["SystemModstamp"])

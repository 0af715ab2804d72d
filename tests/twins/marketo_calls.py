"""A caller of the Marketo twin, and a small instance to be called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import requests

from muster.twins.clock import Clock
from muster.twins.marketo import MarketoTwin, Service
from muster.twins.server import Running, serve
from muster.twins.store import Store
from tests.twins.marketo_swagger import check_answer

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


class Caller:
    """Calls as one service, with the token it was given."""

    def __init__(self, running: Running, client_id: str = "", client_secret: str = "") -> None:
        assert isinstance(running.twin, MarketoTwin)
        self.running, self.twin, self.url = running, running.twin, running.url
        self.session = requests.Session()
        self.client = {**running.twin.credentials()}
        if client_id:
            self.client = {"client_id": client_id, "client_secret": client_secret}
        self.login()

    def login(self) -> dict[str, Any]:
        query = {"grant_type": "client_credentials", **self.client}
        told: dict[str, Any] = requests.get(f"{self.url}/identity/oauth/token", params=query, timeout=10).json()
        self.session.headers["Authorization"] = f"Bearer {told['access_token']}"
        return told

    def answer(self, method: str, path: str, **given: Any) -> requests.Response:
        """The answer of a call, held against Adobe's description where that is there."""
        answer = self.session.request(method, self.url + path, timeout=60, **given)
        if answer.headers.get("content-type") == "application/json":
            check_answer(method, path, answer)
        return answer

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        told: dict[str, Any] = self.answer("GET", path, params=query).json()
        return told

    def post(self, path: str, body: Any = None, **given: Any) -> dict[str, Any]:
        told: dict[str, Any] = self.answer("POST", path, json=body, **given).json()
        return told

    def result(self, path: str, **query: Any) -> list[Any]:
        """The result of a GET that succeeds."""
        told = self.get(path, **query)
        assert told["success"], told
        result: list[Any] = told.get("result", [])
        return result

    def error(self, path: str, **query: Any) -> tuple[str, str]:
        """Code and message of a GET that is refused."""
        return error_of(self.get(path, **query))

    def pages(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All pages of a listing, as they came."""
        pages = [self.get(path, **query)]
        while "nextPageToken" in pages[-1]:
            assert pages[-1].get("moreResult") is not False
            pages.append(self.get(path, **query, nextPageToken=pages[-1]["nextPageToken"]))
        return pages

    def pages_until_false(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All pages of a listing that says `moreResult`."""
        pages = [self.get(path, **query)]
        while pages[-1]["moreResult"]:
            pages.append(self.get(path, **query, nextPageToken=pages[-1]["nextPageToken"]))
        return pages

    def log(self, since: str = "2000-01-01", types: str = "12,13,22,24,25,32,104,123") -> list[dict[str, Any]]:
        """All activities of these types, in the order of the log."""
        token = self.get("/rest/v1/activities/pagingtoken.json", sinceDatetime=since)["nextPageToken"]
        return self.log_from(token, types)[0]

    def log_from(self, token: str, types: str) -> tuple[list[dict[str, Any]], str]:
        """The activities behind a token, and the token to go on with."""
        found: list[dict[str, Any]] = []
        while True:
            told = self.get("/rest/v1/activities.json", activityTypeIds=types, nextPageToken=token)
            assert told["success"], told
            found += told["result"]
            token = told["nextPageToken"]
            if not told["moreResult"]:
                return found, token

    def wait(self, seconds: float) -> None:
        self.twin.clock.advance(timedelta(seconds=seconds))


def error_of(told: dict[str, Any]) -> tuple[str, str]:
    assert told["success"] is False, told
    assert "result" not in told
    return told["errors"][0]["code"], told["errors"][0]["message"]


def reasons(item: dict[str, Any]) -> list[tuple[str, str]]:
    """Of a skipped record."""
    assert item["status"] == "skipped", item
    return [(reason["code"], reason["message"]) for reason in item["reasons"]]


@contextmanager
def instance(*services: Service, now: datetime = NOW) -> Iterator[Running]:
    """An empty instance whose time stands still but for what is moved."""
    with serve(MarketoTwin(Store(Clock(now, speed=0)), services=services)) as running:
        yield running


def table(*rows: dict[str, Any]) -> pa.Table:
    """Rows as they are loaded, all text."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({name: pa.array([_text(row.get(name)) for row in rows], pa.string()) for name in names})


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def lead(number: int, day: str = "2026-01-10", **values: Any) -> dict[str, Any]:
    moment = f"{day}T08:00:00Z"
    row = {"id": number, "email": f"p{number}@example.com", "firstName": f"P{number}", "createdAt": moment}
    return {**row, "updatedAt": moment, "isDeleted": "false", **values}


def activity(number: int, lead_id: int, type_: int, date: str, **values: Any) -> dict[str, Any]:
    row = {"marketoGUID": number, "leadId": lead_id, "activityDate": date, "activityTypeId": type_, "campaignId": None}
    row |= {"primaryAttributeValueId": 7, "primaryAttributeValue": "asset"}
    return {**row, "attributes": '{"Step ID":1,"Reason":""}', **values}


def small_instance(twin: MarketoTwin) -> None:
    """Five leads, two of them of one company, with a list, a program, and what there is around them."""
    twin.load("leads", table(*(lead(number, leadScore=number, customText=f"c{number % 2}") for number in range(1, 6))))
    twin.load("companies", table({"id": 20, "externalCompanyId": "acme", "company": "Acme", "annualRevenue": "1000"}))
    list_ = {"id": 1001, "name": "Newsletter", "createdAt": "2024-03-04T08:00:00Z+0000", "workspace": "Default"}
    twin.load("static_lists", table({**list_, "updatedAt": list_["createdAt"], "folder": '{"id":13,"type":"Folder"}'}))
    moment = "2026-02-01T00:00:00Z"
    members = ({"id": n, "listId": 1001, "leadId": n, "createdAt": moment, "updatedAt": moment} for n in (1, 2, 3))
    twin.load("static_list_members", table(*({**row, "isDeleted": "false"} for row in members)))
    program = {"id": 1004, "name": "Webinar", "type": "Event", "channel": "Webinar", "status": "on", "tags": "[]"}
    program |= {"createdAt": "2026-01-01T00:00:00Z+0000", "updatedAt": "2026-01-01T00:00:00Z+0000", "costs": "[]"}
    folder = '{"type":"Folder","value":24,"folderName":"Programs"}'
    twin.load("programs", table({**program, "folder": folder, "workspace": "Default", "headStart": "false"}))
    member = {"programId": 1004, "program": "Webinar", "statusName": "Invited", "reachedSuccess": "false"}
    member |= {"membershipDate": moment, "createdAt": moment, "updatedAt": moment, "acquiredBy": "false"}
    twin.load("program_members", table(*({**member, "leadId": number} for number in (1, 2))))
    twin.load("opportunities", table({"externalOpportunityId": "deal", "name": "Deal", "amount": "12.5"}))
    twin.load("opportunity_roles", table({"externalOpportunityId": "deal", "leadId": 1, "role": "Buyer"}))
    twin.load("named_accounts", table({"name": "Acme", "industry": "Trade"}))
    types = (1, 12, 13, 6)
    log = (activity(100 + n, 1 + n % 5, types[n % 4], f"2026-02-{1 + n:02}T10:00:00Z") for n in range(20))
    twin.load("activities", table(*log))

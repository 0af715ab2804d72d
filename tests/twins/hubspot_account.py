"""A HubSpot twin in a test: its account, and calls to it in one line."""

from __future__ import annotations

from typing import Any

import requests

from muster.twins.hubspot import HubSpotTwin
from muster.twins.server import Running


class Account:
    """Calls as the private app, or with another token; `v3`/`v4` paths are written in the form of `version`."""

    def __init__(self, running: Running, twin: HubSpotTwin) -> None:
        self.url, self.control, self.twin = running.url, running.control, twin
        self.token: str | None = twin.tokens.token
        self.session = requests.Session()

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return self.session.request(method, self.url + path, json=body, params=query, headers=headers, timeout=10)

    def get(self, path: str, **query: Any) -> Any:
        return self.good(self.call("GET", path, **query))

    def post(self, path: str, body: Any, **query: Any) -> Any:
        return self.good(self.call("POST", path, body, **query))

    def put(self, path: str, body: Any = None, **query: Any) -> Any:
        return self.good(self.call("PUT", path, body, **query))

    def patch(self, path: str, body: Any, **query: Any) -> Any:
        return self.good(self.call("PATCH", path, body, **query))

    def good(self, response: requests.Response) -> Any:
        assert response.ok, (response.status_code, response.text)
        return response.json() if response.content else None

    def contact(self, **properties: Any) -> str:
        return str(self.post("/crm/v3/objects/contacts", {"properties": properties})["id"])

    def company(self, **properties: Any) -> str:
        return str(self.post("/crm/v3/objects/companies", {"properties": properties})["id"])

    def deal(self, **properties: Any) -> str:
        return str(self.post("/crm/v3/objects/deals", {"properties": properties})["id"])

    def search(self, object_: str, *filters: dict[str, Any], **body: Any) -> list[str]:
        groups = [{"filters": list(filters)}] if filters else []
        found = self.post(f"/crm/v3/objects/{object_}/search", {"filterGroups": groups, "limit": 200, **body})
        return [each["id"] for each in found["results"]]

    def advance(self, seconds: float) -> None:
        requests.post(f"{self.control}/clock", json={"advance": seconds}, timeout=5).raise_for_status()

    def limit(self, **limits: int) -> None:
        requests.post(f"{self.control}/limits", json=limits, timeout=5).raise_for_status()

    def fault(self, *specs: str) -> None:
        requests.post(f"{self.control}/faults", json=specs, timeout=5).raise_for_status()


def filter_of(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    told = {"propertyName": name, "operator": operator, **more}
    return told if value is None else {**told, "value": value}

"""A HubSpot account over HTTP: its token, what its answers mean, and the calls that a reader makes.

Sources: HubSpot's OpenAPI files for shapes, its pages on error handling and usage guidelines for statuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pydantic import SecretStr

from muster.config.connections import HubSpotConnection
from muster.connectors.http.answer import Answer
from muster.connectors.http.auth import Bearer, Grant
from muster.connectors.http.budget import Budget
from muster.connectors.http.client import ApiClient
from muster.connectors.http.errors import Garbage, one_line
from muster.connectors.http.patience import Patience
from muster.connectors.http.verdict import Again, Good, Judge, Refused, Renew, Spent, Verdict
from muster.connectors.hubspot.limits import SEARCH, tell
from muster.connectors.hubspot.paths import Area, path
from muster.errors import SourceError

#: Records of a listing and of a batch read, of a search, of a memberships page, of an associations batch read.
PAGE, FOUND, MEMBERS, PAIRED = 100, 200, 250, 1000
#: Lists of one page of the list search.
_LISTS = 500
#: Characters of property names in an address; where there are more, records are read by POST, a second call a page.
_LONGEST = 6000
#: What HubSpot tells of a list only when asked.
_ABOUT_LISTS = ("hs_list_size", "hs_last_record_added_at", "hs_last_record_removed_at")

Record = Mapping[str, Any]


class Refusal(SourceError):
    """The account refused a call; `status` and `category` say why, for callers that know how to go on."""

    def __init__(self, label: str, what: str, status: int, category: str, message: str) -> None:
        self.status, self.category = status, category
        super().__init__(f"{label} refused {what}: {one_line(message) or category or f'status {status}'}")


@dataclass(frozen=True)
class Page:
    """Records in their order, and where the next page begins; None where this is the last. `total` of a search."""

    records: Sequence[Record]
    after: str | None
    total: int | None = None


class Account:
    """The calls of one connection; object types go by their plural names (`contacts`) or ids (`2-1234`)."""

    def __init__(
        self,
        connection: HubSpotConnection,
        label: str,
        budget: Budget,
        patience: Patience = Patience(),
    ) -> None:
        self.label, self._version = label, connection.api_version
        self._client = ApiClient(
            connection.url,
            label=label,
            budget=budget,
            judge=judge(budget),
            authorise=_authority(connection, label, patience),
            patience=patience,
        )
        self.properties = cache(self._properties)  # the same for all streams of one run

    @property
    def now(self) -> int:
        """The account's clock, milliseconds since 1970 as HubSpot counts, never ahead of it."""
        if not self._client.calls:
            self.properties("contacts")
        return int(self._client.server_now.timestamp() * 1000)

    def _properties(self, type_: str) -> Mapping[str, str]:
        """The properties of an object type with their types, in the order of their names."""
        told = self._get("properties", (type_,))["results"]
        return {each["name"]: each["type"] for each in sorted(told, key=lambda each: str(each["name"]))}

    def listed(
        self, type_: str, properties: Sequence[str], after: str | None, *, archived: bool = False, with_: str = ""
    ) -> Page:
        """One page of all records in the order of their ids, with their associations to the object types `with_`."""
        short = len(",".join(properties)) <= _LONGEST
        asked = {
            "limit": str(PAGE),
            "archived": str(archived).lower(),
            "properties": ",".join(properties if short else properties[:1]),
            **({"after": after} if after else {}),
            **({"associations": with_} if with_ else {}),
        }
        page = _page(self._get("objects", (type_,), asked))
        if short or not page.records:
            return page
        wide = {
            each["id"]: each for each in self.read(type_, [each["id"] for each in page.records], properties, archived)
        }
        return Page([{**each, **wide[each["id"]]} for each in page.records if each["id"] in wide], page.after)

    def read(self, type_: str, ids: Iterable[str], properties: Sequence[str], archived: bool = False) -> list[Record]:
        """Up to 100 records by their ids, in any order; those that are not there are left out."""
        body = {"inputs": [{"id": each} for each in ids], "properties": properties, "propertiesWithHistory": []}
        asked = {"archived": str(archived).lower()}
        found: list[Record] = self._ask("objects", (type_, "batch", "read"), body, params=asked)["results"]
        return found

    def search(
        self, type_: str, properties: Sequence[str], filters: Sequence[Mapping[str, str]], sort: str, limit: int = FOUND
    ) -> Page:
        """The first records that pass all filters, in the order of a property."""
        body = {
            "filterGroups": [{"filters": filters}] if filters else [],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": properties,
            "limit": limit,
            "after": "0",
        }
        return _page(self._ask("objects", (type_, "search"), body, kind=SEARCH))

    def associated(self, from_: str, to: str, inputs: Sequence[Mapping[str, str]]) -> list[Record]:
        """The associations of up to 1,000 records, `{"id": …}` or `{"id": …, "after": …}`, to one object type."""
        found: list[Record] = self._ask("associations", (from_, to, "batch", "read"), {"inputs": inputs})["results"]
        return found

    def lists(self, offset: int) -> tuple[list[Record], int | None]:
        """Lists from an offset on, and the next offset; None where there are no more."""
        body = {"offset": offset, "count": _LISTS, "additionalProperties": list(_ABOUT_LISTS)}
        told = self._ask("lists", ("search",), body)
        found: list[Record] = told["lists"]
        return found, (int(told["offset"]) if told.get("hasMore") and found else None)

    def members(self, list_: str, after: str | None) -> Page:
        """One page of a list's members in the order of their ids."""
        asked = {"limit": str(MEMBERS), **({"after": after} if after else {})}
        return _page(self._get("lists", (list_, "memberships"), asked))

    def _get(self, area: Area, parts: Sequence[str], params: Mapping[str, str] | None = None) -> Any:
        where = path(area, self._version, *parts)
        return self._passed(self._client.get(where, params), where)

    def _ask(
        self, area: Area, parts: Sequence[str], body: Any, *, params: Mapping[str, str] | None = None, kind: str = ""
    ) -> Any:
        """A read by POST, which is as good twice as once."""
        where = path(area, self._version, *parts)
        return self._passed(self._client.post(where, params=params, json=body, kind=kind, idempotent=True), where)

    def _passed(self, answer: Answer, where: str) -> Any:
        told = answer.json() if answer.is_json else {}
        if answer.status >= 400:
            raise Refusal(self.label, where, answer.status, told.get("category", ""), told.get("message", ""))
        return told


def judge(budget: Budget) -> Judge:
    """What an account's answers mean. Codes that only a caller can interpret pass; `Account` raises them as Refusal."""

    def verdict(answer: Answer) -> Verdict:
        tell(budget, answer.headers)
        if answer.status < 400:
            return Good() if answer.is_json or answer.status == 204 else Again("an answer that is not JSON")
        told = answer.json() if answer.is_json and answer.body else {}
        message = one_line(str(told.get("message", "")), 200)
        match answer.status:
            case 401:
                return Renew(f"the credentials are not accepted ({message}); correct 'token' or 'refresh_token'")
            case 403:
                return Refused(_forbidden(told, message))
            case 423:
                return Again("the record is locked", max(2.0, answer.retry_after or 0.0))
            case 429:
                return _too_many(told, message, answer.retry_after)
            case 477:
                return Again("the account is being moved to another data centre", answer.retry_after or 60.0)
        return Good()

    return verdict


def _forbidden(told: Mapping[str, Any], message: str) -> str:
    contexts = [each.get("context") or {} for each in told.get("errors") or []]
    scopes = sorted({scope for each in contexts for scope in each.get("requiredGranularScopes", [])})
    if scopes:
        return f"the credentials lack a scope: add one of {', '.join(scopes)} to the app, or exclude the object"
    return f"the credentials may not read this ({message or 'status 403'}); add the scope to the app"


def _too_many(told: Mapping[str, Any], message: str, after: float | None) -> Verdict:
    """Which limit was met: `policyName` says it, on searches only the message."""
    policy = f"{told.get('policyName', '')} {message}".lower()
    if "daily" in policy:
        return Spent("the account's calls of the day are used up")
    seconds = 10.0 if "ten_secondly" in policy or "secondly" not in policy else 1.0
    return Again(message or "too many calls", after or seconds, everyone=True)


def _page(told: Mapping[str, Any]) -> Page:
    following = (told.get("paging") or {}).get("next") or {}
    return Page(told["results"], following.get("after"), told.get("total"))


def _authority(connection: HubSpotConnection, label: str, patience: Patience) -> Any:
    """The headers of a call: a fixed token, or one that is refreshed by its `expires_in`."""
    if connection.token:
        token = connection.token.get_secret_value()
        return lambda: {"Authorization": f"Bearer {token}"}
    where = path("token", connection.api_version)
    endpoint = ApiClient(connection.url, label=label, budget=None, judge=_judge_token, patience=patience)

    def secret(name: str) -> str:
        kept: SecretStr | None = getattr(connection, name)
        return kept.get_secret_value() if kept else ""

    def fetch() -> Grant:
        names = ("client_id", "client_secret", "refresh_token")
        asked = {"grant_type": "refresh_token", **{name: secret(name) for name in names}}
        told = endpoint.post(where, data=asked, idempotent=True).json()
        return Grant(SecretStr(str(told["access_token"])), float(told.get("expires_in") or 1800))

    return Bearer(fetch)


def _judge_token(answer: Answer) -> Verdict:
    if answer.status >= 400:
        return Refused("the OAuth client or its refresh token is not accepted; correct them in sources.yml")
    told = answer.json()
    if not isinstance(told, dict) or not told.get("access_token"):
        raise Garbage("an answer without a token")
    return Good()


def milliseconds(told: str | None) -> int:
    """A moment as HubSpot writes it, ISO 8601 or milliseconds since 1970; 0 for none."""
    if not told:
        return 0
    if told.lstrip("-").isdigit():
        return int(told)
    moment = datetime.fromisoformat(told)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def iso(moment: int) -> str:
    """Milliseconds since 1970 as HubSpot writes a moment: `2022-02-17T19:17:21.592Z`."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

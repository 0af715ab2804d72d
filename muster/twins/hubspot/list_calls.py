"""Lists over HTTP: `/crm/v3/lists/…`, their members, and the lists of a record."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response
from starlette.routing import Route

from muster.twins.calls import Call, Handler, answer
from muster.twins.hubspot.asking import body_of, checked, flag, inputs_of, limit_in, list_of, names_in, size
from muster.twins.hubspot.errors import invalid, not_found
from muster.twins.hubspot.gate import Gate
from muster.twins.hubspot.kinds import Kinds
from muster.twins.hubspot.lists import Lists, Row
from muster.twins.hubspot.paths import forms, roots, routes
from muster.twins.hubspot.rendering import Batches, link

#: Members of a page; lists of a page of a search; ids of one change (not told by HubSpot, widely used).
PAGE, SEARCH_PAGE, CHANGE = 250, 500, 100_000
_BY_ID, _BY_TIME = "try_cast(recordId as bigint)", "membershipTimestamp, try_cast(recordId as bigint)"


class ListCalls:
    """Handlers of lists."""

    def __init__(self, kinds: Kinds, lists: Lists, batches: Batches) -> None:
        self._kinds, self._lists, self._batches = kinds, lists, batches

    def routes(self, gate: Gate) -> list[Route]:
        table: list[tuple[str, str, str, Handler]] = [
            ("POST", "/search", "read", self.search),
            ("GET", "/object-type-id/{type}/name/{name}", "read", self.by_name),
            ("POST", "/records/memberships/batch/read", "read", self.of_records),
            ("GET", "/records/{type}/{record}/memberships", "read", self.of_record),
            ("GET", "", "read", self.by_ids),
            ("POST", "", "write", self.create),
            ("GET", "/{list}", "read", self.read),
            ("DELETE", "/{list}", "write", self.delete),
            ("PUT", "/{list}/restore", "write", self.restore),
            ("PUT", "/{list}/update-list-name", "write", self.rename),
            ("PUT", "/{list}/update-list-filters", "write", self.change_filters),
            ("GET", "/{list}/memberships", "read", self.members),
            ("GET", "/{list}/memberships/join-order", "read", self.members_by_time),
            ("DELETE", "/{list}/memberships", "write", self.clear),
            ("PUT", "/{list}/memberships/add", "write", self.add),
            ("PUT", "/{list}/memberships/remove", "write", self.remove),
            ("PUT", "/{list}/memberships/add-and-remove", "write", self.add_and_remove),
            ("PUT", "/{list}/memberships/add-from/{source}", "write", self.add_from),
        ]
        return [
            each
            for method, tail, access, handler in table
            for each in routes(
                forms("lists", tail) if tail else roots("lists"), gate.guarded(handler, scope=_needs(access)), [method]
            )
        ]

    def create(self, call: Call) -> Response:
        body = body_of(call, "name", "objectTypeId", "processingType")
        kind = self._kinds[body["objectTypeId"]]
        more = body.get("filterBranch"), body.get("customProperties"), body.get("listFolderId")
        made = self._lists.create(kind, str(body["name"]), body["processingType"], *more)
        return answer({"list": self._told(made, filters=True)})

    def read(self, call: Call) -> Response:
        return answer({"list": self._told(self._list(call), filters=flag(call, "includeFilters"))})

    def by_name(self, call: Call) -> Response:
        found = self._lists.named(self._kinds[call.params["type"]], call.params["name"])
        if found is None:
            raise not_found(f"List does not exist with name {call.params['name']}.")
        return answer({"list": self._told(found, filters=flag(call, "includeFilters"))})

    def by_ids(self, call: Call) -> Response:
        wanted = names_in(call, "listIds")
        found = [row for row in self._lists.all() if row["listId"] in wanted]
        return answer({"lists": [self._told(row, filters=flag(call, "includeFilters")) for row in found]})

    def search(self, call: Call) -> Response:
        body = body_of(call)
        count, offset = size(body.get("count", 20), SEARCH_PAGE), int(body.get("offset") or 0)
        text, types = str(body.get("query") or "").lower(), list_of(body, "processingTypes")
        ids, kind = [str(each) for each in list_of(body, "listIds")], body.get("objectTypeId")
        found = [
            row
            for row in self._lists.all()
            if text in row["name"].lower()
            and (not types or row["processingType"] in types)
            and (not ids or row["listId"] in ids)
            and (not kind or row["objectTypeId"] == self._kinds[kind].type_id)
        ]
        more = list_of(body, "additionalProperties")
        page = [self._told_in_search(row, more) for row in found[offset : offset + count]]
        reached = offset + len(page)
        return answer({"total": len(found), "lists": page, "hasMore": reached < len(found), "offset": reached})

    def delete(self, call: Call) -> Response:
        self._lists.delete(self._list(call))
        return Response(status_code=204)

    def restore(self, call: Call) -> Response:
        self._lists.restore(self._lists.get(call.params["list"], deleted=True))
        return Response(status_code=204)

    def rename(self, call: Call) -> Response:
        name = call.query.get("listName")
        if not name:
            raise invalid("listName is needed")
        row = self._lists.change(self._list(call), name=name)
        return answer({"updatedList": self._told(row, filters=flag(call, "includeFilters"))})

    def change_filters(self, call: Call) -> Response:
        rule, row = body_of(call, "filterBranch")["filterBranch"], self._list(call)
        if row["processingType"] != "DYNAMIC":
            raise invalid("Only lists of processing type DYNAMIC have filters that can be changed")
        changes = {"filterBranch": orjson.dumps(rule).decode(), "filtersUpdatedAt": self._lists.now()}
        return answer({"updatedList": self._told(self._lists.change(row, **changes), filters=True)})

    def members(self, call: Call) -> Response:
        """By record id; `after` wins over `before`, which goes backwards."""
        row, limit = self._list(call), limit_in(call, 100, PAGE)
        after = _opened(call.query.get("after"))
        before = None if after else _opened(call.query.get("before"))
        if before:
            found = self._lists.page(row, f"{_BY_ID} desc", f"{_BY_ID} < ?", [int(before)], limit + 1)
        else:
            found = self._lists.page(row, _BY_ID, f"{_BY_ID} > ?", [int(after or 0)], limit + 1)
        return answer(_members(call, found, limit, self._lists.size(row), backwards=before is not None))

    def members_by_time(self, call: Call) -> Response:
        row, limit = self._list(call), limit_in(call, 100, PAGE)
        moment, _, record = (_opened(call.query.get("after")) or "").partition("|")
        condition = f"(membershipTimestamp, {_BY_ID}) > (?, ?)"
        found = self._lists.page(row, _BY_TIME, condition, [moment, int(record or 0)], limit + 1)
        return answer(_members(call, found, limit, self._lists.size(row), by_time=True))

    def clear(self, call: Call) -> Response:
        self._lists.clear(self._list(call))
        return Response(status_code=204)

    def add(self, call: Call) -> Response:
        return answer(self._lists.edit(self._list(call), _ids(call.json()), []))

    def remove(self, call: Call) -> Response:
        return answer(self._lists.edit(self._list(call), [], _ids(call.json())))

    def add_and_remove(self, call: Call) -> Response:
        body = body_of(call, "recordIdsToAdd", "recordIdsToRemove")
        return answer(self._lists.edit(self._list(call), _ids(body["recordIdsToAdd"]), _ids(body["recordIdsToRemove"])))

    def add_from(self, call: Call) -> Response:
        self._lists.copy(self._list(call), self._lists.get(call.params["source"]))
        return Response(status_code=204)

    def of_record(self, call: Call) -> Response:
        results = self._memberships(call.params["type"], call.params["record"])
        return answer({"total": len(results), "results": results})

    def of_records(self, call: Call) -> Response:
        started = self._lists.moment()
        inputs = inputs_of(body_of(call), 100, "objectTypeId", "recordId")
        results = [
            {
                "objectTypeId": each["objectTypeId"],
                "recordId": str(each["recordId"]),
                "listMemberships": self._memberships(each["objectTypeId"], str(each["recordId"])),
            }
            for each in inputs
        ]
        return self._batches.answer(started, self._lists.moment(), results)

    def _memberships(self, type_: str, record: str) -> list[dict[str, Any]]:
        return [
            {
                "listId": row["listId"],
                "listVersion": int(row["listVersion"] or 1),
                "firstAddedTimestamp": row["membershipTimestamp"],
                "lastAddedTimestamp": row["membershipTimestamp"],
                "isPublicList": True,
            }
            for row in self._lists.of(self._kinds[type_], record)
        ]

    def _list(self, call: Call) -> Row:
        return self._lists.get(call.params["list"])

    def _told(self, row: Row, *, filters: bool) -> dict[str, Any]:
        told = {**_brief(row), "size": self._lists.size(row)}
        if filters and row["filterBranch"]:
            told["filterBranch"] = orjson.loads(row["filterBranch"])
        return told

    def _told_in_search(self, row: Row, more: list[str]) -> dict[str, Any]:
        known = {**orjson.loads(row["customProperties"] or "{}"), **(self._lists.facts(row) if more else {})}
        return {**_brief(row), "additionalProperties": {name: known[name] for name in more if known.get(name)}}


def _needs(access: str) -> Any:
    return lambda call: f"crm.lists.{access}"


def _brief(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("listId", "name", "objectTypeId", "processingType", "processingStatus", "createdAt", "updatedAt")
    told = {name: row[name] for name in names}
    told["listVersion"] = int(row["listVersion"] or 1)
    optional = ("filtersUpdatedAt", "createdById", "updatedById", "deletedAt")
    return told | {name: row[name] for name in optional if row[name] is not None}


def _members(
    call: Call, found: list[Row], limit: int, total: int, *, backwards: bool = False, by_time: bool = False
) -> dict[str, Any]:
    page = found[:limit]
    body: dict[str, Any] = {"total": total, "results": page}
    if len(found) > limit:
        last = page[-1]
        mark = _closed(f"{last['membershipTimestamp']}|{last['recordId']}" if by_time else last["recordId"])
        word = "before" if backwards else "after"
        body["paging"] = {"prev" if backwards else "next": {word: mark, "link": link(call, **{word: mark})}}
    return body


def _closed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


def _opened(mark: str | None) -> str | None:
    if not mark:
        return None
    try:
        text = urlsafe_b64decode(mark.encode()).decode()
    except ValueError:
        text = ""
    if not text.rpartition("|")[2].isdigit():
        raise invalid(f"Invalid paging cursor: {mark}")
    return text


def _ids(given: Any) -> list[str]:
    if not isinstance(given, list):
        raise invalid("Invalid input JSON: a list of record ids was expected")
    if len(given) > CHANGE:
        raise invalid(f"At most {CHANGE} record ids at once")
    return [str(checked({"id": each}, "id")["id"]) for each in given]

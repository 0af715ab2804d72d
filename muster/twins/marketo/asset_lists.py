"""Static lists as assets: find, make, rename, delete.

Source: the "Static Lists" page and recorded traffic, which shows `workspace` and no empty `description`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from muster.twins.marketo import times
from muster.twins.marketo.answers import Assets
from muster.twins.marketo.asset_pages import browse, by_id, by_name, folder_of, nested
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.folders import folder_row
from muster.twins.marketo.records import mark_deleted, next_id
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import READ_ASSET, WRITE_ASSET, Rule

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

OBJECT = "static_lists"
_GROUP_LISTS = {"id": 12, "type": "Folder"}


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"id": int(row["id"]), "name": row["name"]}
    if row.get("description"):
        told["description"] = row["description"]
    return {
        **told,
        "createdAt": times.asset_time(row["createdAt"]),
        "updatedAt": times.asset_time(row["updatedAt"]),
        "folder": nested(row.get("folder"), _GROUP_LISTS),
        "computedUrl": row.get("computedUrl") or f"https://app.marketo.example/#ST{row['id']}A1",
        "workspace": row.get("workspace") or "Default",
    }


def _by_name(twin: MarketoTwin, request: Request) -> Assets:
    return Assets([_told(row) for row in by_name(twin, OBJECT, request.one("name"))])


def _by_id(twin: MarketoTwin, request: Request) -> Assets:
    return Assets([_told(row) for row in by_id(twin, request, OBJECT)])


def _browse(twin: MarketoTwin, request: Request) -> Assets:
    folder = folder_of(request)
    if folder is None:
        return Assets([_told(row) for row in browse(twin, request, OBJECT)])
    inside = ["(folder ->> 'id')::bigint = ?", "folder ->> 'type' = ?"]
    return Assets([_told(row) for row in browse(twin, request, OBJECT, inside, [folder["id"], folder["type"]])])


def _create(twin: MarketoTwin, request: Request) -> Assets:
    name, folder = request.one("name"), folder_of(request, needed=True)
    with twin.store.writing():
        if by_name(twin, OBJECT, name):
            raise ApiError(709, message=f"Static List with name '{name}' already exists")
        if folder and folder["type"] == "Folder" and folder_row(twin, str(folder["id"])) is None:
            raise ApiError(710)
        row = {
            "id": str(next_id(twin.store, OBJECT)),
            "name": name,
            "description": request.one("description") or None,
            "createdAt": times.written(twin.clock.now()) + "+0000",
            "updatedAt": times.written(twin.clock.now()) + "+0000",
            "folder": orjson.dumps(folder).decode(),
            "workspace": "Default",
            "computedUrl": None,
        }
        twin.store.upsert(OBJECT, [row])
    return Assets([_told(row)])


def _update(twin: MarketoTwin, request: Request) -> Assets:
    with twin.store.writing():
        rows = by_id(twin, request, OBJECT)
        if not rows:
            raise ApiError(702)
        name = request.one("name") or rows[0]["name"]
        if any(other["id"] != rows[0]["id"] for other in by_name(twin, OBJECT, name)):
            raise ApiError(709, message=f"Static List with name '{name}' already exists")
        changes = {"name": name, "updatedAt": times.written(twin.clock.now()) + "+0000"}
        if request.one("description"):
            changes["description"] = request.one("description")
        twin.store.upsert(OBJECT, [{"id": rows[0]["id"], **changes}])
        return Assets([_told({**rows[0], **changes})])


def _delete(twin: MarketoTwin, request: Request) -> Assets:
    """Refused while an import writes to the list."""
    if twin.imports.writes_to(request.path_id("id")):
        raise ApiError(709, message="Static List is in use and cannot be deleted")
    with twin.store.writing():
        rows = by_id(twin, request, OBJECT)
        if not rows:
            raise ApiError(702)
        now = times.written(twin.clock.now())
        mark_deleted(twin.store, OBJECT, [{"id": rows[0]["id"], "updatedAt": f"{now}+0000"}])
        members = twin.store.rows(
            "select listId, leadId from static_list_members where listId = ? and not _deleted", [rows[0]["id"]]
        )
        mark_deleted(twin.store, "static_list_members", [{**member, "updatedAt": now} for member in members])
    return Assets([{"id": int(rows[0]["id"])}])


RULES = [
    Rule("GET", "/rest/asset/v1/staticList/byName.json", _by_name, READ_ASSET),
    Rule("GET", "/rest/asset/v1/staticList/{id}.json", _by_id, READ_ASSET),
    Rule("GET", "/rest/asset/v1/staticLists.json", _browse, READ_ASSET),
    Rule("POST", "/rest/asset/v1/staticLists.json", _create, WRITE_ASSET),
    Rule("POST", "/rest/asset/v1/staticList/{id}.json", _update, WRITE_ASSET),
    Rule("POST", "/rest/asset/v1/staticList/{id}/delete.json", _delete, WRITE_ASSET),
]

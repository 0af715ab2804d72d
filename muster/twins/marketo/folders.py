"""Folders, as far as one is needed to make a list in it: those that an instance begins with, and loaded ones.

Source: recorded traffic (`folder/byName.json`) and the operation descriptions of the vendor's Swagger file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.twins.marketo.answers import Assets
from muster.twins.marketo.asset_pages import browse, by_id
from muster.twins.marketo.asset_pages import by_name as named
from muster.twins.marketo.request import Request
from muster.twins.marketo.rules import READ_ASSET, Rule

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

OBJECT = "folders"
_MADE_AT = "2020-08-14T20:43:13Z+0000"
#: Every instance has these: id, name, type, parent, path.
USUAL = (
    ("5", "Default", "Zone", "1", "/Lead Database/Default"),
    ("12", "Group Lists", "List", "5", "/Lead Database/Default/Group Lists"),
    ("13", "Event Lists", "List", "12", "/Lead Database/Default/Group Lists/Event Lists"),
    ("23", "Default", "Zone", "3", "/Marketing Activities/Default"),
    ("24", "Programs", "Marketing Folder", "23", "/Marketing Activities/Default/Programs"),
)


def prepare(twin: MarketoTwin) -> None:
    """Put the usual folders into an empty store."""
    names = ("id", "name", "folderType", "parent", "path")
    if not twin.store.count(OBJECT, deleted=True):
        twin.store.upsert(OBJECT, [dict(zip(names, row, strict=True)) for row in USUAL])


def folder_row(twin: MarketoTwin, folder_id: str) -> dict[str, Any] | None:
    row = twin.store.get(OBJECT, folder_id)
    return row if row and not row["_deleted"] else None


def _told(row: dict[str, Any]) -> dict[str, Any]:
    number = int(row["id"])
    return {
        "name": row["name"],
        "description": row.get("description"),
        "createdAt": row.get("createdAt") or _MADE_AT,
        "updatedAt": row.get("updatedAt") or _MADE_AT,
        "url": None,
        "folderId": {"id": number, "type": "Folder"},
        "folderType": row["folderType"],
        "parent": {"id": int(row["parent"]), "type": "Folder"},
        "path": row["path"],
        "isArchive": False,
        "isSystem": True,
        "accessZoneId": 1,
        "workspace": "Default",
        "id": number,
    }


def _by_name(twin: MarketoTwin, request: Request) -> Assets:
    return Assets([_told(row) for row in named(twin, OBJECT, request.one("name"))])


def _by_id(twin: MarketoTwin, request: Request) -> Assets:
    return Assets([_told(row) for row in by_id(twin, request, OBJECT)])


def _browse(twin: MarketoTwin, request: Request) -> Assets:
    return Assets([_told(row) for row in browse(twin, request, OBJECT)])


RULES = [
    Rule("GET", "/rest/asset/v1/folder/byName.json", _by_name, READ_ASSET),
    Rule("GET", "/rest/asset/v1/folder/{id}.json", _by_id, READ_ASSET),
    Rule("GET", "/rest/asset/v1/folders.json", _browse, READ_ASSET),
]

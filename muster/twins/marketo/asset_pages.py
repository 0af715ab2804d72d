"""How the asset API finds and pages assets, and how it takes a folder.

Source: the "Assets" page: `maxReturn` 20 by default, 200 at most, `offset` from 0; a form body or a query.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from muster.sql import identifier
from muster.twins.marketo import times
from muster.twins.marketo.errors import ApiError
from muster.twins.marketo.request import Request

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

USUAL, MOST = 20, 200


def browse(
    twin: MarketoTwin, request: Request, object_: str, conditions: Sequence[str] = (), parameters: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """Rows of an object in the order of their ids, as `offset`, `maxReturn` and the update range ask."""
    clauses, values = ["not _deleted", *conditions], [*parameters]
    for name, sign in (("earliestUpdatedAt", ">="), ("latestUpdatedAt", "<=")):
        if request.one(name):
            moment = times.parsed(request.one(name))
            if moment is None:
                raise ApiError(704)
            clauses.append(f"replace(updatedAt, '+0000', '') {sign} ?")
            values.append(times.written(moment))
    offset, most = page_of(request)
    sql = f"select * from {identifier(object_)} where {' and '.join(clauses)} order by id::bigint limit ? offset ?"
    return twin.store.rows(sql, [*values, most, offset])


def page_of(request: Request) -> tuple[int, int]:
    """Offset and number. Raises ApiError 1001 where they are out of range (our decision)."""
    offset, most = request.integer("offset", 0), request.integer("maxReturn", USUAL)
    if offset < 0 or not 0 < most <= MOST:
        raise ApiError(1001, offset if offset < 0 else most, "Integer")
    return offset, most


def by_name(twin: MarketoTwin, object_: str, name: str) -> list[dict[str, Any]]:
    """The asset of exactly this name."""
    if not name:
        raise ApiError(701, "name")
    sql = f"select * from {identifier(object_)} where name = ? and not _deleted order by id::bigint"
    return twin.store.rows(sql, [name])


def by_id(twin: MarketoTwin, request: Request, object_: str, name: str = "id") -> list[dict[str, Any]]:
    row = twin.store.get(object_, request.path_id(name))
    return [row] if row and not row["_deleted"] else []


def folder_of(request: Request, *, needed: bool = False) -> dict[str, Any] | None:
    """The folder a call names, `{"id": 12, "type": "Folder"}`. Raises ApiError 701, or 1001 where it is none."""
    given = request.one("folder")
    if not given:
        if needed:
            raise ApiError(701, "folder")
        return None
    try:
        folder = orjson.loads(given)
    except orjson.JSONDecodeError:
        folder = None
    if not isinstance(folder, dict) or not isinstance(folder.get("id"), int):
        raise ApiError(1001, given, "Folder")
    return {"id": folder["id"], "type": "Program" if folder.get("type") == "Program" else "Folder"}


def nested(text: str | None, default: Any = None) -> Any:
    """The value of a column that holds JSON."""
    return orjson.loads(text) if text else default

"""Records, pages and batches as HubSpot's answers show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from muster.twins.calls import Call, answer
from muster.twins.hubspot.definitions import Definitions
from muster.twins.hubspot.kinds import Kind
from muster.twins.hubspot.records import ARCHIVED_AT, ID
from muster.twins.hubspot.values import moment_text


def record(row: Mapping[str, Any], kind: Kind, names: Iterable[str]) -> dict[str, Any]:
    """A `SimplePublicObject` with these properties and those that every answer has, in the order of their names."""
    told: dict[str, Any] = {
        "id": row[ID],
        "properties": {name: row.get(name) for name in sorted({*names, *kind.always})},
        "createdAt": row["createdate"],
        "updatedAt": row[kind.modified],
        "archived": bool(row["_deleted"]),
    }
    if row["_deleted"]:
        told["archivedAt"] = row[ARCHIVED_AT]
    return told


def readable(definitions: Definitions, kind: Kind, names: Sequence[str]) -> list[str]:
    """The properties asked for that exist, or those that come without asking; unknown ones are passed over."""
    return [name for name in names if definitions.get(kind, name)] if names else list(kind.readable)


def paged(results: list[Any], after: str | None, call: Call) -> dict[str, Any]:
    """A page; `paging` is there only where another follows."""
    if after is None:
        return {"results": results}
    return {"results": results, "paging": {"next": {"after": after, "link": link(call, after=after)}}}


def link(call: Call, **changes: str) -> str:
    """This call's address with parameters changed."""
    kept = [(name, value) for name, value in call.query.multi_items() if name not in changes]
    return f"{call.origin}{call.path}?{urlencode([*kept, *changes.items()])}"


class Batches:
    """Answers to batches. Results come shuffled, from a seed: HubSpot promises no order and keeps none."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)  # noqa: S311

    def answer(
        self,
        started: datetime,
        completed: datetime,
        results: Sequence[Mapping[str, Any]],
        errors: Sequence[Mapping[str, Any]] = (),
        status: int = 200,
    ) -> Response:
        """`status`, or 207 where there are errors."""
        shuffled = list(results)
        self._random.shuffle(shuffled)
        body: dict[str, Any] = {"status": "COMPLETE", "results": shuffled}
        if errors:
            body |= {"numErrors": len(errors), "errors": list(errors)}
        body |= {"startedAt": moment_text(started), "completedAt": moment_text(completed)}
        return answer(body, 207 if errors else status)

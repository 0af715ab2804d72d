"""Channels of programs: the statuses a member can have, and the steps that order them.

Source: the "Channels" page. Channels may be loaded; where none are, they come from the programs there are: usual
statuses of a channel of that name, and behind them the statuses that its members have (our decision).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from muster.twins.marketo.twin import MarketoTwin

NOT_IN_PROGRAM = "Not in Program"
_MADE_AT = "2020-08-14T20:43:13Z+0000"
_EVENT = "Invited, Waitlisted, Registered, No Show, Attended*"
_USUAL = {
    "Webinar": "Invited, Waitlisted, Registered, No Show, Attended On-demand*, Attended*",
    "Live Event": _EVENT,
    "Roadshow": _EVENT,
    "Tradeshow": "Invited, Visited Booth*, Influenced*",
    "Email Send": "Sent, Opened, Clicked*, Unsubscribed",
    "Email Blast": "Sent, Opened, Clicked*, Unsubscribed",
    "Nurture": "Member, Engaged*",
    "Content": "Visited, Downloaded*",
    "Online Advertising": "Sent, Clicked, Filled-out Form*",
    "Operational": "Member",
}
_TYPES = {"Event": "event", "Engagement": "nurture", "Email": "program", "Default": "program"}


@dataclass(frozen=True)
class Status:
    """A status of a channel; a member never goes back to a lower step."""

    name: str
    step: int
    success: bool


def channels(twin: MarketoTwin) -> list[dict[str, Any]]:
    """All channels as the asset API tells them."""
    rows = twin.store.rows("select * from channels where not _deleted order by id::bigint")
    if rows:
        return [{**_plain(row), "progressionStatuses": orjson.loads(row["progressionStatuses"])} for row in rows]
    used = twin.store.rows(
        "select channel, min(type) as type from programs where not _deleted and channel is not null "
        "group by channel order by channel"
    )
    types = {row["channel"]: _TYPES.get(row["type"], "program") for row in used} or {"Operational": "program"}
    return [
        {
            "id": number,
            "name": name,
            "applicableProgramType": types[name],
            "progressionStatuses": [
                {"name": s.name, "step": s.step, "description": None, "hidden": False, "success": s.success}
                for s in statuses(twin, name).values()
            ],
            "createdAt": _MADE_AT,
            "updatedAt": _MADE_AT,
        }
        for number, name in enumerate(types, start=1)
    ]


def statuses(twin: MarketoTwin, channel: str | None) -> dict[str, Status]:
    """The statuses of a channel by name, in the order of their steps."""
    loaded = twin.store.rows("select progressionStatuses from channels where name = ? and not _deleted", [channel])
    if loaded:
        told = sorted(orjson.loads(loaded[0]["progressionStatuses"]), key=lambda each: each["step"])
        return {each["name"]: Status(each["name"], each["step"], each["success"]) for each in told}
    known = {NOT_IN_PROGRAM: Status(NOT_IN_PROGRAM, 0, False)}
    for part in _USUAL.get(channel or "", "Member, Influenced*").split(", "):
        name = part.rstrip("*")
        known[name] = Status(name, 10 * len(known), part.endswith("*"))
    seen = twin.store.rows(
        "select statusName, max(lower(members.reachedSuccess)) = 'true' as success "
        "from program_members as members inner join programs on programs.id = members.programId "
        "where programs.channel = ? and statusName is not null "
        "group by statusName order by success, count(*) desc, statusName",
        [channel],
    )
    for row in seen:
        known.setdefault(row["statusName"], Status(row["statusName"], 10 * len(known), bool(row["success"])))
    return known


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "applicableProgramType", "createdAt", "updatedAt")
    return {"id": int(row["id"]), **{name: row[name] for name in names}}

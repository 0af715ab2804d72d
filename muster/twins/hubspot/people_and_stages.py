"""What records refer to and callers only read: owners, pipelines with their stages, and the account itself."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from starlette.responses import Response
from starlette.routing import Route

from muster.twins.calls import Call, answer, route
from muster.twins.hubspot.asking import cursor, flag, limit_in
from muster.twins.hubspot.errors import not_found
from muster.twins.hubspot.gate import Gate, Limits
from muster.twins.hubspot.kinds import DEAL, TICKET, Kinds
from muster.twins.hubspot.paths import forms, roots, routes
from muster.twins.hubspot.records import Records
from muster.twins.hubspot.rendering import paged

OWNERS = "owners"
#: Owners of a page.
PAGE = 500
#: The account's own zone, where its day of calls ends.
ZONE = "America/New_York"
#: By object: pipeline id and label, and its stages as id, label, probability (deals) or state (tickets).
PIPELINES = {
    DEAL.name: (
        ("default", "Sales Pipeline"),
        (
            ("appointmentscheduled", "Appointment Scheduled", "0.2"),
            ("qualifiedtobuy", "Qualified To Buy", "0.4"),
            ("presentationscheduled", "Presentation Scheduled", "0.6"),
            ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
            ("contractsent", "Contract Sent", "0.9"),
            ("closedwon", "Closed Won", "1.0"),
            ("closedlost", "Closed Lost", "0.0"),
        ),
    ),
    TICKET.name: (
        ("0", "Support Pipeline"),
        (
            ("1", "New", "OPEN"),
            ("2", "Waiting on contact", "OPEN"),
            ("3", "Waiting on us", "OPEN"),
            ("4", "Closed", "CLOSED"),
        ),
    ),
}


class PeopleAndStages:
    """Handlers of owners, pipelines and account information."""

    def __init__(self, kinds: Kinds, records: Records, portal: int, limits: Limits) -> None:
        self._kinds, self._store, self._portal, self._limits = kinds, records.store, portal, limits
        self._since = records.now()
        columns = ["email", "firstName", "lastName", "userId", "createdAt", "updatedAt"]
        self._store.define(OWNERS, ["id"], columns=columns)
        if not self._store.count(OWNERS, deleted=True):
            first = {"id": "1", "email": "admin@example.com", "firstName": "Alex", "lastName": "Admin", "userId": "1"}
            self._store.upsert(OWNERS, [{**first, "createdAt": self._since, "updatedAt": self._since}])

    def routes(self, gate: Gate) -> list[Route]:
        def scope(call: Call) -> str | None:
            return "crm.objects.owners.read"

        return [
            *routes(roots("owners"), gate.guarded(self.owners, scope=scope)),
            *routes(forms("owners", "/{id}"), gate.guarded(self.owner, scope=scope)),
            *routes(forms("pipelines", "/{type}"), gate.guarded(self.pipelines)),
            *routes(forms("pipelines", "/{type}/{pipeline}"), gate.guarded(self.pipeline)),
            *routes(forms("pipelines", "/{type}/{pipeline}/stages"), gate.guarded(self.stages)),
            *routes(forms("pipelines", "/{type}/{pipeline}/stages/{stage}"), gate.guarded(self.stage)),
            route("/account-info/v3/details", gate.guarded(self.account)),
            route("/account-info/v3/api-usage/daily/private-apps", gate.guarded(self.usage)),
        ]

    def owners(self, call: Call) -> Response:
        limit, email = limit_in(call, 100, PAGE), call.query.get("email")
        rows = self._store.rows(
            f"select * from {OWNERS} where _deleted = ? and try_cast(id as bigint) > ? "
            f"and (? is null or lower(email) = lower(?)) order by try_cast(id as bigint) limit {limit + 1}",
            [flag(call, "archived"), cursor(call.query.get("after")), email, email],
        )
        after = str(rows[limit - 1]["id"]) if len(rows) > limit else None
        return answer(paged([_owner(row) for row in rows[:limit]], after, call))

    def owner(self, call: Call) -> Response:
        by = "userId" if call.query.get("idProperty", "id").lower() == "userid" else "id"
        rows = self._store.rows(
            f"select * from {OWNERS} where {by} = ? and _deleted = ?", [call.params["id"], flag(call, "archived")]
        )
        if not rows:
            raise not_found()
        return answer(_owner(rows[0]))

    def pipelines(self, call: Call) -> Response:
        return answer({"results": self._pipelines(call)})

    def pipeline(self, call: Call) -> Response:
        return answer(_with_id(self._pipelines(call), call.params["pipeline"]))

    def stages(self, call: Call) -> Response:
        return answer({"results": _with_id(self._pipelines(call), call.params["pipeline"])["stages"]})

    def stage(self, call: Call) -> Response:
        stages = _with_id(self._pipelines(call), call.params["pipeline"])["stages"]
        return answer(_with_id(stages, call.params["stage"]))

    def account(self, call: Call) -> Response:
        return answer(
            {
                "portalId": self._portal,
                "accountType": "STANDARD",
                "timeZone": ZONE,
                "companyCurrency": "USD",
                "additionalCurrencies": [],
                "utcOffset": "-05:00",
                "utcOffsetMilliseconds": -18_000_000,
                "uiDomain": "app.hubspot.com",
                "dataHostingLocation": "na1",
            }
        )

    def usage(self, call: Call) -> Response:
        """Calls of the private apps today."""
        daily = self._limits.daily
        told = {
            "name": "private-apps-api-calls-daily",
            "usageLimit": daily.limit,
            "currentUsage": daily.used,
            "collectedAt": self._store.clock.now().isoformat(),
            "fetchStatus": "SUCCESS",
            "resetsAt": daily.resets_at.isoformat(),
        }
        return answer({"results": [told]})

    def load(self, table: pa.Table) -> int:
        return self._store.load(OWNERS, table, deleted="archived")

    def _pipelines(self, call: Call) -> list[dict[str, Any]]:
        known = PIPELINES.get(self._kinds[call.params["type"]].name)
        if known is None:
            return []
        (id_, label), stages = known
        stamps = {"createdAt": self._since, "updatedAt": self._since, "archived": False}
        told = [
            {
                "id": stage,
                "label": name,
                "displayOrder": at,
                "metadata": _metadata(fact),
                "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
                **stamps,
            }
            for at, (stage, name, fact) in enumerate(stages)
        ]
        return [{"id": id_, "label": label, "displayOrder": 0, "stages": told, **stamps}]


def _metadata(fact: str) -> dict[str, str]:
    """Texts, as everything in these maps: a deal's stage has a probability, a ticket's a state."""
    if fact in ("OPEN", "CLOSED"):
        return {"ticketState": fact, "isClosed": str(fact == "CLOSED").lower()}
    return {"probability": fact, "isClosed": str(fact in ("0.0", "1.0")).lower()}


def _with_id(many: list[dict[str, Any]], id_: str) -> dict[str, Any]:
    found = next((each for each in many if each["id"] == id_), None)
    if found is None:
        raise not_found()
    return found


def _owner(row: dict[str, Any]) -> dict[str, Any]:
    user = int(row["userId"]) if row["userId"] else None
    return {
        "id": row["id"],
        "email": row["email"],
        "type": "PERSON",
        "firstName": row["firstName"] or "",
        "lastName": row["lastName"] or "",
        "userId": None if row["_deleted"] else user,
        "userIdIncludingInactive": user,
        "createdAt": row["createdAt"],
        "updatedAt": row["updatedAt"],
        "archived": bool(row["_deleted"]),
    }

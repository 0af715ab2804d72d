"""The body of a message: the changes of one batch as JSON, in the envelope of Standard Webhooks or in one's own."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from muster import sql
from muster.connectors.destination import ID, MERGED_IDS, OP, RESERVED, ROW, Batch, Delivery

#: The dotted word that says what a message is about.
TYPE = "audience.membership.changed"


def message_id(delivery: Delivery, batch: Batch) -> str:
    """The same for every attempt at these rows, so that a receiver does not take them twice."""
    named = f"{delivery.name}/{batch.first}/{batch.rows}/{delivery.planned_at.isoformat()}"
    return "msg_" + hashlib.sha256(named.encode()).hexdigest()[:32]


def changes(batch: Batch) -> tuple[list[int], str]:
    """The places of the rows, and the rows as a JSON list: `op`, `id`, `merged_ids`, `fields`."""
    with sql.connect() as connection:
        types = sql.columns(connection, f"({batch.query()})")
        fields = ", ".join(
            f"{sql.identifier(name)} := {sql.identifier(name)}" for name in types if name not in {*RESERVED, ROW}
        )
        op = OP if OP in types else "'ADD'"
        merged = MERGED_IDS if MERGED_IDS in types else "null::varchar[]"
        row = f"struct_pack(op := {op}, id := {ID}, merged_ids := {merged}, fields := struct_pack({fields}))"
        listed = f"string_agg(to_json({row})::varchar, ',' order by {ROW})"
        found = connection.execute(f"select list({ROW} order by {ROW}), {listed} from ({batch.query()})").fetchall()
    return [int(row) for row in found[0][0] or []], f"[{found[0][1] or ''}]"


def body(delivery: Delivery, rows: str, template: str | None) -> bytes:
    """The message around the rows. Its time is that of the plan: every attempt has the same body.

    Raises ValueError where the template does not give JSON.
    """
    about = {"audience": delivery.audience, "destination": delivery.destination, "delivery": delivery.number}
    at = delivery.planned_at.isoformat().replace("+00:00", "Z")
    if template is None:
        head = json.dumps({"type": TYPE, "timestamp": at})[:-1]
        return f'{head}, "data": {json.dumps(about)[:-1]}, "changes": {rows}}}}}'.encode()
    return rendered(template, {**about, "timestamp": at, "changes": json.loads(rows)}).encode()


def rendered(template: str, told: dict[str, Any]) -> str:
    """A template filled in; ValueError where that fails or is no JSON."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        text = environment.from_string(template).render(told)
        json.loads(text)
    except TemplateError as error:
        raise ValueError(f"the template cannot be filled in: {error.message}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"the template gives no JSON at line {error.lineno}, column {error.colno}") from None
    return text

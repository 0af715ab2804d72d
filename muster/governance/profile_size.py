"""How large the profiles of a snapshot are: identities and events of one person, against their guardrails."""

from __future__ import annotations

from collections.abc import Iterator

from muster import sql
from muster.config.guardrails import Guardrails
from muster.governance.guardrails import Finding, beyond
from muster.snapshot import Snapshot
from muster.sql import identifier, scan

#: The guardrail, and the relation from a person whose rows it counts.
COUNTED = {"identities_per_person": "identities", "events_per_person": "xEvent"}


def profile_findings(snapshot: Snapshot, rails: Guardrails) -> Iterator[Finding]:
    """The largest count of each kind, where it is beyond its guardrail.

    The incumbent leaves such profiles out of its audiences; here nobody is left out.
    """
    person = snapshot.schema.classes["person"]
    for guardrail, relation in COUNTED.items():
        edge = person.edges.get(relation)
        if edge is None or getattr(rails, guardrail).action == "off":
            continue
        rows = scan(snapshot.parquet(snapshot.schema.classes[edge.target].table))
        whose = identifier(edge.to_column)
        counts = f"select count(*) as n from {rows} where {whose} is not null group by {whose}"
        with sql.connect() as connection:
            found = connection.execute(f"select coalesce(max(n), 0) from ({counts})").fetchall()
        yield from beyond(guardrail, int(found[0][0]), rails)

"""What `governance.yml` says, held against the schema, the destinations and what audiences send to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from muster.config.load import Entry
from muster.config.models import Audience, DestinationsFile, GovernanceFile
from muster.config.names import hint
from muster.errors import Problem
from muster.governance.consent import check_bars
from muster.governance.labels import violations
from muster.schema import Schema


def check_governance(
    governance: Entry[GovernanceFile],
    audiences: Sequence[Entry[Audience]],
    destinations: Entry[DestinationsFile] | None,
    schema: Schema | None,
) -> Iterator[Problem]:
    """Bars that cannot be asked, destinations that are not there, and mappings that a policy denies."""
    consent = governance.model.consent
    if destinations is not None:
        names = [item.name for item in destinations.model.destinations]
        for name in consent.destinations:
            if name not in names:
                place = ("consent", "destinations", name)
                yield governance.document.problem(place, f"there is no destination '{name}'", hint(name, names))
    if schema is None:
        return
    for name, error in check_bars(consent.bars, schema, datetime.now(UTC)):
        yield governance.document.problem(("consent", "bars", name), f"bar {name}: {error}", error.expected)
    if destinations is not None:
        yield from _denied(governance.model, audiences, destinations.model, schema)


def _denied(
    governance: GovernanceFile, audiences: Sequence[Entry[Audience]], destinations: DestinationsFile, schema: Schema
) -> Iterator[Problem]:
    by_name = {entry.model.name: entry.model for entry in audiences}
    actions = {item.name: item.marketing_actions for item in destinations.destinations}
    for entry in audiences:
        for index, activation in enumerate(entry.model.activate):
            done = actions.get(activation.destination, [])
            for denied in violations(schema, entry.model, by_name, activation, done, governance.policies):
                place = ("activate", index, "fields", denied.output) if denied.output else ("activate", index)
                mend = "leave the field out, or send it to a destination without that marketing action"
                yield entry.document.problem(place, f"activation to {activation.destination}: {denied}", mend)

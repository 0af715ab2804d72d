"""The last run as one report: rows taken per source, rows per mart, audiences and their change, deliveries."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from muster.activation import Ledger, reports_since
from muster.audiences import Membership, MembershipStore
from muster.config.models import Configuration, Source
from muster.connectors import totals
from muster.connectors.extraction import objects_of
from muster.connectors.sync.drift import SchemaChange
from muster.connectors.sync.engine import schema_changes
from muster.errors import MusterError
from muster.settings import Settings
from muster.snapshot import Snapshot, current
from muster.state import StateStore
from muster.status.runs import Evaluated, Extracted, RunLog

#: How many ids of those who entered and of those who left are shown for an audience.
EXAMPLES = 3


@dataclass(frozen=True)
class ObjectStatus:
    """One export object: what the last run took of it, and what the lake holds of it in all."""

    object: str
    read: int
    loaded: int
    set_aside: int
    in_all: Extracted = field(default_factory=Extracted)


@dataclass(frozen=True)
class SourceStatus:
    """A source and its objects; for a live one, calls used and left, and how its schema changed in the last run."""

    name: str
    objects: list[ObjectStatus]
    usage: dict[str, Any] = field(default_factory=dict)
    schema_changes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class AudienceStatus:
    """An audience after the last run; `entered` and `left` are that run's, the ids a few examples of them."""

    name: str
    of: str
    size: int
    entered: int
    left: int
    held: bool = False
    entered_ids: list[str] = field(default_factory=list)
    left_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ActivationStatus:
    """Rows sent to a destination since the last run began, and what became of them; `withheld` members are not sent,
    for a bar of `governance.yml` holds for them."""

    destination: str
    audience: str
    sent: int
    acknowledged: int
    refused: int
    later: int = 0
    withheld: int = 0


@dataclass(frozen=True)
class StatusReport:
    """What `muster status --json` prints, field by field."""

    run_id: str | None
    started_at: datetime | None
    snapshot: str | None
    sources: list[SourceStatus]
    marts: dict[str, int]
    audiences: list[AudienceStatus]
    activations: list[ActivationStatus]

    def to_json(self) -> dict[str, Any]:
        told = asdict(self)
        told["started_at"] = self.started_at.isoformat() if self.started_at else None
        return told


def report(settings: Settings, configuration: Configuration, state: StateStore) -> StatusReport:
    """Read the logs, the lake's own counts, the snapshot and the ledger; nothing is recomputed."""
    runs = RunLog(state)
    run_id, started_at = runs.last_run() or (None, None)
    extracts = runs.extracts_of(run_id) if run_id else {}
    evaluations = runs.evaluations_of(run_id) if run_id else {}
    snapshot = current(settings)
    return StatusReport(
        run_id=run_id,
        started_at=started_at,
        snapshot=snapshot.version if snapshot else None,
        sources=_sources(configuration, settings, runs, extracts, started_at),
        marts=snapshot.rows if snapshot else {},
        audiences=_audiences(configuration, MembershipStore(settings, state), evaluations, snapshot),
        activations=_activations(configuration, state, started_at),
    )


def _sources(
    configuration: Configuration,
    settings: Settings,
    runs: RunLog,
    extracts: dict[tuple[str, str], Extracted],
    started_at: datetime | None,
) -> list[SourceStatus]:
    usage = runs.usage()
    return [
        SourceStatus(
            source.name,
            _objects(source, configuration, settings, extracts),
            usage.get(source.name, {}),
            [_told(change) for change in schema_changes(source, settings) if started_at and change.at >= started_at],
        )
        for source in configuration.sources.sources
    ]


def _told(change: SchemaChange) -> str:
    types = " → ".join(each for each in (change.was, change.now) if each)
    return f"{change.object}.{change.field}: {change.kind} ({types})"


def _objects(
    source: Source, configuration: Configuration, settings: Settings, extracts: dict[tuple[str, str], Extracted]
) -> list[ObjectStatus]:
    try:
        items = objects_of(source, configuration.sources, settings)
    except MusterError:
        return []
    objects = []
    for item in items:
        took = extracts.get((source.name, item.name), Extracted())
        held = totals(source, item, settings)
        in_all = Extracted(held.read, held.loaded, held.set_aside)
        objects.append(ObjectStatus(item.name, took.read, took.loaded, took.set_aside, in_all))
    return objects


def _audiences(
    configuration: Configuration,
    store: MembershipStore,
    evaluations: dict[str, Evaluated],
    snapshot: Snapshot | None,
) -> list[AudienceStatus]:
    told = []
    for audience in configuration.audiences:
        latest = store.latest(audience.name)
        if latest is None:
            continue
        change = evaluations.get(audience.name, Evaluated(latest.size, 0, 0))
        entered, left = _examples(store, latest, snapshot) if snapshot and change.entered + change.exited else ([], [])
        counts = (latest.size, change.entered, change.exited)
        told.append(AudienceStatus(audience.name, audience.of, *counts, latest.held, entered, left))
    return told


def _examples(store: MembershipStore, latest: Membership, snapshot: Snapshot) -> tuple[list[str], list[str]]:
    """Ids of a few who entered and left by the newest version; none by the first, which everybody enters."""
    before = store.before(latest)
    if before is None or before.entity != latest.entity:
        return [], []
    now_in, was_in = latest.members, before.members
    entered, left = (now_in - was_in)[:EXAMPLES], (was_in - now_in)[:EXAMPLES]
    return snapshot.ids(latest.entity, entered), snapshot.ids(latest.entity, left)


def _activations(
    configuration: Configuration, state: StateStore, started_at: datetime | None
) -> list[ActivationStatus]:
    done = reports_since(state, started_at) if started_at else {}
    withheld = {item.name: item.withheld or 0 for item in Ledger(state).activations()}
    told = []
    for audience in configuration.audiences:
        for activation in audience.activate:
            name = f"{activation.destination}/{audience.name}"
            item = done.get(name)
            counts = (item.sent, item.acknowledged, item.refused, item.later) if item else (0, 0, 0, 0)
            told.append(ActivationStatus(activation.destination, audience.name, *counts, withheld.get(name, 0)))
    return told

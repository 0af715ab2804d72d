"""The answer to: why is this person or account in that audience, or why not, and what would change it?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import duckdb
from pyroaring import BitMap

from muster.audiences.bitmaps import to_arrow
from muster.audiences.explain.changes import changes
from muster.audiences.explain.clock import turn
from muster.audiences.explain.findings import finding
from muster.audiences.explain.model import Explanation
from muster.audiences.explain.neighbourhood import neighbourhood
from muster.audiences.explain.scene import Scene
from muster.audiences.explain.stored import ordinals_of, stored
from muster.audiences.explain.unfold import unfold
from muster.audiences.explain.witness import witness
from muster.audiences.membership import MembershipStore
from muster.audiences.trial import columns_read, segment_table
from muster.pql import CompiledRule, bind_rule, compile_rule, typed
from muster.pql.sql import Renderer
from muster.schema import ENTITIES
from muster.snapshot import Snapshot
from muster.snapshot.publish import ORDINAL
from muster.sql import identifier

PLURAL = {entity: of for of, entity in ENTITIES.items()}


def explain(
    audience: str,
    rule: str,
    of: str,
    ordinal: int,
    snapshot: Snapshot,
    store: MembershipStore,
    instant: datetime,
    currency: str = "USD",
    left_out: Callable[[int], Sequence[str]] | None = None,
) -> Explanation:
    """Explain a rule for the entity with this ordinal, as of an instant, on the snapshot of that time.

    `left_out` says what besides the rule takes an ordinal out: an exclusion, a holdout, another part of a split.

    The verdict is that of the compiled rule itself, on the part of the snapshot that the rule can see from the entity.
    Raises RuleError where the rule cannot be used.
    """
    bound = bind_rule(rule, of, snapshot.schema)
    root, condition, schema = bound.root, bound.condition, bound.schema
    compiled = compile_rule(rule, of, snapshot.schema, instant, segment_table=segment_table, currency=currency)
    whole = unfold(condition, schema, lambda name: _rule_of(store, name, instant))
    query = Renderer(schema, instant.replace(tzinfo=None), currency, segment_table).members(
        root, typed.All((condition, whole.condition))
    )
    with neighbourhood(snapshot, schema, root, ordinal, whole.condition, columns_read(query)) as connection:
        _load_segments(connection, compiled, store, instant)
        scene = Scene(connection, schema, instant, currency, segment_table, bound.written, whole.behind)
        given = ((root, ordinal),)
        holds = scene.holds(given, condition)
        out = tuple(left_out(ordinal)) if left_out and holds else ()
        # a membership may be older than what its rule says now: then the audiences asked about stay as they are
        reached = whole.condition if scene.holds(given, whole.condition) == holds else condition
        return Explanation(
            audience=audience,
            entity=root.class_name,
            id=str(scene.row(root, ordinal).key),
            name=scene.row(root, ordinal).label,
            ordinal=ordinal,
            holds=holds,
            instant=instant,
            snapshot=snapshot.version,
            rule=rule.strip(),
            method=compiled.method,
            reason=compiled.reason,
            finding=finding(scene, given, condition),
            witness=tuple(witness(scene, given, reached).values()),
            changes=changes(scene, given, reached),
            turn=turn(scene, given, reached),
            stored=stored(store, audience, ordinals_of(snapshot, root.class_name, ordinal), instant, holds and not out),
            left_out=out,
        )


def _rule_of(store: MembershipStore, name: str, instant: datetime) -> tuple[str, str] | None:
    """The rule that an audience had at an instant, and whom it was of."""
    version = store.at(name, instant)
    return (version.rule, PLURAL[version.entity]) if version else None


def _load_segments(
    connection: duckdb.DuckDBPyConnection, compiled: CompiledRule, store: MembershipStore, instant: datetime
) -> None:
    """The audiences that the rule asks about, as they were; one that had no version yet has nobody."""
    for name in compiled.segments:
        version = store.at(name, instant)
        connection.register("members", to_arrow(version.members if version else BitMap()))
        table = identifier(segment_table(name))
        connection.execute(f"create table {table} as select {ORDINAL}::bigint as {ORDINAL} from members")
        connection.unregister("members")

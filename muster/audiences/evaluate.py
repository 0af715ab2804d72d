"""Evaluating audiences: all of them on one snapshot, in one database in memory, in one pass.

Rules are compiled first; only the columns they use are loaded. Each result is a bitmap of ordinals, compared with
the last version; a new version is kept only where membership or the rule changed.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
from pyroaring import BitMap
from sqlglot import exp

from muster.audiences.bitmaps import to_arrow
from muster.audiences.conditions import Conditions
from muster.audiences.membership import Membership, MembershipStore
from muster.audiences.merges import follow, merged_ordinals
from muster.audiences.order import in_dependency_order
from muster.config.models import Audience
from muster.errors import RuleError
from muster.pql import CompiledRule, compile_rule
from muster.schema import ENTITIES
from muster.snapshot import Snapshot
from muster.snapshot.publish import NUMBERED, ORDINAL
from muster.sql import identifier


@dataclass(frozen=True)
class Outcome:
    """What an evaluation of several audiences gave: results in the order they were made, and rules that are unusable.

    A wrong rule never keeps the others out; an audience that refers to a failed one fails with it.
    """

    evaluated: list[Evaluation]
    failed: dict[str, RuleError]


@dataclass(frozen=True)
class Evaluation:
    """What one evaluation of one audience gave. `entered` and `exited` are against the version before.

    `merged` of those who were in then live on in somebody who is in now: they neither stayed nor left.
    """

    audience: Audience
    membership: Membership
    compiled: CompiledRule
    entered: int
    exited: int
    merged: int
    changed: bool
    seconds: float

    @property
    def size(self) -> int:
        return self.membership.size


def evaluate(
    audiences: Sequence[Audience],
    snapshot: Snapshot,
    store: MembershipStore,
    now: datetime,
    *,
    names: Sequence[str] | None = None,
    currency: str = "USD",
    cause: str = "",
) -> Outcome:
    """Evaluate the named audiences (default: all) at the instant `now`, in dependency order.

    An audience that is referred to but not asked for enters with its latest membership.
    """
    wanted = {item.name: item for item in audiences if names is None or item.name in names}
    outcome = Outcome([], {})
    compiled = _compile_all(
        wanted, {item.name: ENTITIES[item.of] for item in audiences}, snapshot, now, currency, outcome
    )
    order, circular = in_dependency_order({name: rule.segments for name, rule in compiled.items()})
    outcome.failed.update(circular)
    with snapshot.load(_columns(list(compiled.values()))) as connection:
        merged = {entity: merged_ordinals(snapshot, entity) for entity in NUMBERED}
        referenced = _referenced(compiled)
        conditions = Conditions(connection, compiled.values())
        loaded = _load_known(connection, store, referenced - wanted.keys())
        for name in order:
            if missing := [other for other in compiled[name].segments if other not in loaded]:
                outcome.failed[name] = _depends_on(name, missing[0])
                continue
            result = _evaluate_one(wanted[name], compiled[name], conditions, snapshot, store, now, cause, merged)
            if name in referenced:
                _load_segment(connection, name, result.membership.members)
            loaded.add(name)
            outcome.evaluated.append(result)
    return outcome


def segment_table(name: str) -> str:
    """The in-memory table that holds the members of an audience for `inSegment`."""
    return f"segment:{name}"


def _evaluate_one(
    audience: Audience,
    rule: CompiledRule,
    conditions: Conditions,
    snapshot: Snapshot,
    store: MembershipStore,
    now: datetime,
    cause: str,
    merged: dict[str, dict[int, int]],
) -> Evaluation:
    began = time.perf_counter()
    members = conditions.members(rule)
    before = store.latest(audience.name)
    entity = ENTITIES[audience.of]
    last = follow(before.members, merged[entity]) if before and before.entity == entity else BitMap()
    entered, exited = len(members - last), len(last - members)
    merged_away = len(before.members & BitMap(merged[entity])) if before and before.entity == entity else 0
    changed = before is None or before.rule != audience.rule or members != before.members
    if before is None or changed:
        membership = store.add(
            before, members, audience=audience.name, entity=entity, rule=audience.rule, snapshot=snapshot.version,
            now=now, entered=entered, exited=exited, cause=cause,
            held=exceeds_bound(audience, store.last_sent_size(audience.name), len(members)),
        )  # fmt: skip
    else:
        membership = before
    return Evaluation(audience, membership, rule, entered, exited, merged_away, changed, time.perf_counter() - began)


def exceeds_bound(audience: Audience, last: int | None, size: int) -> bool:
    """Whether the size jumped by more than the audience's bound, as a share of the last size that was let out."""
    bound = audience.size_bound
    if last is None or max(last, size) < bound.min_size:
        return False
    return abs(size - last) > bound.max_change * max(last, 1)


def _compile(audience: Audience, snapshot: Snapshot, now: datetime, currency: str) -> CompiledRule:
    try:
        return compile_rule(
            audience.rule, audience.of, snapshot.schema, now, segment_table=segment_table, currency=currency
        )
    except RuleError as error:
        where = f"audience {audience.name}: {error.message}"
        raise RuleError(where, error.line, error.column, error.expected) from None


def _compile_all(
    wanted: dict[str, Audience],
    entities: dict[str, str],
    snapshot: Snapshot,
    now: datetime,
    currency: str,
    outcome: Outcome,
) -> dict[str, CompiledRule]:
    compiled: dict[str, CompiledRule] = {}
    for name, audience in wanted.items():
        try:
            rule = _compile(audience, snapshot, now, currency)
            _refuse_mixed_references(name, rule, entities)
            compiled[name] = rule
        except RuleError as error:
            outcome.failed[name] = error
    return compiled


def _refuse_mixed_references(name: str, rule: CompiledRule, entities: dict[str, str]) -> None:
    """People and accounts are numbered apart: a person is never in an audience of accounts."""
    for other, asked in rule.segment_uses:
        if other in entities and entities[other] != asked:
            raise RuleError(
                f"audience {name}: inSegment asks whether a {asked} is in {other!r}, of {entities[other]}s",
                expected="ask it of the related rows, such as accounts[inSegment(…)]",
            )


def _columns(rules: Sequence[CompiledRule]) -> dict[str, set[str]]:
    """Every table the queries read, with all column names that occur in them; the loader takes what a table has."""
    columns: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        used = {column.name for column in rule.query.find_all(exp.Column)}
        for table in rule.query.find_all(exp.Table):
            if not table.name.startswith("segment:"):
                columns[table.name] |= used
    return columns


def _referenced(compiled: dict[str, CompiledRule]) -> set[str]:
    return {name for rule in compiled.values() for name in rule.segments}


def _load_known(connection: duckdb.DuckDBPyConnection, store: MembershipStore, names: set[str]) -> set[str]:
    """Load audiences that are not evaluated now; returns those that have a membership."""
    known = {name: latest for name in names if (latest := store.latest(name))}
    for name, latest in known.items():
        _load_segment(connection, name, latest.members)
    return set(known)


def _depends_on(name: str, other: str) -> RuleError:
    return RuleError(
        f"audience {name}: it asks about {other!r}, which has no membership", expected=f"mend or evaluate {other} first"
    )


def _load_segment(connection: duckdb.DuckDBPyConnection, name: str, members: BitMap) -> None:
    connection.register("members", to_arrow(members))
    table = identifier(segment_table(name))
    connection.execute(f"create or replace table {table} as select {ORDINAL}::bigint as {ORDINAL} from members")
    connection.unregister("members")

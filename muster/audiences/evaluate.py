"""Evaluating audiences: all of them on one snapshot, in one database in memory, in one pass.

Rules are compiled first; only the columns they use are loaded. Each result is a bitmap of ordinals, compared with
the last version; a new version is kept only where membership or the rule changed, all of them in one transaction.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap

from muster.audiences.asked import last_asked, note_asked
from muster.audiences.conditions import Conditions
from muster.audiences.membership import Membership, MembershipStore, NewVersion
from muster.audiences.merges import Merges
from muster.audiences.method import refuse_declared
from muster.audiences.order import in_dependency_order
from muster.audiences.planning import Agenda, Plan, plan, question
from muster.audiences.rates import without_rate
from muster.audiences.segments import segment_table
from muster.audiences.shaping import Shaped, Shaper, needs
from muster.config.audience_groups import AudienceGroups
from muster.config.models import Audience
from muster.errors import RuleError
from muster.pql import CompiledRule, compile_rule
from muster.schema import ENTITIES
from muster.snapshot import Snapshot
from muster.snapshot.publish import NUMBERED

#: What an audience may say without any bearing on who is in besides its rule.
FROM_THE_RULE = {"name", "of", "description", "owner", "rule", "method", "activate", "size_bound"}


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

    `merged` of those who were in then live on in somebody who is in now: they neither stayed nor left. `shaped` says
    whom exclusions, splits and limits left out, and what became of a list.
    """

    audience: Audience
    membership: Membership
    compiled: CompiledRule
    shaped: Shaped
    entered: int
    exited: int
    merged: int
    changed: bool
    seconds: float

    @property
    def size(self) -> int:
        return self.membership.size


@contextmanager
def _uncollected() -> Iterator[None]:
    """Rules are nodes by the hundred thousand, all of them needed: looking for garbage took a quarter of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@_uncollected()
def evaluate(
    audiences: Sequence[Audience],
    snapshot: Snapshot,
    store: MembershipStore,
    now: datetime,
    *,
    names: Sequence[str] | None = None,
    groups: AudienceGroups | None = None,
    currency: str = "USD",
    cause: str = "",
) -> Outcome:
    """Evaluate the named audiences (default: all but drafts) at the instant `now`, in dependency order.

    An audience that is referred to but not asked for enters with its latest membership. Of an archived one everybody
    leaves, once. `groups` are the splits and priority lists.
    """
    groups, before = groups or AudienceGroups(), store.all_latest()
    wanted = {item.name: item for item in audiences if _is_wanted(item, names, before)}
    by_name = {item.name: item for item in audiences}
    outcome = Outcome([], {})
    compiled, plans = _compile_all(wanted, by_name, snapshot, now, currency, outcome)
    for name, error in without_rate(snapshot, compiled).items():
        outcome.failed[name] = _named(name, error)
        del compiled[name]
    shapes = {name: needs(wanted[name], by_name, groups) for name in compiled}
    order, circular = in_dependency_order({name: (*rule.segments, *shapes[name]) for name, rule in compiled.items()})
    outcome.failed.update(circular)
    agenda = Agenda({name: plans[name] for name in order}, {name: compiled[name].table for name in order})
    questions = {name: question(agenda, name, snapshot.digests) for name in order}
    same = {name for name in _answered_before(questions, wanted, before, store) if not shapes[name]}
    agenda = agenda.without(same)
    found: list[_Found] = []
    with snapshot.load(agenda.columns) as connection:
        conditions = Conditions(connection, agenda)
        asked = {other for name in order for other in (*compiled[name].segments, *shapes[name])}
        inside = {name: before[name].members for name in (asked - wanted.keys()) & before.keys()}
        for name, members in inside.items():
            conditions.know(name, members)
        shaper = Shaper(snapshot, store, by_name, groups, now, inside.__getitem__)
        for name in order:
            rule = compiled[name]
            if missing := [other for other in (*rule.segments, *shapes[name]) if other not in inside]:
                outcome.failed[name] = _depends_on(name, missing[0])
                continue
            try:
                result = _find(conditions, shaper, wanted[name], rule, before[name] if name in same else None)
            except RuleError as error:
                outcome.failed[name] = _named(name, error)
                continue
            inside[name] = result.shaped.members
            conditions.know(name, result.shaped.members)
            found.append(result)
    outcome.evaluated.extend(_keep(found, before, snapshot, store, now, cause))
    note_asked(store.state, {item.audience.name: questions[item.audience.name] for item in found})
    return outcome


def _is_wanted(audience: Audience, names: Sequence[str] | None, before: Mapping[str, Membership]) -> bool:
    """Asked for by name, or no draft; an archived one only while there is somebody to leave it."""
    if names is not None and audience.name not in names:
        return False
    if audience.status == "archived":
        return audience.name in before
    return names is not None or audience.status == "published"


def _answered_before(
    questions: Mapping[str, str | None],
    audiences: Mapping[str, Audience],
    before: Mapping[str, Membership],
    store: MembershipStore,
) -> set[str]:
    """Audiences that follow from their rule alone, which was asked the same of the same data the last time."""
    last = last_asked(store.state)
    return {
        name
        for name, asked in questions.items()
        if asked is not None and asked == last.get(name)
        and name in before and before[name].rule == audiences[name].rule
        and audiences[name].model_fields_set <= FROM_THE_RULE
    }  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """Who is in an audience now, and in how many seconds that was found."""

    audience: Audience
    compiled: CompiledRule
    shaped: Shaped
    seconds: float


def _find(
    conditions: Conditions, shaper: Shaper, audience: Audience, rule: CompiledRule, same: Membership | None
) -> _Found:
    began = time.perf_counter()
    if same:
        shaped = Shaped(same.members, {}, audience.rule)
    else:
        shaped = shaper.shape(conditions.members(audience.name), audience)
    return _Found(audience, rule, shaped, time.perf_counter() - began)


def _keep(
    found: Sequence[_Found],
    before: Mapping[str, Membership],
    snapshot: Snapshot,
    store: MembershipStore,
    now: datetime,
    cause: str,
) -> list[Evaluation]:
    """The differences to the versions before, and new versions of all audiences that need one, in one go."""
    merges = {entity: Merges.of(snapshot, entity) for entity in NUMBERED}
    sent = store.last_sent_sizes()
    fresh: dict[str, NewVersion] = {}
    results = []
    for item in found:
        name, entity, shaped = item.audience.name, ENTITIES[item.audience.of], item.shaped
        version, members = before.get(name), shaped.members
        old = version.members if version else BitMap()
        counted = old if version and version.entity == entity else BitMap()
        last = merges[entity].follow(counted)
        entered, exited, merged = len(members - last), len(last - members), len(counted & merges[entity].gone)
        told = shaped.told or (version.rule if version else "")
        changed = version is None or (version.entity, version.rule) != (entity, told) or members != old
        if changed:
            held = not shaped.emptied and exceeds_bound(item.audience, sent.get(name), len(members))
            why = "; ".join(filter(None, [cause, shaped.emptied]))
            fresh[name] = NewVersion(
                version, members, name, entity, told, snapshot.version, now, entered, exited, held, why
            )
        results.append((item, entered, exited, merged, changed))
    kept = {**before, **{item.audience: item for item in store.add_all(list(fresh.values()))}}
    return [
        Evaluation(
            item.audience, kept[item.audience.name], item.compiled, item.shaped, entered, exited, merged, changed,
            item.seconds,
        )
        for item, entered, exited, merged, changed in results
    ]  # fmt: skip


def exceeds_bound(audience: Audience, last: int | None, size: int) -> bool:
    """Whether the size jumped by more than the audience's bound, as a share of the last size that was let out."""
    bound = audience.size_bound
    if last is None or max(last, size) < bound.min_size:
        return False
    return abs(size - last) > bound.max_change * max(last, 1)


def _compile_all(
    wanted: Mapping[str, Audience],
    audiences: Mapping[str, Audience],
    snapshot: Snapshot,
    now: datetime,
    currency: str,
    outcome: Outcome,
) -> tuple[dict[str, CompiledRule], dict[str, Plan]]:
    """The rules that are usable, and what they ask; the others are noted in `outcome`."""
    compiled: dict[str, CompiledRule] = {}
    plans: dict[str, Plan] = {}
    entities = {name: ENTITIES[item.of] for name, item in audiences.items()}
    external = [name for name, item in audiences.items() if item.external]
    for name, audience in wanted.items():
        try:
            rule = compile_rule(
                audience.condition, audience.of, snapshot.schema, now,
                segment_table=segment_table, currency=currency, external=external,
            )  # fmt: skip
            _refuse_mixed_references(rule, entities)
            refuse_declared(audience, rule)
            plans[name] = plan(rule)
            compiled[name] = rule
        except RuleError as error:
            outcome.failed[name] = _named(name, error)
    return compiled, plans


def _refuse_mixed_references(rule: CompiledRule, entities: dict[str, str]) -> None:
    """People and accounts are numbered apart: a person is never in an audience of accounts."""
    for other, asked in rule.segment_uses:
        if other in entities and entities[other] != asked:
            raise RuleError(
                f"inSegment asks whether a {asked} is in {other!r}, of {entities[other]}s",
                expected="ask it of the related rows, such as accounts[inSegment(…)]",
            )


def _named(name: str, error: RuleError) -> RuleError:
    if error.message.startswith(f"audience {name}: "):
        return error
    return RuleError(f"audience {name}: {error.message}", error.line, error.column, error.expected)


def _depends_on(name: str, other: str) -> RuleError:
    return RuleError(
        f"audience {name}: it asks about {other!r}, which has no membership", expected=f"mend or evaluate {other} first"
    )

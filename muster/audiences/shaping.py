"""What becomes of those whom a rule finds: lists, exclusions, priority lists, splits, holdouts and limits.

In this order, each on what the one before left: who is on the list, who is in the audience that is split, who is in no
excluded audience, who is in no audience before it on a priority list, whose number is the part's, who is not held
out, and of those the best. What each step takes out is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pyroaring import BitMap

from muster import sql
from muster.audiences.bitmaps import from_query, to_arrow
from muster.audiences.external import Listed, read_list
from muster.audiences.limits import best
from muster.audiences.membership import MembershipStore
from muster.audiences.parts import bounds, number
from muster.config.audience_groups import AudienceGroups, Split
from muster.config.models import Audience
from muster.errors import RuleError
from muster.schema import ENTITIES
from muster.snapshot import Snapshot
from muster.snapshot.publish import ORDINAL
from muster.sql import identifier, scan

HELD_OUT = "held out"


@dataclass(frozen=True)
class Shaped:
    """Who is in, how many each step left out, and what the version says as its rule.

    `listed` is the list it came from, if any; `emptied` says why an audience was meant to lose everybody.
    """

    members: BitMap
    left_out: Mapping[str, int]
    told: str
    listed: Listed | None = None
    emptied: str = ""


def needs(audience: Audience, audiences: Mapping[str, Audience], groups: AudienceGroups) -> tuple[str, ...]:
    """The audiences, besides those that its rule names, without whose members one cannot be shaped."""
    if audience.status == "archived":
        return ()
    split = groups.split(audience.split.of) if audience.split else None
    return tuple(
        dict.fromkeys(
            [
                *audience.exclude,
                *([split.of] if split and split.of else []),
                *(name for before in _before(audience, audiences, groups).values() for name in before),
            ]
        )
    )


def _before(audience: Audience, audiences: Mapping[str, Audience], groups: AudienceGroups) -> dict[str, list[str]]:
    """By priority list, the audiences that come first; drafts and archived ones take nobody."""
    return {
        item.name: [
            name
            for name in item.audiences[: item.audiences.index(audience.name)]
            if name in audiences and audiences[name].status == "published"
        ]
        for item in groups.exclusive
        if audience.name in item.audiences
    }


@dataclass
class Shaper:
    """Shapes the audiences of one evaluation; `members_of` gives those of another one."""

    snapshot: Snapshot
    store: MembershipStore
    audiences: Mapping[str, Audience]
    groups: AudienceGroups
    now: datetime
    members_of: Callable[[str], BitMap]
    _parts: dict[tuple[str, str], dict[str, BitMap]] = field(default_factory=dict)

    def shape(self, members: BitMap, audience: Audience) -> Shaped:
        """What an audience makes of those whom its rule finds; RuleError where its list or split is no use."""
        if audience.status == "archived":
            return Shaped(BitMap(), {}, audience.rule, emptied="archived")
        left_out: dict[str, int] = {}

        def keep(kept: BitMap, why: str) -> None:
            nonlocal members
            if len(kept) < len(members):
                left_out[why] = left_out.get(why, 0) + len(members) - len(kept)
            members = kept

        listed = read_list(audience, self.snapshot, self.store, self.now) if audience.external else None
        if listed:
            members = members | listed.members
        split = self._split(audience)
        if split and split.of:
            members = members & self.members_of(split.of)
        for name in audience.exclude:
            keep(members - self.members_of(name), f"in {name}")
        for group, names in _before(audience, self.audiences, self.groups).items():
            for name in names:
                keep(members - self.members_of(name), f"in {name}, before it in {group}")
        if split and audience.split:
            part = self._part(audience, split.name, split.parts, audience.split.part)
            keep(members & part, f"other parts of {split.name}")
        if audience.holdout is not None:
            parts = {HELD_OUT: audience.holdout, "others": 100 - audience.holdout}
            keep(members & self._part(audience, f"{audience.name}/holdout", parts, "others"), HELD_OUT)
        if audience.limit:
            keep(self._best(audience, members), "beyond the limit")
        told = listed.told if listed else audience.rule or _told(audience)
        emptied = "the list has expired" if listed and listed.is_expired else ""
        return Shaped(members, left_out, told, listed, emptied)

    def _split(self, audience: Audience) -> Split | None:
        if audience.split is None:
            return None
        split = self.groups.split(audience.split.of)
        if split is None:
            told = f"audience {audience.name}: there is no split '{audience.split.of}'"
            raise RuleError(told, expected="declare it in audience_groups.yml")
        if audience.split.part not in split.parts:
            raise RuleError(
                f"audience {audience.name}: the split '{split.name}' has no part '{audience.split.part}'",
                expected=f"its parts are {', '.join(split.parts)}",
            )
        return split

    def _part(self, audience: Audience, salt: str, parts: Mapping[str, float], part: str) -> BitMap:
        """Everybody of the audience's class in a part; worked out once for all parts of a split."""
        entity = ENTITIES[audience.of]
        if (entity, salt) not in self._parts:
            self._parts[entity, salt] = self._cut(audience.of, salt, parts)
        return self._parts[entity, salt][part]

    def _cut(self, of: str, salt: str, parts: Mapping[str, float]) -> dict[str, BitMap]:
        root = self.snapshot.schema.of(of)
        key = identifier(f"{root.name}_id")
        with sql.connect() as connection:
            connection.execute(f"""
                create temp table numbered as
                select {ORDINAL}, {number(salt, key)} as number from {scan(self.snapshot.parquet(root.table))}
            """)
            return {
                name: from_query(
                    connection, f"select {ORDINAL} from numbered where number >= {low} and number < {high}"
                )
                for name, (low, high) in bounds(parts).items()
            }

    def _best(self, audience: Audience, members: BitMap) -> BitMap:
        assert audience.limit is not None  # noqa: S101 (asked only of limited audiences)
        with sql.connect() as connection:
            connection.register("limited", to_arrow(members))
            try:
                return from_query(connection, best(self.snapshot, audience.of, audience.limit, "limited"))
            except RuleError as error:
                raise RuleError(f"audience {audience.name}: limit: {error.message}", expected=error.expected) from None
            finally:
                connection.unregister("limited")


def _told(audience: Audience) -> str:
    return f"part {audience.split.part} of {audience.split.of}" if audience.split else ""

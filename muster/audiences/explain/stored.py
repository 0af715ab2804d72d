"""What the kept versions of an audience say of one entity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pyroaring import BitMap

from muster.audiences.explain.model import Stored
from muster.audiences.membership import Membership, MembershipStore
from muster.audiences.merges import merged_ordinals
from muster.snapshot import Snapshot


@dataclass(frozen=True)
class Stay:
    """A time that an entity was in: from one version until another, or still."""

    entered: Membership
    left: Membership | None


def stored(
    store: MembershipStore, audience: str, ordinals: Iterable[int], instant: datetime, holds: bool
) -> Stored | None:
    """The version in force at an instant: whether it has the entity, since when, and whether the rule agrees.

    `ordinals` are the entity's own and those merged into it. None where the audience had no version yet.
    """
    wanted = BitMap(ordinals)
    history = (item for item in store.history(audience) if item.evaluated_at <= instant)
    latest = next(history, None)
    if latest is None:
        return None
    is_member = bool(latest.members & wanted)
    since = latest
    for item in history:
        if item.entity != latest.entity or bool(item.members & wanted) != is_member:
            break
        since = item
    return Stored(
        is_member, latest.version, since.evaluated_at, since.version, since.cause, is_member == holds, latest.held
    )


def stays(store: MembershipStore, audience: str, ordinals: Iterable[int]) -> Iterator[Stay]:
    """When an entity was in, oldest first."""
    wanted = BitMap(ordinals)
    entered: Membership | None = None
    for item in reversed(list(store.history(audience))):
        is_in = bool(item.members & wanted)
        if is_in and entered is None:
            entered = item
        elif not is_in and entered is not None:
            yield Stay(entered, item)
            entered = None
    if entered is not None:
        yield Stay(entered, None)


def ordinals_of(snapshot: Snapshot, entity: str, ordinal: int) -> list[int]:
    """The ordinal of a person or account, and those of all that was merged into it."""
    merged = merged_ordinals(snapshot, entity)
    return [ordinal, *(gone for gone, kept in merged.items() if kept == ordinal)]

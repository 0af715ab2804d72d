"""Versions of membership: which one was in force, and who is out but was in a short while ago."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pyroaring import BitMap

from muster.audiences import MembershipStore
from muster.settings import Settings
from muster.state import StateStore
from tests.activation.small_world import NOW


@pytest.fixture
def store(settings: Settings) -> MembershipStore:
    return MembershipStore(settings, StateStore(settings.state_url))


def keep(store: MembershipStore, at: datetime, *members: int, entity: str = "person") -> None:
    store.add(
        store.latest("a"), BitMap(members), audience="a", entity=entity, rule="true", snapshot="v1", now=at,
        entered=0, exited=0, held=False, cause="",
    )  # fmt: skip


def test_who_left_is_exited_for_thirty_days(store: MembershipStore) -> None:
    keep(store, NOW, 1, 2, 3)
    keep(store, NOW + timedelta(days=1), 2, 3)
    keep(store, NOW + timedelta(days=10), 3)

    assert store.exited("a", NOW + timedelta(days=10)) == BitMap([1, 2])
    assert store.exited("a", NOW + timedelta(days=31)) == BitMap([1, 2])
    assert store.exited("a", NOW + timedelta(days=31, seconds=1)) == BitMap([2])
    assert store.exited("a", NOW + timedelta(days=41)) == BitMap()


def test_who_came_back_is_not_exited(store: MembershipStore) -> None:
    keep(store, NOW, 1, 2)
    keep(store, NOW + timedelta(days=1), 2)
    keep(store, NOW + timedelta(days=2), 1, 2)

    assert store.exited("a", NOW + timedelta(days=3)) == BitMap()


def test_accounts_did_not_exit_where_an_audience_was_of_people_before(store: MembershipStore) -> None:
    keep(store, NOW, 1, 2)
    keep(store, NOW + timedelta(days=1), 5, 6, entity="account")
    keep(store, NOW + timedelta(days=2), 6, entity="account")

    assert store.exited("a", NOW + timedelta(days=3)) == BitMap([5])


def test_at_an_instant_the_version_written_before_it_is_in_force(store: MembershipStore) -> None:
    keep(store, NOW, 1)
    keep(store, NOW + timedelta(days=1), 2)

    assert store.at("a", NOW - timedelta(seconds=1)) is None
    first, second = store.at("a", NOW + timedelta(hours=1)), store.at("a", NOW + timedelta(days=1))
    assert first is not None
    assert second is not None
    assert (list(first.members), list(second.members)) == ([1], [2])


def test_an_audience_that_was_never_evaluated_has_no_membership(store: MembershipStore) -> None:
    assert store.latest("a") is None
    assert store.last_sent_size("a") is None
    assert store.exited("a", NOW) == BitMap()


def test_a_bitmap_that_a_killed_evaluation_left_is_no_version(store: MembershipStore, settings: Settings) -> None:
    keep(store, NOW, 1)
    (settings.memberships / "20260319T123000-half.roaring").write_bytes(b"half a bit")
    keep(store, NOW + timedelta(days=1), 7)

    latest = store.latest("a")
    assert latest is not None
    assert (latest.version, list(latest.members)) == (2, [7])

"""Bitmaps of one evaluation in one file: where each lies, and that all versions are kept or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy.exc import IntegrityError

from muster.audiences import MembershipStore, evaluate
from muster.audiences.bitmaps import CONTAINER, from_mask
from muster.audiences.membership import NewVersion
from muster.audiences.packs import Place, write_pack
from muster.config.models import Audience
from muster.settings import Settings
from muster.state import StateStore
from tests.activation.small_world import NOW, person, write_snapshot

RANGES = st.lists(st.tuples(st.integers(0, 3 * CONTAINER - 1), st.integers(1, 9000), st.integers(1, 5)), max_size=6)


@pytest.fixture
def store(settings: Settings) -> MembershipStore:
    return MembershipStore(settings, StateStore(settings.state_url))


@given(RANGES)
def test_a_mask_becomes_the_bitmap_of_what_is_struck(ranges: list[tuple[int, int, int]]) -> None:
    mask = np.zeros(3 * CONTAINER, dtype=np.bool_)
    for start, length, step in ranges:
        mask[start : start + length * step : step] = True
    assert from_mask(mask) == BitMap(np.flatnonzero(mask).tolist())


def test_each_bitmap_of_a_pack_is_found_again(tmp_path: Path) -> None:
    bitmaps = [BitMap([1, 2, 3]), BitMap(), BitMap(range(0, 200_000, 3))]
    told = write_pack(tmp_path, NOW, bitmaps)
    assert [Place.of(tmp_path, place).bitmap() for place in told] == bitmaps
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_of_one_bitmap_is_read_as_before_there_were_packs(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "000001.roaring").write_bytes(BitMap([4, 5]).serialize())
    assert Place.of(tmp_path, "a/000001.roaring").bitmap() == BitMap([4, 5])


def test_all_versions_of_an_evaluation_are_kept_or_none(store: MembershipStore) -> None:
    def first(audience: str) -> NewVersion:
        return NewVersion(None, BitMap([1]), audience, "person", "true", "v1", NOW, 1, 0, False, "")

    store.add_all([first("a")])
    with pytest.raises(IntegrityError):
        store.add_all([first("b"), first("a")])
    assert store.latest("b") is None
    assert set(store.all_latest()) == {"a"}


def test_one_evaluation_writes_one_pack_and_only_what_changed(settings: Settings, store: MembershipStore) -> None:
    audiences = [Audience(name=f"over-{score}", of="people", rule=f"b2b.personScore > {score}") for score in (10, 50)]
    people = [person(number, person_score=float(number * 20)) for number in range(5)]
    evaluate(audiences, write_snapshot(settings, "v1", people), store, NOW)
    assert len(list(settings.memberships.iterdir())) == 1

    people[4] = person(4, person_score=90.0)  # was 80: in both before and after
    evaluate(audiences, write_snapshot(settings, "v2", people), store, NOW)
    assert len(list(settings.memberships.iterdir())) == 1

    people[1] = person(1, person_score=0.0)
    evaluate(audiences, write_snapshot(settings, "v3", people), store, NOW)
    assert len(list(settings.memberships.iterdir())) == 2
    assert {name: item.version for name, item in store.all_latest().items()} == {"over-10": 2, "over-50": 1}

"""On any history of changes, holds, failures and interruptions: what was delivered adds up to what is wanted.

The same audience goes to two destinations, one in full and one in increments, so that each is the other's proof.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from muster.activation import due
from muster.activation.deliver import deliver  # noqa: F401 (loaded before anything is interrupted)
from muster.settings import Settings
from muster.state import StateStore
from tests.activation.killing import is_write
from tests.activation.small_world import World, manifests, person

MAPPINGS: list[dict[str, str]] = [
    {"email": "workEmail.address", "name": "person.name.firstName"},
    {"email": "workEmail.address", "name": "workEmail.address"},
    {"name": "person.name.firstName", "score": "b2b.personScore"},
]
COLUMNS = {"workEmail.address": "work_email", "person.name.firstName": "first_name", "b2b.personScore": "person_score"}
DROPS = {"increments": {"mode": "incremental", "format": "parquet"}, "whole": {"mode": "full", "format": "parquet"}}
PEOPLE = 5

people = st.integers(0, PEOPLE - 1)
changes = st.one_of(
    st.tuples(st.just("rename"), people, st.sampled_from(["Ada", "Grace", "", None])),
    st.tuples(st.just("toggle"), people),
    st.tuples(st.just("toggle"), people),
    st.tuples(st.just("merge"), people, people),
    st.tuples(st.just("unmerge"), people),
    st.tuples(st.just("map"), st.integers(0, len(MAPPINGS) - 1)),
)
#: Changes, an evaluation, and then for each destination the write at which its delivery is cut off (None: not at all,
#: 0: no delivery this time).
steps = st.tuples(st.lists(changes, min_size=1, max_size=3), *[st.none() | st.integers(0, 45)] * 2)


class Interrupted(BaseException):
    """Ends a delivery where it stands, as a kill does."""


_writes_left: list[int] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _writes_left and is_write(event, arguments):
        _writes_left[0] -= 1
        if _writes_left[0] == 0:
            raise Interrupted


sys.addaudithook(_hook)


@contextmanager
def interrupted_at(nth: int | None) -> Iterator[None]:
    _writes_left[:] = [] if nth is None else [nth]
    try:
        yield
    except Interrupted:
        pass
    finally:
        _writes_left.clear()


@dataclass
class Truth:
    """What the history says, kept in plain Python."""

    rows: dict[int, dict[str, Any]] = field(default_factory=lambda: {n: person(n) for n in range(PEOPLE)})
    members: set[int] = field(default_factory=lambda: set(range(0, PEOPLE, 2)))
    merged: dict[int, int] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=lambda: MAPPINGS[0])

    def apply(self, change: tuple[Any, ...]) -> None:
        kind, *told = change
        if kind == "rename":
            self.rows[told[0]]["first_name"] = told[1]
        elif kind == "toggle":
            self.members ^= {told[0]}
        elif kind == "merge":
            kept, gone = sorted(told)
            if kept != gone and not {kept, gone} & self.merged.keys():
                self.merged[gone] = kept
                self.members |= {kept} if gone in self.members else set()
        elif kind == "unmerge":
            self.merged.pop(told[0], None)
        else:
            self.mapping = MAPPINGS[told[0]]

    @property
    def alive(self) -> list[dict[str, Any]]:
        return [row for number, row in self.rows.items() if number not in self.merged]

    @property
    def inside(self) -> set[int]:
        return self.members - self.merged.keys()

    def wanted(self) -> dict[str, dict[str, Any]]:
        return {
            f"p_{number}": {output: self.rows[number].get(COLUMNS[path]) for output, path in self.mapping.items()}
            for number in self.inside
        }


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
@given(st.lists(steps, min_size=1, max_size=4))
def test_deliveries_add_up_to_what_is_wanted(history: list[tuple[Any, ...]]) -> None:
    data = Path(tempfile.mkdtemp()) / "data"
    set_up = Settings.at(data.parent / "config", data)
    world, truth = World(set_up, StateStore(set_up.state_url)), Truth()
    try:
        for edits, *cuts in history:
            for edit in edits:
                truth.apply(edit)
            world.use(fields=truth.mapping, destinations=DROPS)
            merges = {f"p_{gone}": f"p_{kept}" for gone, kept in truth.merged.items()}
            world.evaluate(truth.alive, truth.inside, merges=merges)
            for drop, cut in zip(DROPS, cuts, strict=True):
                if cut != 0:
                    with interrupted_at(cut):
                        world.deliver(drop)
        for drop in DROPS:
            world.deliver(drop)
            assert world.received(drop) == truth.wanted()
            assert world.deliver(drop).nothing_to_do
            numbers = [item["delivery"] for item in manifests(world.folder(drop))]
            assert numbers == sorted(set(numbers))
        assert due(world.store) == []
    finally:
        world.store.close()
        shutil.rmtree(data.parent)

"""Whatever a vendor's history and wherever reads of it are cut: after a whole read the lake's newest is the truth."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from muster.connectors.sync import buffer
from muster.connectors.sync.engine import sync
from muster.errors import SourceError
from muster.lake import loads
from tests.sync.streams import MARKETO, NOW, newest_of, rows_of, settings_at
from tests.sync.vendor import LATEST, Leads, Members, Vendor

IDS = st.sampled_from([str(number) for number in range(1, 5)])
ERRORS = st.sampled_from([KeyboardInterrupt, SourceError, RuntimeError])
TICKS = st.integers(0, 4)
CUTS = st.none() | st.integers(0, 5)


class Histories(RuleBasedStateMachine):
    """What both machines share: a lake of their own, and reads that may be cut off."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="histories-"))
        self.settings = settings_at(self.place)
        self.synced = 0

    def teardown(self) -> None:
        shutil.rmtree(self.place)

    def read(self, stream: Leads | Members) -> bool:
        """Whether the stream was read to its end."""
        self.synced += 1
        try:
            sync(MARKETO, stream, self.settings, NOW + timedelta(minutes=self.synced))
        except (KeyboardInterrupt, SourceError, RuntimeError):
            return False
        return True

    @invariant()
    def nothing_is_half(self) -> None:
        for load in loads(self.settings, MARKETO):
            assert load.read == load.loaded + load.set_aside > 0
        assert not list(self.settings.lake.glob(".incoming/*/*/*"))


class LeadsHistory(Histories):
    """Inserts, changes, late ones, deletions, fields that come and go, repeats, past states and cuts."""

    @initialize()
    def begin(self) -> None:
        self.vendor = Vendor()

    @rule(ids=st.lists(IDS, min_size=1, max_size=3), deleted=st.booleans(), late=st.integers(0, LATEST), ticks=TICKS)
    def change(self, ids: list[str], deleted: bool, late: int, ticks: int) -> None:
        self.vendor.now += ticks
        for id_ in ids:
            self.vendor.put(id_, deleted, late)

    @rule(name=st.sampled_from(["name", "score", "tier"]), type_=st.sampled_from(["string", "float", None]))
    def fields_change(self, name: str, type_: str | None) -> None:
        if type_ is None:
            self.vendor.types.pop(name, None)
        else:
            self.vendor.types[name] = type_

    @rule(page=st.integers(1, 4), cut=CUTS, error=ERRORS, moves=st.integers(1, 3), stale=st.booleans())
    def sync(self, page: int, cut: int | None, error: type[BaseException], moves: int, stale: bool) -> None:
        if self.read(Leads(self.vendor, page, cut, error, moves, stale)):
            self.compare()

    def teardown(self) -> None:
        if hasattr(self, "vendor"):
            self.read(Leads(self.vendor, page=3))
            self.compare()
        super().teardown()

    def compare(self) -> None:
        held = {
            id_: {name: value for name, value in row.items() if not name.startswith("_") and value is not None}
            for id_, row in newest_of(MARKETO, self.settings).items()
        }
        assert held == {id_: dict(state) for id_, state in self.vendor.truth().items()}
        for id_, row in newest_of(MARKETO, self.settings).items():
            assert row["_deleted"] == (self.vendor.truth()[id_]["isDeleted"] == "true")

    @invariant()
    def no_state_stands_twice(self) -> None:
        """Nor does a version, but where a record changed twice in one tick."""
        rows = rows_of(MARKETO, self.settings)
        states = Counter(tuple(sorted((k, v) for k, v in row.items() if not k.startswith("_") and v)) for row in rows)
        assert set(states.values()) <= {1}


class MembersHistory(Histories):
    """Memberships that come and go without any other trace."""

    @initialize()
    def begin(self) -> None:
        self.lists: dict[str, set[str]] = {"A": set(), "B": set(), "C": set()}

    @rule(list_=st.sampled_from("ABC"), leads=st.sets(IDS))
    def set_members(self, list_: str, leads: set[str]) -> None:
        self.lists[list_] = leads

    @rule(page=st.integers(1, 4), cut=CUTS, error=ERRORS)
    def sync(self, page: int, cut: int | None, error: type[BaseException]) -> None:
        if self.read(Members(self.lists, page, cut, error)):
            rows = newest_of(MARKETO, self.settings)
            truth = {f"{list_}|{lead}" for list_, leads in self.lists.items() for lead in leads}
            assert {id_ for id_, row in rows.items() if not row["_deleted"]} == truth
            assert all(id_ == f"{row['listId']}|{row['leadId']}" for id_, row in rows.items())

    @invariant()
    def a_record_is_not_told_twice_running(self) -> None:
        told: dict[str, bool] = {}
        for row in rows_of(MARKETO, self.settings):
            assert told.get(row["_row_id"]) is not row["_deleted"]
            told[row["_row_id"]] = row["_deleted"]


@pytest.mark.parametrize("history", [LeadsHistory, MembersHistory])
def test_the_newest_in_the_lake_is_the_truth(history: type[Histories], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffer, "ROWS", 3)
    limits = hypothesis_settings(
        max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(history, settings=limits)

"""A set-up that is evaluated once a day, each time on a snapshot of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from muster.audiences import MembershipStore, Outcome, evaluate
from muster.config.audience_groups import AudienceGroups
from muster.config.models import Audience
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.state import StateStore
from tests.activation.small_world import NOW, person, write_snapshot

Rows = Sequence[Mapping[str, Any]]


class Days:
    """One set-up; `groups` are its splits and priority lists."""

    def __init__(self, settings: Settings, groups: AudienceGroups | None = None) -> None:
        self.settings = settings
        self.store = MembershipStore(settings, StateStore(settings.state_url))
        self.groups = groups
        self.day = 0

    @property
    def now(self) -> datetime:
        return NOW + timedelta(days=self.day)

    @property
    def snapshot(self) -> Snapshot:
        return Snapshot(self.settings.snapshots / f"v{self.day}")

    def evaluate(
        self, audiences: Sequence[Audience], people: Rows, names: Sequence[str] | None = None, **others: Any
    ) -> Outcome:
        self.day += 1
        snapshot = write_snapshot(self.settings, f"v{self.day}", people, **others)
        return evaluate(audiences, snapshot, self.store, self.now, names=names, groups=self.groups)

    def members(self, audience: str) -> list[int]:
        latest = self.store.latest(audience)
        assert latest is not None
        return list(latest.members)


def audience(name: str, rule: str = "", of: str = "people", **keys: Any) -> Audience:
    return Audience.model_validate({"name": name, "of": of, "rule": rule, **keys})


def scored(*scores: float) -> list[dict[str, Any]]:
    """People 0, 1, … with these scores."""
    return [person(number, person_score=score) for number, score in enumerate(scores)]

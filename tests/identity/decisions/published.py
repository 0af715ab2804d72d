"""Handfuls of records built by the project's own SQL and published, day after day."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from muster.identity.decisions import Decision
from muster.identity.decisions.file import as_json
from muster.settings import Settings
from muster.snapshot import Snapshot, publish
from tests.identity.compiled import Compiled
from tests.identity.people import Row


def decided(left: str, right: str, decision: str, **told: Any) -> Decision:
    values = {"kind": "person", "left": left, "right": right, "decision": decision, "decided_by": "Ann", **told}
    return Decision.model_validate(values)


@dataclass
class Published:
    """One set-up whose lake is given anew each day."""

    project: Compiled
    settings: Settings
    now: datetime = datetime(2026, 3, 1, 5, tzinfo=UTC)

    def day(self, people: Sequence[Row], decisions: Iterable[Decision] = (), accounts: Sequence[Row] = ()) -> Snapshot:
        self.now += timedelta(days=1)
        self.project.decisions.write_text(as_json(decisions))
        connection = self.project.build({"person": people, "account": accounts})
        self.settings.data.mkdir(parents=True, exist_ok=True)
        self.settings.warehouse.unlink(missing_ok=True)
        connection.execute(f"attach '{self.settings.warehouse}' as disk; copy from database warehouse to disk")
        connection.close()
        snapshot = publish(self.settings, self.project.manifest, self.now)
        for entity in ("person", "account"):
            shutil.copyfile(snapshot.register(entity), self.project.register(entity))
        return snapshot


def published(project: Compiled, folder: Path) -> Published:
    return Published(project, Settings.at(folder / "config", folder / "data"))

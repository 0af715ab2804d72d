"""From records to delivered files, without Dagster: publish, evaluate, want, deliver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from muster.activation import deliver, want
from muster.audiences import Evaluation, MembershipStore, evaluate
from muster.cli.main import main
from muster.config.models import Configuration
from muster.identity.decisions import DECISIONS_FILE, read_decisions
from muster.snapshot import Snapshot
from muster.state import StateStore
from tests.activation.small_world import receive
from tests.identity.compiled import Compiled
from tests.identity.decisions.published import Published, published
from tests.identity.people import Row

FIELDS = {"email": "workEmail.address", "first_name": "person.name.firstName"}


def configured(rules: Mapping[str, str], of: str = "people", fields: Mapping[str, str] = FIELDS) -> Configuration:
    """These audiences, each activated to two folders of its own: the whole of it each time, and its changes."""
    modes = {"whole": "full", "changes": "incremental"}
    return Configuration.model_validate({
        "sources": {"organization": "Example Corp"},
        "identity": {},
        "destinations": {"destinations": [
            {"name": f"{where}-{name}", "type": "files", "path": f"out/{where}/{name}", "format": "jsonl", "mode": mode}
            for where, mode in modes.items() for name in rules
        ]},
        "audiences": [
            {"name": name, "of": of, "rule": rule,
             "activate": [{"destination": f"{where}-{name}", "fields": dict(fields)} for where in modes]}
            for name, rule in rules.items()
        ],
    })  # fmt: skip


@dataclass
class Flow:
    """One set-up; `day` gives its lake anew and runs everything once."""

    days: Published
    configuration: Configuration
    evaluated: dict[str, Evaluation] = field(default_factory=dict)
    snapshot: Snapshot | None = None

    @property
    def state(self) -> StateStore:
        return StateStore(self.days.settings.state_url)

    @property
    def memberships(self) -> MembershipStore:
        return MembershipStore(self.days.settings, self.state)

    def day(self, people: Sequence[Row] = (), accounts: Sequence[Row] = ()) -> Snapshot:
        decisions = read_decisions(self.days.settings.config / DECISIONS_FILE)
        self.snapshot = self.days.day(people, decisions, accounts)
        settings, state, now = self.days.settings, self.state, self.days.now
        outcome = evaluate(self.configuration.audiences, self.snapshot, self.memberships, now)
        assert not outcome.failed
        self.evaluated = {item.audience.name: item for item in outcome.evaluated}
        for name, item in self.evaluated.items():
            members, version = item.membership.members, item.membership.version
            want(settings, state, self.configuration, self.snapshot, name, members, version, now)
            for activation in item.audience.activate:
                deliver(settings, state, self.configuration, activation.destination, name, now)
        return self.snapshot

    def received(self, destination: str, audience: str) -> dict[str, dict[str, Any]]:
        """What a receiver holds, by id, after loading every file of an audience."""
        return receive(self.days.settings.data / "out" / destination / audience)

    def muster(self, *arguments: str, exit_code: int = 0) -> str:
        """What a command of this set-up prints."""
        environment = {
            "MUSTER_CONFIG": str(self.days.settings.config),
            "MUSTER_DATA": str(self.days.settings.data),
            "COLUMNS": "200",
        }
        done = CliRunner().invoke(main, [*arguments], env=environment, catch_exceptions=False)
        assert done.exit_code == exit_code, done.output
        return done.output


def flow(project: Compiled, folder: Path, rules: Mapping[str, str], **options: Any) -> Flow:
    days = published(project, folder)
    days.settings.config.mkdir(parents=True)
    return Flow(days, configured(rules, **options))


def emails(rows: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    return sorted(row["email"] for row in rows.values())

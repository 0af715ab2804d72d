"""One evaluation as the daily run, a click and `muster evaluate` make it, under the lock `audiences`.

Guardrails that refuse; audiences, on the snapshot in force; what every activation wants now; the log of the run; the
tables of membership. All of it can be said again, and what is the same is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from muster.activation.wanted import want
from muster.audiences import Evaluation, MembershipStore, evaluate
from muster.audiences.tables import write_tables
from muster.config.models import Configuration
from muster.errors import MusterError, SnapshotError
from muster.governance.guardrails import Finding, findings
from muster.locks import exclusive
from muster.settings import Settings
from muster.snapshot import Snapshot, current
from muster.state import StateStore
from muster.status.runs import Evaluated, RunLog

#: Why a membership is kept back.
HELD = "its size jumped by more than its size_bound"


@dataclass(frozen=True)
class Evaluating:
    """What an evaluation gave: results in the order they were made, and one line for all that went wrong.

    `findings` is everything beyond a guardrail; what one refuses was not evaluated and stands in `failed` too.
    """

    snapshot: Snapshot
    evaluated: list[Evaluation]
    failed: list[str]
    findings: list[Finding]

    def findings_of(self, audience: str) -> list[Finding]:
        return [item for item in self.findings if item.audience == audience]


def evaluate_now(
    settings: Settings,
    state: StateStore,
    configuration: Configuration,
    now: datetime,
    *,
    names: Sequence[str] | None = None,
    run_id: str,
    cause: str,
    waiting: Callable[[str], None] | None = None,
) -> Evaluating:
    """Evaluate audiences (default: all but drafts) as of `now` and say what is wanted of them.

    Raises SnapshotError where nothing is published, and MusterError where a guardrail over all audiences refuses or
    `now` is before what was evaluated last, which it would have to undo.
    """
    RunLog(state).begin(run_id, now)
    with exclusive(settings, "audiences", waiting=waiting):
        snapshot, store = _snapshot(settings), MembershipStore(settings, state)
        _refuse_the_past(store, now)
        found = findings(configuration, snapshot.schema, settings)
        outcome = evaluate(
            configuration.audiences, snapshot, store, now, names=_allowed(configuration, names, found),
            groups=configuration.groups, currency=configuration.sources.currency, cause=cause,
        )  # fmt: skip
        failed = [str(item) for item in found if item.action == "refuse" and (names is None or item.audience in names)]
        failed += [str(error) for error in outcome.failed.values()]
        for result in outcome.evaluated:
            failed += _want(settings, state, configuration, snapshot, result, now)
            figures = Evaluated(result.size, result.entered, result.exited)
            RunLog(state).evaluated(run_id, now, result.audience.name, figures)
        write_tables(store, configuration.audiences, snapshot, now)
    return Evaluating(snapshot, outcome.evaluated, failed, found)


def _snapshot(settings: Settings) -> Snapshot:
    snapshot = current(settings)
    if snapshot is None:
        raise SnapshotError("no snapshot is published yet; `muster run` publishes one")
    return snapshot


def _refuse_the_past(store: MembershipStore, now: datetime) -> None:
    last = store.last_evaluated_at()
    if last and now < last:
        raise MusterError(f"the last evaluation was at {last:%Y-%m-%d %H:%M:%S} UTC; name that instant or a later one")


def _allowed(configuration: Configuration, names: Sequence[str] | None, found: Sequence[Finding]) -> list[str]:
    """The audiences to evaluate that no guardrail refuses."""
    refused = [item for item in found if item.action == "refuse"]
    if overall := next((item for item in refused if not item.audience), None):
        raise MusterError(f"nothing was evaluated: {overall}; raise it in governance.yml, or set it to warn")
    default = [item.name for item in configuration.audiences if item.status != "draft"]
    out = {item.audience for item in refused}
    return [name for name in (default if names is None else names) if name not in out]


def _want(
    settings: Settings,
    state: StateStore,
    configuration: Configuration,
    snapshot: Snapshot,
    result: Evaluation,
    now: datetime,
) -> list[str]:
    """Note what every activation of an audience wants now; returns what is wrong with a mapping, if anything."""
    membership = result.membership
    held = HELD if membership.held else None
    name, members, version = result.audience.name, membership.members, membership.version
    try:
        want(settings, state, configuration, snapshot, name, members, version, now, held=held)
    except MusterError as error:
        return [str(error)]
    return []

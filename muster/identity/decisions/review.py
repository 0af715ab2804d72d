"""The cases that wait for people: as the snapshot has them, less what has been decided since."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from muster import sql
from muster.config.names import hint
from muster.durable import write_whole
from muster.errors import ConfigError, MusterError, Problem, SnapshotError
from muster.identity.decisions.file import Decision, Kind, Verdict
from muster.snapshot import Snapshot

TABLE = "review_case"
#: The columns of a list that is filled in and taken back: `decision` and `note` are for people, the rest tells.
FORM = (
    "case", "kind", "left", "left_name", "right", "right_name", "probability", "reason", "evidence", "decision", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """Two records of which a person says whether they are one; `probability` is None where nothing measured it."""

    id: str
    kind: Kind
    left_key: str
    right_key: str
    left_name: str
    right_name: str
    probability: float | None
    evidence: str
    reason: str

    @property
    def pair(self) -> tuple[str, str, str]:
        return self.kind, self.left_key, self.right_key

    def decided(self, verdict: Verdict, by: str, note: str, now: datetime) -> Decision:
        return Decision(
            kind=self.kind, left=self.left_key, right=self.right_key, decision=verdict, cause="review",
            decided_by=by, decided_at=now.replace(microsecond=0), note=note,
        )  # fmt: skip

    def told(self) -> dict[str, str | float | None]:
        """By the names of `FORM`, with nothing decided."""
        values = (
            self.id, self.kind, self.left_key, self.left_name, self.right_key, self.right_name, self.probability,
            self.reason, self.evidence, "", "",
        )  # fmt: skip
        return dict(zip(FORM, values, strict=True))


def open_cases(snapshot: Snapshot, decisions: Iterable[Decision], kind: str | None = None) -> list[Case]:
    """What is undecided, the likeliest first."""
    settled = {decision.pair for decision in decisions}
    return [case for case in _cases(snapshot, kind) if case.pair not in settled]


def find_case(snapshot: Snapshot, id_: str) -> Case:
    """A case by its id, also one that was decided since; MusterError where there is none."""
    cases = {case.id: case for case in _cases(snapshot, None)}
    if id_ not in cases:
        mend = hint(id_, cases, "`muster review` lists them")
        raise MusterError(f"there is no open case {id_} in snapshot {snapshot.version}; {mend}")
    return cases[id_]


def _cases(snapshot: Snapshot, kind: str | None) -> list[Case]:
    path = snapshot.parquet(TABLE)
    if not path.exists():
        raise SnapshotError(f"snapshot {snapshot.version} has no {TABLE}; `muster run` publishes anew")
    with sql.connect() as connection:
        rows = connection.execute(
            f"""
            select
                review_case_id, kind, left_key, right_key, coalesce(left_name, ''), coalesce(right_name, ''),
                probability, coalesce(evidence, ''), coalesce(reason, '')
            from {sql.scan(path)}
            where is_open and ($kind is null or kind = $kind)
            order by probability desc nulls last, review_case_id
            """,
            {"kind": kind},
        ).fetchall()
    return [Case(*row) for row in rows]


def write_form(path: Path, cases: Sequence[Case]) -> None:
    """A CSV to fill in: one line a case, whose column `decision` is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, FORM, lineterminator="\n")
    writer.writeheader()
    writer.writerows(case.told() for case in cases)
    write_whole(path, out.getvalue())


def read_form(path: Path, by: str, now: datetime) -> list[Decision]:
    """The decisions of a list that was filled in, lines without one left out; ConfigError with every mistake."""
    decisions, problems = [], []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if missing := [name for name in ("kind", "left", "right", "decision") if name not in (reader.fieldnames or ())]:
            raise MusterError(f"{path}: the column '{missing[0]}' is missing; `muster review --out` writes such a list")
        for row in reader:
            verdict = (row["decision"] or "").strip().lower()
            if not verdict:
                continue
            if verdict not in ("same", "different"):
                what = f"unknown decision '{verdict}'"
                problems.append(Problem(path.name, reader.line_num, what, "write same or different, or nothing"))
                continue
            told = {"kind": row["kind"], "left": row["left"], "right": row["right"], "decision": verdict}
            values = {**told, "cause": "review", "decided_by": by, "decided_at": now, "note": row.get("note") or ""}
            decisions.append(Decision.model_validate(values))
    if problems:
        raise ConfigError(problems)
    return decisions


def in_words(evidence: str, most: int = 4) -> str:
    """The weightiest of the evidence as a short text; what is no such list stands as it is."""
    try:
        found = json.loads(evidence)
    except ValueError:
        return evidence
    if not isinstance(found, list):
        return evidence
    told = [_item(item) for item in found]
    weighed = sorted((item for item in told if item[0]), key=lambda item: -abs(item[1]))
    return ", ".join(text for text, _ in weighed[:most])


def _item(item: object) -> tuple[str, float]:
    """One comparison, `[what, how, weight]` or an object with these names."""
    if isinstance(item, dict):
        what, how = item.get("what") or item.get("path"), item.get("how") or item.get("level")
        weight = item.get("weight", 0)
    elif isinstance(item, list) and len(item) >= 2:
        what, how, weight = item[0], item[1], item[2] if len(item) > 2 else 0
    else:
        return "", 0.0
    return f"{what} {how}" if how else str(what), float(weight or 0)

"""`config/identity_decisions.csv`: one line a pair of records, `same` or `different`, by whom, when and why.

The file lives in git beside the configuration. Lines that begin with `#` are comments. A pair stands for what was
decided last; two lines that contradict each other, directly or along a chain of `same`, are mistakes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from muster.config.names import hint
from muster.durable import write_whole
from muster.errors import ConfigError, Problem

DECISIONS_FILE = "identity_decisions.csv"
COLUMNS = ("kind", "left", "right", "decision", "cause", "decided_by", "decided_at", "note")
NEEDED = COLUMNS[:4]
WORDS = {
    "kind": ("person", "account", "person_account"),
    "decision": ("same", "different"),
    "cause": ("review", "unmerge"),
}

Kind = Literal["person", "account", "person_account"]
Verdict = Literal["same", "different"]
Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Text = Annotated[str, BeforeValidator(lambda value: " ".join(str(value).split()))]


def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Instant = Annotated[datetime | None, BeforeValidator(lambda value: value or None), AfterValidator(_utc)]


class Decision(BaseModel):
    """One line: `left` and `right` are source keys of records; of `person_account`, a person's and an account's."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    left: Key
    right: Key
    decision: Verdict
    cause: Annotated[Literal["review", "unmerge"], BeforeValidator(lambda value: value or "review")] = "review"
    decided_by: Text = ""
    decided_at: Instant = None
    note: Text = ""

    @property
    def pair(self) -> tuple[str, str, str]:
        """What the line is about, whichever side its keys stand on."""
        if self.kind == "person_account":
            return self.kind, self.left, self.right
        return self.kind, min(self.left, self.right), max(self.left, self.right)

    def cells(self) -> list[str]:
        at = self.decided_at.strftime("%Y-%m-%dT%H:%M:%SZ") if self.decided_at else ""
        return [self.kind, self.left, self.right, self.decision, self.cause, self.decided_by, at, self.note]


@dataclass(frozen=True)
class Line:
    """A decision and the line it stands on, from 1."""

    number: int
    decision: Decision


def read_decisions(path: Path) -> list[Decision]:
    """All decisions in the order of the file, none where it is absent; ConfigError with every mistake in it."""
    lines, problems = parse(path)
    if problems:
        raise ConfigError(problems)
    return [line.decision for line in lines]


def add_decisions(path: Path, fresh: Sequence[Decision]) -> None:
    """Append decisions; an older line about the same pair makes way. The file is replaced whole.

    Raises ConfigError, and leaves the file as it is, where they contradict what stands there.
    """
    lines, problems = parse(path)
    if problems:
        raise ConfigError(problems)
    pairs = {decision.pair for decision in fresh}
    overruled = {line.number for line in lines if line.decision.pair in pairs}
    text = path.read_text("utf-8-sig") if path.exists() else ""
    if not any(_records(text)):
        text += ",".join(COLUMNS) + "\n"
    header = next(_records(text))[1]
    kept = [line for number, line in enumerate(text.splitlines(), start=1) if number not in overruled]
    written = "\n".join([*kept, *(_written(item, header) for item in fresh)]) + "\n"
    _, problems = parsed(written, path.name)
    if problems:
        raise ConfigError(problems)
    write_whole(path, written)


def parse(path: Path) -> tuple[list[Line], list[Problem]]:
    """Sound lines, and the mistakes of all others."""
    return parsed(path.read_text("utf-8-sig"), path.name) if path.exists() else ([], [])


def parsed(text: str, file: str) -> tuple[list[Line], list[Problem]]:
    """As `parse`, of a text."""
    problems: list[Problem] = []
    records = _records(text)
    first = next(records, None)
    if first is None:
        return [], []
    header = [name.strip() for name in first[1]]
    if mistakes := list(_header_mistakes(first[0], header, file)):
        return [], mistakes
    lines: list[Line] = []
    for number, cells in records:
        found = _line(number, dict(zip(header, cells, strict=False)), len(cells) - len(header), file)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            lines.append(found)
    problems += _opposites(lines, file) or _contradictions(lines, file)
    return lines, problems


def as_json(decisions: Iterable[Decision]) -> str:
    """What dbt reads, in the columns of `int_identity_decisions`."""
    names = ("kind", "left_key", "right_key", *COLUMNS[3:])
    return json.dumps([dict(zip(names, item.cells(), strict=True)) for item in decisions], indent=1)


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Cells by line number; a record never goes over the end of its line."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, next(csv.reader([line]))


def _header_mistakes(number: int, header: list[str], file: str) -> Iterator[Problem]:
    for name in header:
        if name not in COLUMNS:
            yield Problem(file, number, f"unknown column '{name}'", hint(name, COLUMNS, "use " + ",".join(COLUMNS)))
    for name in NEEDED:
        if name not in header:
            yield Problem(file, number, f"the column '{name}' is missing", "the first line is " + ",".join(COLUMNS))


def _line(number: int, cells: dict[str, str], surplus: int, file: str) -> Line | Problem:
    if surplus > 0:
        return Problem(file, number, "more cells than the header has columns", "put texts with commas in quotes")
    try:
        decision = Decision.model_validate({name: value.strip() for name, value in cells.items()})
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        return _cell_mistake(file, number, name, cells.get(name, ""))
    if decision.left == decision.right:
        return Problem(file, number, f"{decision.left} stands on both sides", "name two different records")
    return Line(number, decision)


def _cell_mistake(file: str, number: int, name: str, value: str) -> Problem:
    if name in WORDS:
        return Problem(file, number, f"unknown {name} '{value}'", hint(value, WORDS[name], _either(WORDS[name])))
    if name == "decided_at":
        return Problem(file, number, f"'{value}' is no time", "write 2026-03-01T09:30:00Z, or leave it empty")
    return Problem(file, number, f"'{name}' is empty", "name the source key of a record")


def _either(words: Sequence[str]) -> str:
    return "write " + " or ".join(words)


def _opposites(lines: Sequence[Line], file: str) -> list[Problem]:
    """A pair that is both: nobody can tell which was meant."""
    first: dict[tuple[str, str, str], Line] = {}
    problems = []
    for line in lines:
        earlier = first.setdefault(line.decision.pair, line)
        if earlier.decision.decision != line.decision.decision:
            what = (
                f"{line.decision.left} and {line.decision.right} are '{line.decision.decision}' here "
                f"and '{earlier.decision.decision}' on line {earlier.number}"
            )
            problems.append(Problem(file, line.number, what, "keep the one that is meant"))
    return problems


def _contradictions(lines: Sequence[Line], file: str) -> list[Problem]:
    """Pairs that are different though a chain of `same` joins them."""
    chains = _Chains()
    for line in lines:
        if line.decision.decision == "same" and line.decision.kind != "person_account":
            chains.join(f"{line.decision.kind}:{line.decision.left}", f"{line.decision.kind}:{line.decision.right}")
    return [
        Problem(
            file,
            line.number,
            f"{line.decision.left} and {line.decision.right} are 'different' here, and one by lines that say 'same'",
            "drop one of these lines",
        )
        for line in lines
        if line.decision.decision == "different"
        and line.decision.kind != "person_account"
        and chains.end(f"{line.decision.kind}:{line.decision.left}")
        == chains.end(f"{line.decision.kind}:{line.decision.right}")
    ]


class _Chains:
    """Who is one with whom, by a handful of decisions."""

    def __init__(self) -> None:
        self.next: dict[str, str] = {}

    def end(self, key: str) -> str:
        while key in self.next:
            key = self.next[key]
        return key

    def join(self, left: str, right: str) -> None:
        left, right = self.end(left), self.end(right)
        if left != right:
            self.next[left] = right


def _written(decision: Decision, header: Sequence[str]) -> str:
    cells = dict(zip(COLUMNS, decision.cells(), strict=True))
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([cells.get(name.strip(), "") for name in header])
    return out.getvalue()

"""What the commands of `muster audience` work with, and how they tell what they found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import click
from rich import box
from rich.table import Table

from muster.audiences.days import Moment, moment
from muster.audiences.membership import Membership, MembershipStore
from muster.audiences.trial import Trials
from muster.config.load import Reading, read
from muster.config.models import Activation, Audience
from muster.config.names import hint
from muster.errors import MusterError
from muster.settings import Settings
from muster.state import StateStore


@dataclass(frozen=True)
class Context:
    """One set-up. The configuration is read as far as it is sound: a mistake elsewhere keeps nobody from looking."""

    settings: Settings
    now: datetime

    @classmethod
    def here(cls) -> Context:
        return cls(Settings.from_environment(), datetime.now(UTC))

    @cached_property
    def reading(self) -> Reading:
        return read(self.settings.config)

    @cached_property
    def audiences(self) -> dict[str, Audience]:
        return {entry.model.name: entry.model for entry in self.reading.audiences}

    @cached_property
    def state(self) -> StateStore:
        return StateStore(self.settings.state_url)

    @cached_property
    def store(self) -> MembershipStore:
        return MembershipStore(self.settings, self.state)

    @property
    def currency(self) -> str:
        return self.reading.sources.model.currency if self.reading.sources else "USD"

    def moment(self, text: str | None) -> Moment:
        return moment(self.settings, text, self.now)

    def trials(self, at: Moment) -> Trials:
        return Trials(at.snapshot, self.store, at.instant, self.currency)

    def audience(self, name: str) -> Audience:
        """Raises MusterError with the nearest names where there is none of that name."""
        if name in self.audiences:
            return self.audiences[name]
        broken = [item for item in self.reading.problems if Path(item.file).stem == name]
        if broken:
            raise MusterError(f"the audience {name} cannot be read: {broken[0]}")
        raise MusterError(f"there is no audience '{name}'; {hint(name, self.audiences, 'see `muster audience list`')}")

    def version(self, name: str, instant: datetime | None = None) -> Membership:
        """The version of an audience in force now, or at an instant; of an audience that is configured no more too."""
        found = self.store.at(name, instant) if instant else self.store.latest(name)
        if found is not None:
            return found
        self.audience(name)
        when = f" by {instant:%Y-%m-%d %H:%M}" if instant else ""
        raise MusterError(f"{name} was not evaluated{when}; `muster run` evaluates every audience")

    def activations(self, name: str) -> Sequence[Activation]:
        return self.audiences[name].deliveries if name in self.audiences else []


def rule_of(audience: Audience) -> str:
    """The rule that an evaluation of an audience begins with."""
    return audience.condition


#: The option that every command has.
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")


def echo_json(told: dict[str, Any]) -> None:
    click.echo(json.dumps(told, indent=1, default=plain, ensure_ascii=False))


def plain(value: object) -> object:
    """What JSON does not know: times as ISO text, everything else as its text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def table(*names: str, numbers: Sequence[str] = ()) -> Table:
    """A table as all commands have it; the columns in `numbers` are aligned to the right, and never broken."""
    made = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False)
    for name in names:
        is_number = name in numbers
        made.add_column(name, overflow="fold", justify="right" if is_number else "left", no_wrap=is_number)
    return made


def when(moment: datetime | None) -> str:
    """Minutes are enough for a reader."""
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M")


def printable(text: str) -> str:
    """One line, without control characters, which a terminal obeys."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    percent = 100 * part / whole
    return f"{percent:.1f} %" if percent >= 0.1 or not part else "< 0.1 %"

"""`consent` in `governance.yml`: who is never sent, whatever audience they are in."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints, model_validator

from muster.config.base import Model

BarName = Annotated[str, StringConstraints(pattern=r"^[a-z][A-Za-z0-9_-]*$", max_length=80)]

#: What bars a person where nobody says otherwise: an opt-out, or a block in any system.
DEFAULT = {
    "emailOptOut": 'consents.marketing.email.val = "n"',
    "blocked": "b2b.isBlocked = true",
    "marketingSuspended": "b2b.isMarketingSuspended = true",
}


class ConsentRules(Model):
    """Rules of the audience language about a person; one that holds bars the person.

    `bars` are the rules by name. `destinations` says which of them count at a destination; where it says nothing, all
    do. An empty list is a decision too: everyone may be sent there.
    """

    bars: dict[BarName, str] = DEFAULT
    destinations: dict[str, list[BarName]] = {}

    @model_validator(mode="after")
    def _known(self) -> ConsentRules:
        for destination, names in self.destinations.items():
            if unknown := [name for name in names if name not in self.bars]:
                there = ", ".join(self.bars) or "none"
                raise ValueError(f"{destination}: there is no bar {unknown[0]!r}; there are: {there}")
        return self

    def of(self, destination: str) -> dict[str, str]:
        """The rules that count at a destination, by name."""
        names = self.destinations.get(destination, list(self.bars))
        return {name: self.bars[name] for name in names}

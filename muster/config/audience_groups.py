"""`audience_groups.yml`: what several audiences have in common, splits and priority lists."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from muster.config.audience import Percent
from muster.config.base import Model, Name


class Split(Model):
    """Parts by a stable hash, in per cent, that are disjoint and together everybody.

    `of` is the audience that is split; without it the parts are of all people or accounts, as a holdout that several
    audiences share. Who is in which part depends on the name of the split and on the person's id alone.
    """

    name: Name
    of: Name | None = None
    parts: Annotated[dict[Name, Percent], Field(min_length=2)]

    @model_validator(mode="after")
    def _whole(self) -> Split:
        total = sum(self.parts.values())
        if round(total, 2) != 100:
            raise ValueError(f"the parts of '{self.name}' make {total:g} per cent, not 100")
        return self


class Exclusive(Model):
    """A priority list: whoever one of the audiences takes is in none of those after it."""

    name: Name
    audiences: Annotated[list[Name], Field(min_length=2)]

    @model_validator(mode="after")
    def _once(self) -> Exclusive:
        if twice := next((name for name in self.audiences if self.audiences.count(name) > 1), None):
            raise ValueError(f"'{twice}' stands twice in '{self.name}'")
        return self


class AudienceGroups(Model):
    """`audience_groups.yml`."""

    splits: list[Split] = []
    exclusive: list[Exclusive] = []

    def split(self, name: str) -> Split | None:
        return next((item for item in self.splits if item.name == name), None)

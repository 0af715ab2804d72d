"""An audience file: who is in by a rule, a list or a split, who is taken out again, and where it goes.

What each key means is told in docs/audiences.md.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from muster.config.base import Model, Name, Owner
from muster.config.durations import Duration
from muster.config.rules import Rule

Status = Literal["draft", "published", "archived"]
#: A share of a hundred, to a hundredth of it: what a stable hash can tell apart.
PARTS_OF_A_PERCENT = 100


def _hundredths(value: float) -> float:
    if round(value * PARTS_OF_A_PERCENT) != value * PARTS_OF_A_PERCENT:
        raise ValueError("at most two decimals")
    return value


Percent = Annotated[float, Field(gt=0, lt=100), AfterValidator(_hundredths)]


class Activation(Model):
    """An audience on its way to a destination: output name → XDM path of the audience's class."""

    destination: Name
    fields: dict[str, str] = Field(min_length=1)


class SizeBound(Model):
    """The largest change of size, as a share of the last one, that goes out unseen; small audiences are exempt."""

    max_change: float = Field(default=0.5, gt=0)
    min_size: int = Field(default=100, ge=0)


class External(Model):
    """A list from elsewhere: a CSV or Parquet file with one column that identifies people or accounts.

    `file` is absolute or below the data folder, `identity` the column, `namespace` the kind of identity in it as in
    identity.yml. `expires` after that long without an update, 1 to 90 days, everybody leaves.
    Limits as in Experience Platform (EP:help/segmentation/ui/audience-portal.md).
    """

    file: Annotated[str, StringConstraints(pattern=r"(?i)\.(csv|parquet)$")]
    identity: str
    namespace: str
    expires: Duration = timedelta(days=30)

    @model_validator(mode="after")
    def _within_ninety_days(self) -> External:
        if not timedelta(days=1) <= self.expires <= timedelta(days=90):
            raise ValueError("'expires' is from 1d to 90d")
        return self


class SplitPart(Model):
    """The part of a split, of audience_groups.yml, that an audience is."""

    of: Name
    part: Name


_ORDER = re.compile(r"\s*(?P<path>[A-Za-z_][\w.]*)(?:\s+(?P<way>asc|desc))?\s*", re.IGNORECASE)


class Limit(Model):
    """The best `take` by `order_by`, over all or for each `per`.

    `order_by` is XDM paths with `asc` or `desc`, as in `b2b.personScore desc, personID`; what is null comes last and
    ties go to the smaller id. `per` is `account`, for people, or an XDM path.
    """

    take: int = Field(ge=1)
    order_by: str
    per: str | None = None

    @model_validator(mode="after")
    def _readable(self) -> Limit:
        if not all(_ORDER.fullmatch(part) for part in self.order_by.split(",")):
            raise ValueError("'order_by' is XDM paths with asc or desc, such as b2b.personScore desc")
        return self

    @property
    def order(self) -> list[tuple[str, bool]]:
        """Each path, and whether its largest value comes first."""
        found = [_ORDER.fullmatch(part) for part in self.order_by.split(",")]
        return [(each["path"], (each["way"] or "asc").lower() == "desc") for each in found if each]


class Audience(Model):
    """`audiences/<name>.yml`."""

    name: Name
    of: Literal["people", "accounts"]
    description: str = ""
    owner: Owner | None = None
    status: Status = "published"
    rule: Rule = ""
    external: External | None = None
    method: Literal["batch", "streaming"] | None = None
    exclude: list[Name] = []
    split: SplitPart | None = None
    holdout: Percent | None = None
    limit: Limit | None = None
    size_bound: SizeBound = SizeBound()
    activate: list[Activation] = []

    @model_validator(mode="before")
    @classmethod
    def _earlier_name(cls, data: Any) -> Any:
        """`evaluation` is what `method` was called before."""
        if isinstance(data, dict) and "evaluation" in data and "method" not in data:
            return {("method" if key == "evaluation" else key): value for key, value in data.items()}
        return data

    @model_validator(mode="after")
    def _one_origin(self) -> Audience:
        if self.rule and self.external:
            raise ValueError("give either 'rule' or 'external'; an audience of the list's may be asked with inSegment")
        if not (self.rule or self.external or self.split):
            raise ValueError("'rule' is missing (or 'external' for a list from elsewhere, or 'split')")
        return self

    @property
    def condition(self) -> str:
        """The rule that its evaluation begins with.

        Nobody meets that of a list, to which its own people are added, nor that of an archived audience; everybody
        meets that of a part of a split, which is then cut to the audience that is split.
        """
        if self.external or self.status == "archived":
            return "false"
        return self.rule or "true"

    @property
    def deliveries(self) -> list[Activation]:
        """Where its members are sent: nowhere as long as it is a draft."""
        return [] if self.status == "draft" else self.activate

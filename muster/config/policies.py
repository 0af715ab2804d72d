"""`policies` in `governance.yml`: what data of which label may not be used for.

Labels stand at the columns of the dbt marts (`config.meta.labels`), marketing actions at the destinations. Names of the
actions are those of Real-Time CDP (its data usage policies); which policies there are is each company's own matter.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from muster.config.base import Model, Name

MarketingAction = Literal[
    "analytics",
    "combineDirectlyIdentifiable",
    "crossSiteTargeting",
    "dataScience",
    "emailTargeting",
    "exportToThirdParty",
    "onsiteAdvertising",
    "onsitePersonalization",
    "segmentMatch",
    "singleIdentityPersonalization",
]


class Policy(Model):
    """Data with any of the labels `deny` may not be used for any of the `actions`."""

    name: Name
    deny: list[str] = Field(min_length=1)
    actions: list[MarketingAction] = Field(min_length=1)
    description: str = ""

"""`matching` in `identity.yml`: what is matched without a common key, and how sure it must be."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from muster.config.base import Model


class Sureness(Model):
    """Probabilities from 0 to 1. From `review` on a pair is shown to people, from `merge` or `accept` on it is done."""

    on: bool = True
    review: float = Field(default=0.5, gt=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for name, bound in self:
            if name in ("merge", "accept") and self.review > bound:
                raise ValueError(
                    f"'review' ({self.review}) is above '{name}' ({bound}); nothing would be left to people"
                )
        return self


class AccountMatching(Sureness):
    """Records of accounts of several sources: from `merge` on they become one where nothing objects."""

    merge: float = Field(default=0.95, gt=0, le=1)


class PeopleMatching(Sureness):
    """Records of people: from `merge` on they become one where nothing objects."""

    merge: float = Field(default=0.99, gt=0, le=1)


class LeadMatching(Sureness):
    """People without an account: from `accept` on they are linked to the one that fits."""

    accept: float = Field(default=0.95, gt=0, le=1)
    review: float = Field(default=0.2, gt=0, le=1)


class Matching(Model):
    """`matching` in `identity.yml`."""

    accounts: AccountMatching = AccountMatching()
    people: PeopleMatching = PeopleMatching()
    leads_to_accounts: LeadMatching = LeadMatching()

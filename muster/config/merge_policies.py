"""Merge policies: which record's word counts where the records of a profile disagree; a part of identity.yml.

As in Real-Time CDP (help/profile/merge-policies/overview): `timestampOrdered`, the default, takes of each attribute the
newest filled value; `dataSetPrecedence` goes by a list of sources, and what is not listed is not merged. Ours alone: a
policy of its own for an attribute or a group of them, named by its XDM path or the beginning of one.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from muster.config.base import Model


class MergePolicy(Model):
    """How values are merged; `order` names sources, best first, and belongs to `dataSetPrecedence`."""

    method: Literal["timestampOrdered", "dataSetPrecedence"] = "timestampOrdered"
    order: list[str] = []

    @model_validator(mode="after")
    def _order_where_it_counts(self) -> MergePolicy:
        if self.method == "dataSetPrecedence" and not self.order:
            raise ValueError("dataSetPrecedence needs an 'order': the names of sources, best first")
        if self.method == "timestampOrdered" and self.order:
            raise ValueError("'order' is for dataSetPrecedence; timestampOrdered goes by time alone")
        if twice := [name for name, count in Counter(self.order).items() if count > 1]:
            raise ValueError(f"'{twice[0]}' stands twice in 'order'; keep one of the two")
        return self


class ClassPolicy(MergePolicy):
    """The policy of a class, of single attributes (XDM path or prefix of paths), and of stitching.

    `identityGraph: pdg` makes records that share an identity one profile; with `none` each record is its own.
    """

    model_config = ConfigDict(populate_by_name=True)

    identity_graph: Literal["pdg", "none"] = Field(default="pdg", alias="identityGraph")
    attributes: dict[str, MergePolicy] = {}


class MergePolicies(Model):
    """`merge_policies` of identity.yml, a default for each class."""

    person: ClassPolicy = ClassPolicy()
    account: ClassPolicy = ClassPolicy()

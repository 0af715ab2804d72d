"""`destinations.yml`: where audiences go, an entry a destination."""

from __future__ import annotations

from typing import Literal

from muster.config.base import Model, Name, Owner
from muster.config.policies import MarketingAction


class AnyDestination(Model):
    """What all destinations have: a name, an owner, and what is done there with what they get (`marketing_actions`),
    which the policies of `governance.yml` are held against."""

    name: Name
    owner: Owner | None = None
    description: str = ""
    marketing_actions: list[MarketingAction] = []


class FilesDestination(AnyDestination):
    """Files in a folder: `path` absolute or relative to the data folder.

    `mode: full` writes the whole audience whenever it changed; `incremental` writes everyone once, then only the
    difference, with `_op` saying `ADD`, `UPDATE` or `REMOVE`. `name_template` takes the macros `{destination}`,
    `{audience}`, `{organization}`, `{sandbox}`, `{mode}`, `{delivery}`, `{datetime}` and
    `{datetime:<strftime pattern>}`.
    """

    type: Literal["files"]
    path: str
    format: Literal["csv", "jsonl", "parquet"] = "csv"
    mode: Literal["full", "incremental"] = "full"
    name_template: str = "{audience}__{mode}__{datetime}"
    compression: Literal["none", "gzip"] = "none"


Destination = FilesDestination

"""The jobs: `daily` ends at membership, `activate` delivers what a decider names, `read_live` only reads."""

from typing import Any, TypeAlias

import dagster as dg

from assets.keys import ACTIVATIONS, SOURCES, audience_key, release_check_key
from muster.config.models import Configuration

AssetJob: TypeAlias = Any  # what `define_asset_job` returns has no public name in Dagster
DAILY = "daily"
ACTIVATE = "activate"
READ_LIVE = "read_live"


def jobs(configuration: Configuration) -> list[AssetJob]:
    """`daily` is everything but activations and drafts, so a new group or layer can never be left out by name."""
    activations = dg.AssetSelection.groups(ACTIVATIONS)
    activated = [item for item in configuration.audiences if item.deliveries]
    released = dg.AssetSelection.checks(*(release_check_key(item.name) for item in activated))
    everything: dg.AssetSelection = dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks()
    if drafts := [audience_key(item.name) for item in configuration.audiences if item.status == "draft"]:
        selected = dg.AssetSelection.assets(*drafts)
        everything = everything - selected - dg.AssetSelection.checks_for_assets(*drafts)
    daily = dg.define_asset_job(
        DAILY,
        selection=everything - activations - released if activated else everything,
        description="Exports → lake → dbt → snapshot → audiences. Activations follow when membership differs.",
    )
    if not activated:
        return [daily]
    activate = dg.define_asset_job(
        ACTIVATE,
        selection=activations | released,
        description="Brings destinations to what their audiences want; only differences are sent.",
    )
    return [daily, activate]


def read_live_job() -> AssetJob:
    """From the vendors' APIs into the lake, and no further: the daily job goes on from there."""
    return dg.define_asset_job(
        READ_LIVE,
        selection=dg.AssetSelection.groups(SOURCES) - dg.AssetSelection.key_prefixes("exports", "instances"),
        description="What is new in live sources → lake.",
    )

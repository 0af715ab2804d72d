"""Asset keys and groups: a key is an address, and groups are the columns of the asset graph."""

import dagster as dg

from muster.config.models import Source

SOURCES = "sources"
AUDIENCES = "audiences"
ACTIVATIONS = "activations"
SNAPSHOT = dg.AssetKey(["snapshot"])


def origin_key(source: Source, name: str) -> dg.AssetKey:
    """What an object is taken from: an export's files as they lie in their folder, or the vendor's own records."""
    return dg.AssetKey(["instances" if source.connection else "exports", source.name, name])


def source_key(source: str, name: str) -> dg.AssetKey:
    """What the lake has of one object of one source."""
    return dg.AssetKey([SOURCES, source, name])


def audience_key(name: str) -> dg.AssetKey:
    return dg.AssetKey([AUDIENCES, name])


def activation_key(destination: str, audience: str) -> dg.AssetKey:
    return dg.AssetKey([ACTIVATIONS, destination, audience])


def release_check_key(audience: str) -> dg.AssetCheckKey:
    """The check that lets an audience go out, or holds it back; it runs before its activations."""
    return dg.AssetCheckKey(audience_key(audience), "released")


def owners(*names: str | None) -> list[str] | None:
    """Owners that are set, in Dagster's form."""
    return [name for name in names if name] or None

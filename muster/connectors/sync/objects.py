"""What the lake calls the object of a stream, and what decides how its rows are made."""

from __future__ import annotations

from muster.config.models import Source
from muster.connectors.discovery import ExportObject
from muster.connectors.vendor import slug
from muster.connectors.vendors import VENDORS
from muster.lake.layout import mapping_hash


def live_object(source: Source, name: str) -> ExportObject:
    """The object of the stream `name`: in the folder of the object that the connector knows, or in one of its own."""
    spec = next((each for each in source.objects if each.object == name), None)
    known = VENDORS[source.type].named(name)
    folder = spec.class_ if spec and spec.class_ else known.object if known else slug(name)
    return ExportObject(name, folder, source.type, (), spec)


def mapping_of(export: ExportObject) -> str:
    """The first 8 hex digits of the hash of how its columns are named and keyed."""
    spec = export.spec
    return mapping_hash(export.object, *((spec.key, spec.alias, spec.columns) if spec else ((), (), {})))[:8]

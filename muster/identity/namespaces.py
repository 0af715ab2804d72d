"""The namespaces and limits of `identity.yml` as tables, for SQL to join."""

from __future__ import annotations

import pyarrow as pa

from muster.config.identity import IdentityFile

NAMESPACES = pa.schema(
    {
        "namespace": pa.string(),
        "type": pa.string(),
        "is_unique": pa.bool_(),
        "is_device": pa.bool_(),
        "is_joining": pa.bool_(),
        "priority": pa.int32(),
        "normalise": pa.string(),
        "pattern": pa.string(),
        "people_per_value": pa.int32(),
    }
)
LIMITS = pa.schema(
    {
        "identities_per_person": pa.int32(),
        "identities_per_record": pa.int32(),
        "people_per_value": pa.int32(),
        "has_lists": pa.bool_(),
        "has_data": pa.bool_(),
    }
)


def namespaces(identity: IdentityFile) -> pa.Table:
    """One row per namespace that the file names or that is known without; `is_device` where its values are owned."""
    rows = [
        {
            "namespace": item.name,
            "type": item.type.value,
            "is_unique": item.unique,
            "is_device": item.is_owned,
            "is_joining": item.joins,
            "priority": item.rank,
            "normalise": item.form,
            "pattern": item.pattern,
            "people_per_value": item.people_per_value or identity.limits.people_per_value,
        }
        for item in identity.all_namespaces
    ]
    return pa.Table.from_pylist(rows, NAMESPACES)


def limits(identity: IdentityFile) -> pa.Table:
    """One row: the limits, and which guards are on."""
    told = identity.limits.model_dump() | {"has_lists": identity.guards.lists, "has_data": identity.guards.data}
    return pa.Table.from_pylist([told], LIMITS)

"""Where HubSpot's API keeps what, by version: `v3` (with v4 for associations), or the date of a release.

HubSpot's own OpenAPI files: v3 and v4 put the version first, dated releases put the area first.
"""

from __future__ import annotations

from typing import Literal

Area = Literal["objects", "associations", "lists", "properties", "token"]

#: The path of an area in the old scheme; associations came with v4.
_OLD = {
    "objects": "/crm/v3/objects",
    "associations": "/crm/v4/associations",
    "lists": "/crm/v3/lists",
    "properties": "/crm/v3/properties",
    "token": "/oauth/v1/token",
}


def path(area: Area, version: str, *parts: str) -> str:
    """`("objects", "2026-09", "contacts", "search")` → `/crm/objects/2026-09/contacts/search`."""
    if version == "v3":
        root = _OLD[area]
    elif area == "token":
        root = f"/oauth/{version}/token"
    else:
        root = f"/crm/{area}/{version}"
    return "/".join((root, *parts))

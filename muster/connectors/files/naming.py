"""Names of delivered files: a template with macros, made safe for every receiver and free of collisions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

_MACRO = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
_PLAIN = ("destination", "audience", "organization", "sandbox", "mode", "delivery")
_LONGEST = 200  # of the 255 bytes a name may have; the rest is for suffixes and temporary names


def template_mistake(template: str) -> str | None:
    """What is wrong with a `name_template`, or None."""
    for name, pattern in _MACRO.findall(template):
        if name != "datetime" and name not in _PLAIN:
            return f"name_template has no macro {{{name}}}; there are {', '.join(_PLAIN)} and datetime"
        if name != "datetime" and pattern:
            return f"name_template: {{{name}}} takes no pattern"
    if re.search(r"[{}]", _MACRO.sub("", template)):
        return "name_template has a brace without its partner"
    return None if _safe(_MACRO.sub("x", template)) else "name_template gives an empty name"


def render(template: str, values: Mapping[str, str], at: datetime) -> str:
    """A name without extension. Blanks, colons, slashes and the like become `-`: receivers run on Windows too."""

    def value(found: re.Match[str]) -> str:
        if found[1] == "datetime":
            return at.astimezone(UTC).strftime(found[2] or "%Y%m%dT%H%M%SZ")
        return values[found[1]]

    return _safe(_MACRO.sub(value, template))


def free(folder: Path, name: str, extensions: tuple[str, ...]) -> str:
    """`name`, or `name-2`, `name-3`, … : the first of which no file with any of the extensions is there."""
    taken = {path.name for path in folder.iterdir()} if folder.is_dir() else set[str]()
    candidate, number = name, 1
    while any(candidate + extension in taken for extension in extensions):
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:_LONGEST]

"""JSON schemas of the YAML files, for editors that complete and underline.

They are made from the same models that read the files. What only a set-up knows (its destinations, the XDM paths of its
marts) comes in as suggestions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from muster.config.identity import IdentityFile
from muster.config.models import Audience, DestinationsFile, GovernanceFile, SourcesFile
from muster.schema import Schema

DIALECT = "http://json-schema.org/draft-07/schema#"  # what the YAML language servers know best
FILES: Mapping[str, type[BaseModel]] = {
    "audience": Audience,
    "sources": SourcesFile,
    "destinations": DestinationsFile,
    "identity": IdentityFile,
    "governance": GovernanceFile,
}
HINTS = {
    "rule": "Who is in: a condition in PQL, see docs/language.md.",
    "of": "Whom the rule is about.",
    "fields": "Output name: XDM path, along relations to one, as in rules.",
}


def json_schema(kind: str, schema: Schema | None = None, destinations: Sequence[str] = ()) -> dict[str, Any]:
    """The schema of one kind of file. Paths of `schema` and names of `destinations` are suggested, and any other text
    is still taken: whether it is right is for `muster audience check` to say.
    """
    found: dict[str, Any] = FILES[kind].model_json_schema()
    told = _tidied(found)
    if kind == "audience":
        _suggest(told, schema, destinations)
    return {"$schema": DIALECT, "title": f"Muster: {kind}", **told}


def _tidied(node: Any, inside: str = "") -> Any:
    """Without the titles that pydantic makes of names, and without what a validator fills in."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    is_properties = inside in ("properties", "$defs")
    kept = {
        key: _tidied(value, "" if is_properties else key)
        for key, value in node.items()
        if is_properties or (not (key == "title" and isinstance(value, str)) and key != "discriminator")
    }
    if "oneOf" in kept:  # a connection is told by its source's type, so several kinds may fit
        kept["anyOf"] = kept.pop("oneOf")
    if isinstance(kept.get("required"), list) and "vendor" in kept["required"]:
        kept["required"] = [name for name in kept["required"] if name != "vendor"]
    if kept.get("type") in ("number", "integer", "boolean") and not is_properties:
        kept = _or_placeholder(kept)
    for name, value in kept.get("properties", {}).items() if not is_properties else ():
        if name in HINTS and isinstance(value, dict):
            value.setdefault("description", HINTS[name])
    return kept


def _or_placeholder(node: dict[str, Any]) -> dict[str, Any]:
    """`${NAME}` may stand for any value; it is filled from the environment before the value is looked at."""
    about = {name: node.pop(name) for name in ("description", "default") if name in node}
    return {"anyOf": [node, {"type": "string", "pattern": r"\$\{"}], **about}


def _suggest(told: dict[str, Any], schema: Schema | None, destinations: Sequence[str]) -> None:
    activation = told.get("$defs", {}).get("Activation", {}).get("properties", {})
    if destinations and "destination" in activation:
        activation["destination"] = {"anyOf": [{"enum": sorted(destinations)}, activation["destination"]]}
    if schema and "fields" in activation:
        paths = sorted({path for name in ("person", "account") for path in schema.classes[name].fields})
        activation["fields"]["additionalProperties"] = {"anyOf": [{"enum": paths}, {"type": "string"}]}

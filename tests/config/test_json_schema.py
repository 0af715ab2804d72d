"""The JSON schemas take what the models take, refuse what an editor should underline, and suggest what is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from muster.config.json_schema import FILES, json_schema
from tests.conftest import CHECKOUT
from tests.pql.sample import SCHEMA

CONFIG = CHECKOUT / "config"
KINDS = {"sources.yml": "sources", "destinations.yml": "destinations", "identity.yml": "identity"}
PAGES = [
    *((name, CONFIG / name) for name in KINDS),
    *(("audience", path) for path in sorted((CONFIG / "audiences").glob("*.yml"))),
    ("sources.yml", CHECKOUT / "tests" / "set_ups" / "exports.yml"),
]


def mistakes(kind: str, data: Any, **known: Any) -> list[str]:
    return [error.message for error in Draft7Validator(json_schema(kind, **known)).iter_errors(data)]


@pytest.mark.parametrize("kind", FILES)
def test_each_is_a_schema(kind: str) -> None:
    Draft7Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize(("file", "path"), PAGES, ids=lambda item: getattr(item, "name", item))
def test_the_projects_own_files_are_right(file: str, path: Path) -> None:
    assert mistakes(KINDS.get(file, file), YAML(typ="safe").load(path)) == []


def test_unknown_keys_and_wrong_choices_are_underlined() -> None:
    audience = {"name": "x", "of": "persons", "rule": "true", "owners": "me"}
    found = " ".join(mistakes("audience", audience))
    assert "persons" in found
    assert "owners" in found


def test_paths_and_destinations_are_suggested_and_others_still_taken() -> None:
    told = json_schema("audience", SCHEMA, ["outbox"])
    activation = told["$defs"]["Activation"]["properties"]
    assert activation["destination"]["anyOf"][0]["enum"] == ["outbox"]
    assert "workEmail.address" in activation["fields"]["additionalProperties"]["anyOf"][0]["enum"]
    activate = [{"destination": "another", "fields": {"account": "account.accountName"}}]
    audience = {"name": "x", "of": "people", "rule": "true", "activate": activate}
    assert mistakes("audience", audience, schema=SCHEMA, destinations=["outbox"]) == []

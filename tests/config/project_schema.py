"""The schema of the dbt project, read from the marts' own files without running dbt."""

from __future__ import annotations

from functools import cache
from typing import Any

from ruamel.yaml import YAML

from muster.schema import Schema
from tests.conftest import CHECKOUT

MARTS = CHECKOUT / "dbt_project" / "models" / "marts"


@cache
def project_schema() -> Schema:
    """What `Schema.from_manifest` gives for the project's manifest."""
    nodes: dict[str, Any] = {}
    for path in sorted(MARTS.rglob("*.yml")):
        for model in YAML(typ="safe").load(path).get("models", []):
            uid = f"model.muster.{model['name']}"
            nodes[uid] = {
                "resource_type": "model",
                "fqn": ["muster", "marts", model["name"]],
                "name": model["name"],
                "alias": model["name"],
                "config": model.get("config", {}),
                "columns": {column["name"]: column for column in model["columns"]},
                "description": model.get("description", ""),
            }
            for column in model["columns"]:
                tests = [test for test in column.get("data_tests", []) if isinstance(test, dict)]
                for number, test in enumerate(tests):
                    ((kind, told),) = test.items()
                    nodes[f"test.{model['name']}.{column['name']}.{number}"] = {
                        "resource_type": "test",
                        "attached_node": uid,
                        "column_name": column["name"],
                        "config": told.get("config", {}),
                        "test_metadata": {"name": kind, "kwargs": {"arguments": told.get("arguments", {})}},
                    }
    return Schema.from_manifest({"nodes": nodes})

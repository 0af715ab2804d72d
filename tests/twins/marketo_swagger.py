"""Adobe's own description of the Marketo API, with the overlay without which it rejects the vendor's own traffic."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
import requests
import schemathesis

from tests.conftest import SHARED

FOLDER = SHARED / "reference" / "vendors" / "specs" / "marketo"
_FILES = ("file.json", "failures.json", "warnings.json")
_REQUESTS = ("CustomObject", "NamedAccount", "NamedAccountList", "CompanyResponse", "SalesPerson")


def swagger(name: str) -> dict[str, Any]:
    """`mapi`, `identity` or `asset`; skips where the file is not beside the checkout."""
    path = FOLDER / f"swagger-{name}.json"
    if not path.is_file():
        pytest.skip(f"Adobe's description is not beside the checkout ({path.relative_to(SHARED.parent)})")
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    _relax_definitions(told["definitions"])
    for path_, operations in told["paths"].items():
        for operation in operations.values():
            _relax_operation(path_, operation)
    return told


@cache
def _operations() -> list[tuple[re.Pattern[str], str, Any]]:
    """Path, method and operation of every call that is described, fixed paths before those with parameters."""
    if not FOLDER.is_dir():
        return []
    found = [
        (each.ok().path, each.ok().method.upper(), each.ok())
        for name in ("mapi", "asset")
        for each in schemathesis.openapi.from_dict(swagger(name)).get_all_operations()
    ]
    return [
        (re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), method, operation)
        for path, method, operation in sorted(found, key=lambda each: "{" in each[0])
    ]


def check_answer(method: str, path: str, answer: requests.Response) -> None:
    """Fails where an answer is not of the form that is described for its call."""
    place = path.partition("?")[0]
    for pattern, known, operation in _operations():
        if known == method and pattern.fullmatch(place):
            operation.validate_response(answer)
            return


def _relax_definitions(definitions: dict[str, Any]) -> None:
    for name, definition in definitions.items():
        if name.startswith("Response") and name != "ResponseOfIdentity":
            # real answers leave out `errors` and `warnings`, those of a refusal have no `result`, the asset API's
            # warnings are texts
            definition["required"] = ["requestId", "success"]
    if "Warning" in definitions:
        definitions["Warning"] = {}
    for name in (*_REQUESTS, "CustomActivity", "Lead", "PushLead", "StaticListResponse", "ProgramResponse"):
        if name in definitions:
            definitions[name].pop("required", None)
    for name in ("CustomObject", "NamedAccount", "Lead", "PushLead", "Company", "SalesPerson"):
        if name in definitions:
            definitions[name]["additionalProperties"] = True
    if "Lead" in definitions:
        reasons = {"type": "array", "items": {"$ref": "#/definitions/Reason"}}
        definitions["Lead"]["properties"]["reasons"] = reasons
        definitions["ColumnHeaderNames"] = {"type": "object", "additionalProperties": {"type": "string"}}
        definitions["ProgramMemberData"] = {
            "type": "object", "required": ["leadId"], "additionalProperties": True,
            "properties": {"leadId": {"type": "integer"}},
        }  # fmt: skip
        definitions["ExportActivityRequest"]["required"] = ["filter"]
        # the page's sample has `created`; only the fields that were asked for come
        definitions["ProgramMemberStatusResponse"]["properties"]["status"]["enum"].append("created")
        definitions["ProgramMember"]["required"] = ["seq", "leadId"]
        # "object" is what the file calls any value of an attribute
        definitions["Attribute"]["properties"]["value"] = {}
    if "FolderResponse" in definitions:
        # recorded traffic has a `List`, and nothing for the address of a folder
        del definitions["FolderResponse"]["properties"]["folderType"]["enum"]
        definitions["FolderResponse"]["properties"]["url"] = {}
        definitions["FolderResponse"]["properties"]["description"] = {}
        for name in ("ChannelProgression", "BrowseAllPrograms", "ProgramResponse"):
            for each in definitions[name]["properties"].values():
                each.pop("enum", None)
            for key in ("description", "folder", "costs", "tags"):
                definitions[name]["properties"][key] = {}
        for definition in definitions.values():
            for each in definition.get("properties", {}).values():
                if each.get("format") == "date-time":
                    del each["format"]  # 2021-11-23T22:57:24Z+0000, as recorded


def _relax_operation(path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter.get("collectionFormat") == "multi":
            parameter["collectionFormat"] = "csv"  # what the pages say and everyone sends
        if parameter["name"] == "status" and parameter["in"] == "query":
            parameter.get("items", {}).pop("enum", None)  # in capitals elsewhere
    if path == "/rest/v1/lists/{listId}/leads.json":
        for parameter in operation["parameters"]:
            if parameter["in"] in ("body", "query"):
                parameter["required"] = False  # either will do
    if path.endswith(_FILES):
        operation["produces"] = ["text/csv", "text/plain", "application/json"]
        operation["responses"] = {code: {"description": "a file"} for code in ("200", "206", "404", "416")}
    if path == "/identity/oauth/token":
        operation["responses"]["401"] = {"description": "not let in"}

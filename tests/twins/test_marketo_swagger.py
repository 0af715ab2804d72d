"""The Marketo twin held against Adobe's own description by schemathesis: calls of all operations, good and bad."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.twins.marketo_calls import Caller, instance, small_instance
from tests.twins.marketo_swagger import swagger

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
#: Calls of each operation with ids of records that are there, with any, and with bad parameters.
EXAMPLES = 1
#: A twin of people, lists and programs has no e-mails, pages, campaigns or custom objects.
SERVED = re.compile(
    r"/identity/|/bulk/v1/(?!custom)|/rest/v1/(?!custom|camp)|/rest/asset/v1/(static|program|channel|folder)"
)
#: Far more than this answers well, unless the twin has forgotten most of the description.
WELL_ANSWERED = {"identity": 1, "mapi": 40, "asset": 8}


@pytest.fixture
def caller() -> Iterator[Caller]:
    with instance() as running:
        caller = Caller(running)
        small_instance(caller.twin)
        for name in ("daily", "rate"):
            caller.twin.limits[name].limit = 1_000_000
        yield caller


@pytest.mark.parametrize("name", ["identity", "mapi", "asset"])
def test_every_answer_is_of_the_described_form(caller: Caller, name: str) -> None:
    answered: Counter[str] = Counter()
    for found in schemathesis.openapi.from_dict(swagger(name)).get_all_operations():
        operation = found.ok()
        if not SERVED.match(operation.path):
            continue
        good = GenerationMode.POSITIVE
        for strategy in (
            operation.as_strategy(generation_mode=good, **_of_records_there(caller, operation)),
            operation.as_strategy(generation_mode=good),
            operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        ):
            _call(caller, strategy, answered)
    assert sum(answered.values()) > 0
    assert len(answered) >= WELL_ANSWERED[name], sorted(answered)
    assert "611" not in caller.twin.calls.told()["refusals"]  # an error of the twin's own


def _call(caller: Caller, strategy: Any, answered: Counter[str]) -> None:
    @seed(20261123)
    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def call(case: Any) -> None:
        answer = case.call(base_url=caller.url, session=caller.session)
        if b'"success":true' in answer.content or b'"access_token"' in answer.content:
            answered[case.operation.label] += 1
        case.validate_response(answer, checks=CHECKS)

    with suppress(Unsatisfiable):  # nothing can be wrong about a call without parameters
        call()


def _of_records_there(caller: Caller, operation: Any) -> dict[str, Any]:
    """Parameters of the small instance, so that more than refusals are seen."""
    names = {parameter.name for parameter in operation.iter_parameters()}
    guid = caller.twin.store.value("select marketoGUID from named_accounts")
    ids = {"leadId": 1, "listId": 1001, "programId": 1004, "fieldApiName": "email", "id": guid}
    if operation.path.startswith("/rest/asset/"):
        ids["id"] = 1004 if "program" in operation.path else 1001
    query: dict[str, Any] = {"nextPageToken": "", "batchSize": 300, "maxReturn": 20, "offset": 0}
    query |= {"filterType": _filter(operation.path), "filterValues": "1,2,20", "fields": ""}
    if "/activities" in operation.path:
        told = caller.get("/rest/v1/activities/pagingtoken.json", sinceDatetime="2026-01-01")
        query |= {"nextPageToken": told["nextPageToken"], "activityTypeIds": "1,12,13", "fields": "firstName"}
        query |= {"sinceDatetime": "2026-01-01", "listId": 1001, "leadIds": "1,2", "assetIds": ""}
    if operation.path == "/identity/oauth/token":
        query = {"grant_type": "client_credentials", **caller.client}
    path = {name: value for name, value in ids.items() if f"{{{name}}}" in operation.path}
    known = {name: value for name, value in query.items() if name in names}
    return {"path_parameters": path or None, "query": known or None}


def _filter(path: str) -> str:
    if path.endswith("/leads.json"):
        return "id"
    return "leadId" if "members" in path else "programId" if "programMembership" in path else "idField"

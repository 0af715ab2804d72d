"""Several calls in one: `/composite`. A later one may use what an earlier one answered, `@{ref.id}`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit

import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.routing import compile_path

from muster.twins.calls import Call, Handler, answer
from muster.twins.salesforce.errors import Refusal, not_found
from muster.twins.salesforce.gate import DATA, json_object
from muster.twins.salesforce.org import Org

PARTS, HEAVY = 25, 5
_REFERENCE = re.compile(r"@\{([\w\[\].]+)\}")
_STEP = re.compile(r"(\w+)|\[(\d+)\]")
_IS_HEAVY = re.compile(r"/query|/composite/")
_HALTED = "The transaction was rolled back since another operation in the same transaction failed."

Resources = Sequence[tuple[str, Mapping[str, Handler]]]


class Composite:
    """Hands the parts of a call to the handlers of their resources; the whole counts as one request."""

    def __init__(self, org: Org, resources: Resources) -> None:
        self._org = org
        self._resources = [(compile_path(DATA + path)[0], handlers) for path, handlers in resources]

    def run(self, call: Call) -> Response:
        body = json_object(call)
        parts = body.get("compositeRequest")
        if not isinstance(parts, list) or not all(isinstance(each, dict) for each in parts):
            raise Refusal(400, "JSON_PARSER_ERROR", "compositeRequest must be a list of objects")
        heavy = sum(bool(_IS_HEAVY.search(str(each.get("url")))) for each in parts)
        if len(parts) > PARTS or heavy > HEAVY:
            what = f"A composite request has at most {PARTS} subrequests, {HEAVY} of them queries or collections"
            raise Refusal(400, "LIMIT_EXCEEDED", what)
        answers: list[dict[str, Any]] = []
        try:
            with self._org.store.writing() if body.get("allOrNone") is True else nullcontext():
                told: dict[str, Any] = {}
                for part in parts:
                    answers.append(self._part(call, part, told))
                if body.get("allOrNone") is True and any(each["httpStatusCode"] >= 400 for each in answers):
                    raise _TakenBack
        except _TakenBack:
            answers = [_halted(each) if each["httpStatusCode"] < 400 else each for each in answers]
        return answer({"compositeResponse": answers})

    def _part(self, call: Call, part: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        name = str(part.get("referenceId", ""))
        try:
            response = self._handled(call, _filled(part, told))
        except Refusal as refusal:
            response = answer(refusal.told, refusal.status)
        content = orjson.loads(response.body) if response.body else None
        if response.status_code < 400:
            told[name] = content
        return {"body": content, "httpHeaders": {}, "httpStatusCode": response.status_code, "referenceId": name}

    def _handled(self, call: Call, part: dict[str, Any]) -> Response:
        method, url = str(part.get("method", "")).upper(), urlsplit(str(part.get("url", "")))
        for pattern, handlers in self._resources:
            match = pattern.fullmatch(url.path.rstrip("/"))
            if match and method in handlers:
                body = orjson.dumps(part["body"]) if "body" in part else b""
                headers = Headers({str(k): str(v) for k, v in (part.get("httpHeaders") or {}).items()})
                return handlers[method](
                    Call(method, url.path, match.groupdict(), QueryParams(url.query), headers, body, call.origin)
                )
        raise not_found()


class _TakenBack(Exception):
    """Undoes the transaction around a call with `allOrNone`."""


def _halted(part: dict[str, Any]) -> dict[str, Any]:
    return part | {"body": [{"errorCode": "PROCESSING_HALTED", "message": _HALTED}], "httpStatusCode": 400}


def _filled(node: Any, told: Mapping[str, Any]) -> Any:
    """The part with its references in place. Raises Refusal for one that leads nowhere."""
    if isinstance(node, dict):
        return {name: _filled(each, told) for name, each in node.items()}
    if isinstance(node, list):
        return [_filled(each, told) for each in node]
    return _REFERENCE.sub(lambda match: str(_found(match[1], told)), node) if isinstance(node, str) else node


def _found(reference: str, told: Any) -> Any:
    place = told
    for name, number in _STEP.findall(reference):
        try:
            place = place[int(number)] if number else place[name]
        except (KeyError, IndexError, TypeError):
            raise Refusal(
                400, "PROCESSING_HALTED", f"Invalid reference specified. No value for {reference} found"
            ) from None
    return place

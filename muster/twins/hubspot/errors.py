"""Refusals in HubSpot's dress.

Shapes are those of the vendor's `Error` and `StandardError` schemas. Texts are the vendor's where they are known from
answers that were seen; the others are ours and say so in few words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from muster.twins.calls import answer

VALIDATION = "VALIDATION_ERROR"
NOT_FOUND = "OBJECT_NOT_FOUND"
CONFLICT = "CONFLICT"


class Refusal(Exception):
    """An answer with an error; `context` is a map of lists, as everywhere in HubSpot."""

    def __init__(
        self,
        status: int,
        message: str,
        category: str = VALIDATION,
        *,
        sub_category: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
        context: Mapping[str, Sequence[str]] | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.category, self.sub_category = status, message, category, sub_category
        self.errors, self.context, self.extra, self.headers = errors, context, extra or {}, headers

    def answer(self, correlation: str) -> Response:
        body: dict[str, Any] = {"status": "error", "message": self.message, "correlationId": correlation}
        if self.context:
            body["context"] = self.context
        if self.errors:
            body["errors"] = list(self.errors)
        body |= {name: value.replace("{correlation}", correlation) for name, value in self.extra.items()}
        if self.category:
            body["category"] = self.category
        if self.sub_category:
            body["subCategory"] = self.sub_category
        return answer(body, self.status, self.headers)

    def in_batch(self, **context: Sequence[str]) -> dict[str, Any]:
        """As one of the `errors` of a 207."""
        told = {"status": "error", "category": self.category, "message": self.message}
        if self.sub_category:
            told["subCategory"] = self.sub_category
        return {**told, "context": {**(self.context or {}), **context}}


def invalid(message: str, **context: Sequence[str]) -> Refusal:
    return Refusal(400, message, context=context)


def not_found(message: str = "resource not found") -> Refusal:
    return Refusal(404, message, NOT_FOUND)


def gone_records(singular: str, ids: Sequence[str]) -> Refusal:
    """Records asked for in a batch that are not there."""
    told = f"Could not get some {singular.upper()} objects, they may be deleted or not exist. Check that ids are valid."
    return Refusal(404, told, NOT_FOUND, context={"ids": list(ids)})


def unauthorised() -> Refusal:
    told = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details"
        " at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return Refusal(401, told, "INVALID_AUTHENTICATION")


def expired(seconds: int) -> Refusal:
    told = f"The OAuth token used to make this call expired {seconds} second(s) ago."
    return Refusal(401, told, "EXPIRED_AUTHENTICATION")


def missing_scopes(scopes: Sequence[str]) -> Refusal:
    error = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(scopes)},
    }
    told = "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
    return Refusal(403, told + "https://developers.hubspot.com/scopes.", "MISSING_SCOPES", errors=[error])


def too_often_searched() -> Refusal:
    return Refusal(429, "You have reached your secondly limit.", "RATE_LIMITS")


def too_many_calls(policy: str) -> Refusal:
    """The ten-second window or the day is used up."""
    extra = {"errorType": "RATE_LIMIT", "policyName": policy, "requestId": "{correlation}"}
    return Refusal(429, f"You have reached your {policy.lower()} limit.", "", extra=extra)

"""Errors as Salesforce tells them.

A request's error is an array of objects: `[{"message": …, "errorCode": …, "fields": […]}]`; that of one record in a
list has `statusCode` in place of `errorCode`, and in the CSV of Bulk results it is `CODE:message:Field --`.
Codes and the recorded texts: the vendor's REST guide and Partner WSDL, `StatusCode` and `ExceptionCode`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RecordError:
    """What is wrong with one record."""

    code: str
    message: str
    fields: tuple[str, ...] = ()
    #: Members of its own, such as `duplicateResult`.
    more: Mapping[str, Any] = field(default_factory=dict)

    def listed(self) -> dict[str, Any]:
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields), **self.more}

    def single(self) -> dict[str, Any]:
        return {"message": self.message, "errorCode": self.code, "fields": list(self.fields), **self.more}

    def cell(self) -> str:
        return f"{self.code}:{self.message}:{','.join(self.fields)} --"


class Refusal(Exception):
    """A request that is answered with an error; `told` are the objects of its body."""

    def __init__(self, status: int, code: str, message: str, *more: RecordError) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message
        self.told: list[dict[str, Any]] = [each.single() for each in more]
        if not more:
            self.told = [{"message": message, "errorCode": code}]

    @classmethod
    def of(cls, *errors: RecordError) -> Refusal:
        """The answer to a request about one record with something wrong."""
        first = errors[0]
        status = 404 if first.code in ("NOT_FOUND", "ENTITY_IS_DELETED") else 400
        return cls(status, first.code, first.message, *errors)


def not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND", "The requested resource does not exist")


def malformed(message: str) -> Refusal:
    return Refusal(400, "MALFORMED_QUERY", message)

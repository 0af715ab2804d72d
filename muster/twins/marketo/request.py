"""A call as Marketo's handlers see it: parameters from the URL or a form body, JSON bodies, `_method`.

Source: the "Lead Database" and "Error Codes" pages; recorded traffic for `_method` in the query and in the body.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from muster.twins.calls import Call
from muster.twins.marketo.errors import ApiError, Skip

#: Records in one call, values of one filter, records on one page.
MOST = 300
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class User:
    """Who calls: the API-only user (by e-mail) that a custom service belongs to, and what its roles allow."""

    name: str
    permissions: frozenset[str] | None = None  # None: everything
    partitions: frozenset[str] | None = None  # None: all

    def may(self, one_of: Iterable[str]) -> bool:
        needed = tuple(one_of)
        return self.permissions is None or not needed or any(name in self.permissions for name in needed)


class Request:
    """One call by a user. `method` is the one meant: a POST with `_method=GET` is a GET."""

    def __init__(self, call: Call, user: User) -> None:
        self.call, self.user = call, user
        self._given = list(call.query.multi_items())
        if call.method == "POST" and call.headers.get("content-type", "").startswith(_FORM):
            self._given += call.form().multi_items()
        meant = self.one("_method").upper()
        self.method = meant if call.method == "POST" and meant in ("GET", "DELETE") else call.method

    # -- parameters ------------------------------------------------------------------------------------------------

    def one(self, name: str, default: str = "") -> str:
        """The first value of a parameter of the query or of a form body."""
        return next((value for given, value in self._given if given == name), default)

    def needed(self, name: str) -> str:
        """Raises ApiError 1002 where it is missing."""
        value = self.one(name)
        if not value:
            raise ApiError(1002, name)
        return value

    def listed(self, name: str) -> list[str]:
        """All values of a parameter, repeated or joined by commas."""
        values = (part.strip() for given, value in self._given if given == name for part in value.split(","))
        return [value for value in values if value]

    def integers(self, name: str) -> list[int]:
        return [integer(value) for value in self.listed(name)]

    def ids(self) -> list[str]:
        """The lead ids of the query, 1 to 300."""
        ids = [str(number) for number in self.integers("id")]
        if not ids:
            raise ApiError(1002, "id")
        if len(ids) > MOST:
            raise ApiError(1003, message=f"Too many ids: {len(ids)} exceeds the limit {MOST}")
        return ids

    def integer(self, name: str, default: int) -> int:
        value = self.one(name)
        return integer(value) if value else default

    def flag(self, name: str) -> bool:
        return self.one(name).lower() == "true"

    @property
    def batch_size(self) -> int:
        """Records on a page; what is out of range is taken for the most (our decision)."""
        size = self.integer("batchSize", MOST)
        return size if 0 < size <= MOST else MOST

    def path(self, name: str) -> str:
        return self.call.params[name]

    def path_id(self, name: str) -> str:
        """An id of the path, in the form in which ids are kept. Raises ApiError 1001 where it is no number."""
        return str(integer(self.call.params[name]))

    # -- bodies ----------------------------------------------------------------------------------------------------

    @property
    def has_json(self) -> bool:
        return bool(self.call.body) and "json" in self.call.headers.get("content-type", "")

    def json(self) -> dict[str, Any]:
        """The body. Raises ApiError 612 where it is said not to be JSON, 609 where it is none, or no object."""
        if "json" not in self.call.headers.get("content-type", ""):
            raise ApiError(612)
        try:
            body = self.call.json()
        except orjson.JSONDecodeError:
            raise ApiError(609) from None
        if not isinstance(body, dict):
            raise ApiError(609)
        return body

    def inputs(self) -> list[dict[str, Any]]:
        """The records of the body's `input`, 1 to 300."""
        return records_of(self.json())


def records_of(body: dict[str, Any], most: int = MOST) -> list[dict[str, Any]]:
    """The records of `input`. Raises ApiError; the text for too many is our decision."""
    given = body.get("input")
    if not given:
        raise ApiError(1002, "input")
    if not isinstance(given, list) or not all(isinstance(record, dict) for record in given):
        raise ApiError(609)
    if len(given) > most:
        raise ApiError(1003, message=f"Too many records in input: {len(given)} exceeds the limit {most}")
    return given


def integer(value: Any) -> int:
    """A whole number of a parameter. Raises ApiError 1001."""
    try:
        number = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or abs(number) >= 2**63:
        raise ApiError(1001, value, "Integer")
    return number


def record_id(record: dict[str, Any], name: str = "id") -> str:
    """An id given in a record, as it is kept. Raises Skip 1002 where it is missing, 1001 where it is no number."""
    if record.get(name) in (None, ""):
        raise Skip(1002, name)
    try:
        return str(integer(record[name]))
    except ApiError:
        raise Skip(1001, record[name], "Integer") from None


def text_of(body: dict[str, Any], name: str, default: str = "") -> str:
    """A text of a body. Raises ApiError 1001 where it is something else."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise ApiError(1001, value, "String")
    return value

"""What a caller asked, in query and body, checked."""

from __future__ import annotations

from collections import Counter
from typing import Any

from muster.twins.calls import Call
from muster.twins.hubspot.errors import invalid

Body = dict[str, Any]


def names_in(call: Call, parameter: str) -> list[str]:
    """A list in the query, repeated or with commas."""
    return [name.strip() for each in call.query.getlist(parameter) for name in each.split(",") if name.strip()]


def flag(call: Call, name: str) -> bool:
    return call.query.get(name, "false").lower() == "true"


def limit_in(call: Call, default: int, most: int) -> int:
    """The page size asked for. Raises a refusal beyond `most`."""
    text = call.query.get("limit", str(default))
    return size(int(text) if text.isdigit() else text, most)


def size(limit: object, most: int) -> int:
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= most:
        raise invalid(f"Invalid limit: {limit}; it must be from 1 to {most}")
    return limit


def cursor(text: object) -> int:
    """The number in a cursor, 0 for none. Raises a refusal for what was never one."""
    if text in (None, ""):
        return 0
    if not str(text).isdigit():
        raise invalid(f"Invalid paging cursor: {text}")
    return int(str(text))


def body_of(call: Call, *required: str) -> Body:
    """The object in the body. Raises a refusal where it is none, or lacks a required field."""
    body = call.json()
    if not isinstance(body, dict):
        raise invalid(
            "Invalid input JSON on line 1, column 1: Cannot deserialize instance from a value that is no object"
        )
    return checked(body, *required)


def checked(body: object, *required: str) -> Body:
    if not isinstance(body, dict):
        raise invalid("Invalid input JSON: a value that is no object stands in the place of one")
    missing = [name for name in required if body.get(name) is None]
    if missing:
        raise invalid(f"Invalid input JSON: Some required fields were not set: [{', '.join(missing)}]")
    return body


def list_of(body: Body, name: str) -> list[Any]:
    """A field that is a list; nothing is an empty one."""
    found = body.get(name)
    if found is not None and not isinstance(found, list):
        raise invalid(f"Invalid input JSON: '{name}' must be a list")
    return found or []


def inputs_of(body: Body, most: int, *required: str) -> list[Body]:
    """The inputs of a batch. Raises a refusal where there are too many or one lacks a field."""
    checked(body, "inputs")
    inputs = [checked(each, *required) for each in list_of(body, "inputs")]
    if len(inputs) > most:
        raise invalid(f"The maximum number of inputs of this batch is {most}, but there were {len(inputs)}")
    return inputs


def refuse_doubles(ids: list[str]) -> None:
    """A batch names each record once."""
    doubled = [id_ for id_, times in Counter(ids).items() if times > 1]
    if doubled:
        raise invalid(f"Duplicate IDs found in batch input: [{', '.join(doubled)}]. IDs must be unique")

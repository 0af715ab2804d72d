"""What pydantic found, told as problems: the line, the mistake in plain words, and how to mend it."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any, TypeVar, Union

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from muster.config.document import Document
from muster.config.names import hint, listing
from muster.errors import Problem

M = TypeVar("M", bound=BaseModel)

_KINDS = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list",
    "dict_type": "key: value pairs",
    "model_type": "key: value pairs",
    "model_attributes_type": "key: value pairs",
}


def validate(document: Document, model: type[M]) -> tuple[M | None, list[Problem]]:
    """The document as a model, or every mistake in it."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        return None, [_explain(document, model, detail) for detail in error.errors(include_url=False)]


def _explain(document: Document, model: type[BaseModel], detail: ErrorDetails) -> Problem:
    location = _as_written(detail["loc"])
    name = str(location[-1]) if location else "the file"
    kind, context = detail["type"], detail.get("ctx", {})
    value = None if location in document.secret else detail.get("input")
    what, mend = f"{_called(location)}: {detail['msg'][:1].lower()}{detail['msg'][1:]}", ""
    if detail["loc"][-1:] == ("[key]",):
        what, mend = f"the key {name} must be text", f'write it in quotes: "{name}"'
    elif kind == "extra_forbidden":
        keys = list(_keys(model, location[:-1]))
        what, mend = f"unknown key '{name}'", hint(name, keys, f"the keys here are {listing(keys)}")
    elif kind == "missing":
        what, mend = f"'{name}' is missing", f"add {name}: …"
    elif kind in _KINDS:
        what = f"{_called(location)} must be {_KINDS[kind]}" + (", and nothing stands here" if value is None else "")
        if kind == "string_type" and isinstance(value, (int, float)):
            mend = f'write it in quotes: "{str(value).lower() if isinstance(value, bool) else value}"'
    elif kind in ("literal_error", "enum"):
        allowed = [part.strip(" '") for part in str(context["expected"]).replace(" or ", ",").split(",")]
        shown = f", not '{value}'" if isinstance(value, str) else ""
        what = f"{_called(location)} must be one of {', '.join(allowed)}{shown}"
        mend = hint(value, allowed) if isinstance(value, str) else ""
    elif kind == "string_pattern_mismatch":
        shown = f"'{value}' cannot be a name" if isinstance(value, str) else "this cannot be a name"
        what, mend = f"{_called(location)}: {shown}", "begin with a small letter; then small letters, digits, - and _"
    elif kind == "too_short":
        what = f"{_called(location)} is empty"
        mend = f"give at least {context.get('min_length', 1)}"
    elif kind == "union_tag_invalid":
        what, mend = "'connection' is for marketo, salesforce, hubspot and table sources", "give 'path' instead"
    elif kind == "value_error":
        what = f"{_called(location)}: {context['error']}"
    return document.problem(location, what, mend)


def _as_written(steps: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """A location as it stands in the file: without what pydantic adds, marks of keys and the kind of a connection."""
    written = [step for step in steps if step != "[key]"]
    if "connection" in written[:-1]:
        del written[written.index("connection") + 1]
    return tuple(written)


def _called(location: tuple[str | int, ...]) -> str:
    """`'files'` for a key, `'files', item 2` for an item of its list."""
    if not location:
        return "the file"
    if isinstance(location[-1], int):
        outer = next((step for step in reversed(location) if isinstance(step, str)), None)
        return f"'{outer}', item {location[-1] + 1}" if outer else f"item {location[-1] + 1}"
    return f"'{location[-1]}'"


def _keys(model: type[BaseModel], location: tuple[str | int, ...]) -> Iterator[str]:
    """The keys that are right at a location, by walking the models' own annotations."""
    models: list[type[BaseModel]] = [model]
    for step in location:
        inner = [
            found
            for outer in models
            for key, info in outer.model_fields.items()
            if step in (key, info.alias)
            for found in _models(info.annotation)
        ]
        models = inner or models  # a list position, or the tag of a union
    for found in models:
        yield from (info.alias or key for key, info in found.model_fields.items())


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models inside an annotation such as `list[Source]` or `A | None`."""
    origin = typing.get_origin(annotation)
    if origin is not None or isinstance(annotation, types.UnionType) or annotation is Union:
        for argument in typing.get_args(annotation):
            yield from _models(argument)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation

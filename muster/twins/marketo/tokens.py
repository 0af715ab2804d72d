"""Paging tokens: opaque to the caller, all the state of a page to the twin, so that they never expire.

They look like the vendor's: base 32 with its padding. How long Marketo keeps one is not told; ours are for ever.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import orjson

from muster.twins.marketo.errors import ApiError


def token(**state: Any) -> str:
    """The token that stands for `state`."""
    told = orjson.dumps(state)
    return base64.b32encode(zlib.crc32(told).to_bytes(4, "big") + told).decode()


def state_of(text: str, kind: str) -> dict[str, Any]:
    """What the token stands for. `kind` is what `state["of"]` must be: a token of one endpoint is none of another.

    Raises ApiError 1003 where it is not a token that was given (the text is our decision).
    """
    try:
        raw = base64.b32decode(text.encode())
        check, told = raw[:4], raw[4:]
        state = orjson.loads(told) if zlib.crc32(told).to_bytes(4, "big") == check else None
    except (binascii.Error, ValueError):
        state = None
    if not isinstance(state, dict) or state.get("of") != kind:
        raise ApiError(1003, message="Invalid nextPageToken")
    return state

"""Signs each attempt as it leaves, for the time of a message is that of the attempt."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import requests

from muster.connectors.webhook.guarding import GuardedAdapter
from muster.connectors.webhook.signatures import ID, SIGNATURE, TIME, signatures


class SigningAdapter(GuardedAdapter):
    """Adds time and signature to whatever bears a message id."""

    def __init__(self, keys: Sequence[bytes], private: bool, clock: Callable[[], float] = time.time) -> None:
        self._keys, self._clock = keys, clock
        super().__init__(private)

    def add_headers(self, request: requests.PreparedRequest, **_: object) -> None:
        message, body = request.headers.get(ID), request.body
        if message and self._keys:
            seconds = int(self._clock())
            raw = body.encode() if isinstance(body, str) else bytes(body or b"")
            request.headers[TIME] = str(seconds)
            request.headers[SIGNATURE] = signatures(self._keys, message, seconds, raw)

"""Tokens: fetched when there is none, before they expire, and when the vendor no longer takes them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr


@dataclass(frozen=True)
class Grant:
    """A token and the seconds it is good for; None where the vendor does not say."""

    token: SecretStr
    seconds: float | None = None


@dataclass
class Bearer:
    """Authorises calls by a bearer token that `fetch` gets; threads share one token and fetch it once.

    It is fetched anew `leeway` seconds, or a tenth of its life, before it expires: what is sent must still be good
    when it arrives.
    """

    fetch: Callable[[], Grant] = field(repr=False)
    leeway: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _token: SecretStr | None = field(default=None, repr=False)
    _until: float = 0.0

    def __call__(self) -> Mapping[str, str]:
        """The headers to send; errors are those of `fetch`."""
        with self._lock:
            if self._token is None or self.clock() >= self._until:
                asked = self.clock()
                grant = self.fetch()
                life = float("inf") if grant.seconds is None else grant.seconds
                self._token, self._until = grant.token, asked + life - min(self.leeway, life / 10)
            return _headers(self._token)

    def forget(self, headers: Mapping[str, str]) -> None:
        """The vendor refused these headers; nothing happens where another thread has fetched a newer token."""
        with self._lock:
            if self._token is not None and headers == _headers(self._token):
                self._token = None


def _headers(token: SecretStr) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token.get_secret_value()}"}

"""How long one call is tried again before it is given up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random_exponential

from muster.connectors.http.errors import TryAgain


@dataclass(frozen=True)
class Patience:
    """Up to `attempts` tries of one call within `seconds`, waits included; `strange` tries of a host that never
    answered, for its address is then rather wrong than busy.

    Waits are as long as the vendor told, else random up to a bound that doubles from `pause` to `longest` seconds, so
    that many who were thrown out together do not come back together.
    """

    seconds: float = 600.0
    attempts: int = 20
    strange: int = 4
    renewals: int = 3
    pause: float = 0.5
    longest: float = 60.0
    sleep: Callable[[float], None] = time.sleep

    def tries(self, *, strange: bool, give_up: Callable[[RetryCallState], object]) -> Retrying:
        """What to put a call through: it is tried again after TryAgain, and `give_up` says what comes of it at last."""
        growing = wait_random_exponential(multiplier=self.pause, max=self.longest)

        def wait(state: RetryCallState) -> float:
            failed = failure(state)
            return growing(state) if failed.after is None else failed.after

        return Retrying(
            retry=retry_if_exception_type(TryAgain),
            wait=wait,
            stop=stop_after_attempt(self.strange if strange else self.attempts) | stop_before_delay(self.seconds),
            sleep=self.sleep,
            retry_error_callback=give_up,
        )


def failure(state: RetryCallState) -> TryAgain:
    """Why the last attempt failed."""
    failed = state.outcome.exception() if state.outcome else None
    return failed if isinstance(failed, TryAgain) else TryAgain("no attempt was made")

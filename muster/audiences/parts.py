"""Which part of a split somebody is in: a stable hash of the split's name and the person's or account's id.

Nothing else counts, neither who else is in nor when it is asked, so parts stay as others come and go. The number is
the first eight hexadecimal digits of the MD5 of `<salt>:<id>`, modulo 10,000: hundredths of a per cent, which any
engine gives alike. Parts take consecutive numbers in the order in which they are written.
"""

from __future__ import annotations

from collections.abc import Mapping

from muster.config.audience import PARTS_OF_A_PERCENT
from muster.sql import literal

HUNDREDTHS = 100 * PARTS_OF_A_PERCENT


def number(salt: str, identifier: str) -> str:
    """SQL for somebody's number, 0 to 9,999; `identifier` is the SQL of the id."""
    return f"(('0x' || md5({literal(salt + ':')} || {identifier})[:8])::bigint % {HUNDREDTHS})"


def bounds(parts: Mapping[str, float]) -> dict[str, tuple[int, int]]:
    """For each part the numbers that it takes, from the first up to, not including, the second."""
    found, start = {}, 0
    for name, share in parts.items():
        end = start + round(share * PARTS_OF_A_PERCENT)
        found[name] = (start, end)
        start = end
    return found

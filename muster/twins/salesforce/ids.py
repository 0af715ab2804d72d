"""Record ids: fifteen characters in which case matters, or eighteen that also survive where it does not.

The three added characters stand for five characters each: a bit for every capital, the first the lowest, spelt by one
of `A…Z0…5`. The API always answers with eighteen and takes both.
"""

from __future__ import annotations

import re
import string
from itertools import count
from threading import Lock

from muster.sql import literal

CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
#: In the order of their codes, so that later ids are greater ones.
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: The pod in ids that this twin gives, so that they never meet those of loaded records.
POD = "Tw"
#: Letters and, for each, whether it is a capital; and the 32 patterns of five such marks, in the order of `CHECKS`.
_LETTERS = string.ascii_letters + string.digits
_BITS = "".join("1" if each in string.ascii_uppercase else "0" for each in _LETTERS)
_PATTERNS = " ".join(f"{number:05b}"[::-1] for number in range(32))
_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")


def is_id(text: object) -> bool:
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def full(id_: str) -> str:
    """The form of eighteen characters; what is no id stays as it is."""
    if len(id_) != 15 or not is_id(id_):
        return id_
    return id_ + "".join(_check(id_[start : start + 5]) for start in (0, 5, 10))


def _check(five: str) -> str:
    return CHECKS[sum(1 << place for place, letter in enumerate(five) if "A" <= letter <= "Z")]


def full_sql(column: str) -> str:
    """The same in SQL, over an expression."""
    bits = f"translate({column}, {literal(_LETTERS)}, {literal(_BITS)})"
    checks = " || ".join(
        f"substr('{CHECKS}', 1 + (instr('{_PATTERNS}', substr({bits}, {start}, 5)) - 1) // 6, 1)"
        for start in (1, 6, 11)
    )
    return f"case when regexp_full_match({column}, '[A-Za-z0-9]{{15}}') then {column} || {checks} else {column} end"


class Ids:
    """Gives ids, each greater than those before it. `start` is the number to begin with, for a store that has some."""

    def __init__(self, start: int = 1) -> None:
        self._numbers = count(start)
        self._lock = Lock()

    def next(self, prefix: str) -> str:
        with self._lock:
            number = next(self._numbers)
        return full(prefix + POD + _base62(number).rjust(10, "0"))


def number_of(id_: str) -> int:
    """The number in an id that a twin gave; 0 for others."""
    if id_[3:5] != POD:
        return 0
    number = 0
    for digit in id_[5:15]:
        number = number * 62 + DIGITS.index(digit)
    return number


def _base62(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
    return text

"""The right name nearest to a wrong one, for the hint at the end of a message."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

#: From this likeness on (0 to 1) a name may have been meant; others are named only if nearly as like as the best.
ALIKE = 0.6


def nearest(wrong: str, right: Iterable[str], limit: int = 3) -> list[str]:
    """Up to `limit` names that look like `wrong`, best first.

    Where none does, a dotted path is found by its last part: `address` finds `workEmail.address`.
    """
    names = list(dict.fromkeys(right))
    likeness = {name: SequenceMatcher(None, wrong.lower(), name.lower()).ratio() for name in names}
    best = max(likeness.values(), default=0.0)
    close = [name for name in names if likeness[name] >= max(ALIKE, best - 0.05)]
    if close:
        return sorted(close, key=lambda name: -likeness[name])[:limit]
    tail = "." + wrong.rsplit(".", 1)[-1].lower()
    return [name for name in names if name.lower().endswith(tail)][:limit]


def hint(wrong: str, right: Iterable[str], otherwise: str = "") -> str:
    """`did you mean a, b or c?`, or `otherwise` where nothing comes near."""
    names = nearest(wrong, right)
    if not names:
        return otherwise
    told = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"did you mean {told}?"


def listing(names: Iterable[str], limit: int = 12) -> str:
    """The names themselves, cut short where there are many."""
    told = list(names)
    more = f", … ({len(told)} in all)" if len(told) > limit else ""
    return ", ".join(told[:limit]) + more

"""Whether a rule would be answered as it was the last time: the same question, asked of the same data.

The question has the evaluation's instant in it wherever the rule depends on time, so that a rule about the last 30 days
is a new question whenever it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from muster.audiences.planning.agenda import Agenda
from muster.audiences.planning.plan import Ask, Both, Either, Member, Plan, Rest, leaves
from muster.snapshot.publish import ORDINAL

Digests = Mapping[str, Mapping[str, str]]


def question(agenda: Agenda, name: str, digests: Digests) -> str | None:
    """A digest of what a rule asks and of the columns it reads.

    None where that cannot be told: the rule asks about other audiences, or the snapshot has no digests.
    """
    plan, everyone = agenda.plans[name], agenda.everyone[name]
    read = {(everyone, ORDINAL)}
    for leaf in leaves(plan):
        read |= {(table, column) for table, columns in agenda.read[leaf.shape].items() for column in columns}
    told = list(_told(plan))
    if None in told or not all(table in digests for table, _ in read):
        return None
    data = (f"{table} {column} {digests[table].get(column)}" for table, column in sorted(read))
    return hashlib.blake2b("\n".join((everyone, *map(str, told), *data)).encode(), digest_size=16).hexdigest()


def _told(plan: Plan) -> Iterator[str | None]:
    match plan:
        case Ask(leaf):
            constants = [[item.value for item in test.constants] for test in leaf.tests]
            counted = (leaf.count.operator, leaf.count.number.value) if leaf.count else None
            yield f"{leaf.shape} {constants!r} {counted!r}"
        case Member():
            yield None
        case Rest(part):
            yield "not"
            yield from _told(part)
        case Both(parts) | Either(parts):
            yield f"{type(plan).__name__} {len(parts)}"
            for part in parts:
                yield from _told(part)

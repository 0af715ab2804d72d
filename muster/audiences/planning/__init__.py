"""How many rules are answered in few passes: rules → plans over leaves → families of leaves → one pass each.

`plan` takes a rule apart at `and`, `or` and `not`, and moves out of quantifiers what does not depend on their rows.
`reading` says of each condition that is left which rows it looks through and which constants it compares them with.
`family` puts leaves together that differ only in those constants, `agenda` holds what one evaluation asks, and `sweep`
answers a family in one query.
"""

from muster.audiences.planning.agenda import Agenda
from muster.audiences.planning.family import Family
from muster.audiences.planning.leaf import Leaf
from muster.audiences.planning.plan import Ask, Both, Either, Member, Plan, Rest, leaves, plan
from muster.audiences.planning.question import question
from muster.audiences.planning.sweep import sweep

__all__ = [
    "Agenda", "Ask", "Both", "Either", "Family", "Leaf", "Member", "Plan", "Rest",
    "leaves", "plan", "question", "sweep",
]  # fmt: skip

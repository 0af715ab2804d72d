"""Audiences: evaluated together on one snapshot, kept as versions of membership."""

from muster.audiences.evaluate import Evaluation, Outcome, evaluate
from muster.audiences.membership import Membership, MembershipStore

__all__ = ["Evaluation", "Membership", "MembershipStore", "Outcome", "evaluate"]

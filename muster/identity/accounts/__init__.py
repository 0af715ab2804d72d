"""Accounts over many sources: which records are one, which links hold, and which accounts belong together."""

from muster.identity.accounts.groups import grouped
from muster.identity.accounts.judging import judged
from muster.identity.accounts.leads import lead_accounts
from muster.identity.accounts.names import comparable_names
from muster.identity.accounts.pairs import account_pairs

__all__ = ["account_pairs", "comparable_names", "grouped", "judged", "lead_accounts"]

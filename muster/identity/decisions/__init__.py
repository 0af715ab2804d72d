"""What people decide about identity: the file of decisions, the review of doubtful pairs, and taking people apart."""

from muster.identity.decisions.file import DECISIONS_FILE, Decision, add_decisions, read_decisions

__all__ = ["DECISIONS_FILE", "Decision", "add_decisions", "read_decisions"]

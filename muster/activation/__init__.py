"""Activation: what each destination should hold, what it has acknowledged, and how the difference gets there."""

from muster.activation.deliver import deliver
from muster.activation.due import Due, due
from muster.activation.ledger import Ledger
from muster.activation.reports import ActivationReport, DeliveryReport, reports_since
from muster.activation.wanted import Wanted, check_fields, want

__all__ = [
    "ActivationReport",
    "DeliveryReport",
    "Due",
    "Ledger",
    "Wanted",
    "check_fields",
    "deliver",
    "due",
    "reports_since",
    "want",
]

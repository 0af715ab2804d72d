"""What the system fills in by itself from what was given: names, stages, closed marks."""

from __future__ import annotations

from datetime import date

from muster.twins.salesforce.schema import Entity
from muster.twins.salesforce.writing.drafts import Draft, Kept

_PEOPLE = ("Contact", "Lead", "User")
#: Stage → probability, forecast category and its label, from a fresh Developer Edition org.
STAGES = {
    "Prospecting": (10, "Pipeline", "Pipeline"),
    "Qualification": (10, "Pipeline", "Pipeline"),
    "Needs Analysis": (20, "Pipeline", "Pipeline"),
    "Value Proposition": (50, "Pipeline", "Pipeline"),
    "Id. Decision Makers": (60, "Pipeline", "Pipeline"),
    "Perception Analysis": (70, "Pipeline", "Pipeline"),
    "Proposal/Price Quote": (75, "Pipeline", "Pipeline"),
    "Negotiation/Review": (90, "Pipeline", "Pipeline"),
    "Closed Won": (100, "Closed", "Closed"),
    "Closed Lost": (0, "Omitted", "Omitted"),
}


def derived(entity: Entity, draft: Draft) -> Kept:
    """Further values of a draft that is written."""
    match entity.name:
        case name if name in _PEOPLE and draft.values.keys() & {"FirstName", "LastName"}:
            return {"Name": " ".join(filter(None, (draft.after("FirstName"), draft.after("LastName"))))}
        case "Opportunity":
            return _opportunity(draft)
        case "Task":
            closed, high = draft.after("Status") == "Completed", draft.after("Priority") == "High"
            return {"IsClosed": str(closed).lower(), "IsHighPriority": str(high).lower()}
    return {}


def _opportunity(draft: Draft) -> Kept:
    found: Kept = {}
    stage = draft.after("StageName") or ""
    if "StageName" in draft.values and stage in STAGES:
        probability, category, label = STAGES[stage]
        found = {"ForecastCategory": category}
        found |= {} if "ForecastCategoryName" in draft.values else {"ForecastCategoryName": label}
        found |= {} if "Probability" in draft.values else {"Probability": f"{probability}.0"}
    if "StageName" in draft.values:
        found["IsClosed"] = str(stage.startswith("Closed")).lower()
        found["IsWon"] = str(stage == "Closed Won").lower()
    if closes := draft.values.get("CloseDate"):
        day = date.fromisoformat(closes)
        quarter = (day.month + 2) // 3
        found |= {"FiscalYear": str(day.year), "FiscalQuarter": str(quarter), "Fiscal": f"{day.year} {quarter}"}
    amount, probability_ = draft.after("Amount"), found.get("Probability") or draft.after("Probability")
    if amount is not None and probability_ is not None:
        found["ExpectedRevenue"] = repr(round(float(amount) * float(probability_) / 100, 2))
    return found

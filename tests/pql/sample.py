"""A small B2B schema, as a dbt project's marts would give it, and a handful of rows in an in-memory DuckDB.

People and accounts are keyed by integer ordinals as in a snapshot, everything else by text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import duckdb

from muster.pql import compile_rule
from muster.schema import Edge, EntityClass, Field, Schema

NOW = datetime(2026, 3, 18, 12, 30)  # a Wednesday

#: class → column → (DuckDB type, XDM path or None)
COLUMNS: dict[str, dict[str, tuple[str, str | None]]] = {
    "person": {
        "_ord": ("integer", None),
        "person_id": ("varchar", "personID"),
        "first_name": ("varchar", "person.name.firstName"),
        "work_email": ("varchar", "workEmail.address"),
        "job_title": ("varchar", "extendedWorkDetails.jobTitle"),
        "departments": ("varchar[]", "extendedWorkDetails.departments"),
        "work_country": ("varchar", "workAddress.country"),
        "work_city": ("varchar", "workAddress.city"),
        "person_score": ("double", "b2b.personScore"),
        "is_blocked": ("boolean", "b2b.isBlocked"),
        "birth_date": ("date", "person.birthDate"),
        "last_activity_at": ("timestamp", "extSourceSystemAudit.lastActivityDate"),
        "account_ord": ("integer", None),
    },
    "account": {
        "_ord": ("integer", None),
        "account_name": ("varchar", "accountName"),
        "account_number": ("varchar", "accountNumber"),
        "country": ("varchar", "accountBillingAddress.country"),
        "industry": ("varchar", "accountOrganization.industry"),
        "employees": ("bigint", "accountOrganization.numberOfEmployees"),
        "revenue": ("double", "accountOrganization.annualRevenue.amount"),
        "revenue_currency": ("varchar", "accountOrganization.annualRevenue.currencyCode"),
        "parent_ord": ("integer", None),
        "created_at": ("timestamp", "extSourceSystemAudit.createdDate"),
    },
    "account_person": {
        "account_person_id": ("varchar", None),
        "account_ord": ("integer", None),
        "person_ord": ("integer", None),
        "person_role": ("varchar", "personRole"),
        "is_active": ("boolean", "isActive"),
    },
    "opportunity": {
        "opportunity_id": ("varchar", None),
        "opportunity_name": ("varchar", "opportunityName"),
        "stage": ("varchar", "opportunityStage"),
        "account_ord": ("integer", None),
        "amount": ("double", "opportunityAmount.amount"),
        "amount_currency": ("varchar", "opportunityAmount.currencyCode"),
        "expected_revenue": ("double", "expectedRevenue.amount"),
        "is_closed": ("boolean", "isClosed"),
        "is_won": ("boolean", "isWon"),
        "expected_close_date": ("date", "expectedCloseDate"),
        "actual_close_date": ("timestamp", "actualCloseDate"),
    },
    "opportunity_person": {
        "opportunity_person_id": ("varchar", None),
        "opportunity_id": ("varchar", None),
        "person_ord": ("integer", None),
        "person_role": ("varchar", "personRole"),
        "is_primary": ("boolean", "isPrimary"),
    },
    "activity": {
        "activity_id": ("varchar", None),
        "person_ord": ("integer", None),
        "event_type": ("varchar", "eventType"),
        "occurred_at": ("timestamp", "timestamp"),
        "page_name": ("varchar", "web.webPageDetails.name"),
        "campaign_id": ("varchar", None),
    },
    "campaign": {
        "campaign_id": ("varchar", None),
        "campaign_name": ("varchar", "campaignName"),
        "actual_cost": ("double", "actualCost.amount"),
        "budgeted_cost": ("double", "budgetedCost.amount"),
    },
    "campaign_member": {
        "campaign_member_id": ("varchar", None),
        "campaign_id": ("varchar", None),
        "person_ord": ("integer", None),
        "member_status": ("varchar", "memberStatus"),
    },
    "marketing_list": {
        "marketing_list_id": ("varchar", None),
        "list_name": ("varchar", "marketingListName"),
    },
    "marketing_list_member": {
        "marketing_list_member_id": ("varchar", None),
        "marketing_list_id": ("varchar", None),
        "person_ord": ("integer", None),
        "is_deleted": ("boolean", "isDeleted"),
    },
    "person_component": {
        "person_component_id": ("varchar", None),
        "person_ord": ("integer", None),
        "person_type": ("varchar", "personType"),
    },
    "related_account": {
        "related_account_id": ("varchar", None),
        "account_ord": ("integer", None),
        "other_ord": ("integer", None),
    },
}

#: owner, column, relation, target, inverse relation or ""
EDGES = [
    ("person", "account_ord", "account", "account", ""),
    ("account", "parent_ord", "parent", "account", "children"),
    ("account_person", "account_ord", "account", "account", "accountPersons"),
    ("account_person", "person_ord", "person", "person", "accountPersons"),
    ("opportunity", "account_ord", "account", "account", "opportunities"),
    ("opportunity_person", "opportunity_id", "opportunity", "opportunity", "opportunityPersons"),
    ("opportunity_person", "person_ord", "person", "person", "opportunityPersons"),
    ("activity", "person_ord", "person", "person", "xEvent"),
    ("activity", "campaign_id", "campaign", "campaign", ""),
    ("campaign_member", "campaign_id", "campaign", "campaign", "campaignMembers"),
    ("campaign_member", "person_ord", "person", "person", "campaignMembers"),
    ("marketing_list_member", "marketing_list_id", "marketingList", "marketing_list", "listMembers"),
    ("marketing_list_member", "person_ord", "person", "person", "listMembers"),
    ("person_component", "person_ord", "person", "person", "personComponents"),
    ("related_account", "account_ord", "account", "account", "relatedAccountLinks"),
    ("related_account", "other_ord", "relatedAccount", "account", ""),
]
SHORTCUTS = {
    "person": {"accounts": "accountPersons.account", "opportunities": "opportunityPersons.opportunity"},
    "account": {
        "people": "accountPersons.person",
        "xEvent": "people.xEvent",
        "relatedAccounts": "relatedAccountLinks.relatedAccount",
    },
}
TYPES = {"varchar": "string", "varchar[]": "array<string>", "double": "number", "bigint": "number"}

D, T = "2026-{}".format, "2026-{}:00".format
#: Columns in the order of COLUMNS.
ROWS: dict[str, list[tuple[object, ...]]] = {
    "person": [
        (
            1,
            "p1",
            "Ana",
            "ana@acme.test",
            "VP Sales",
            ["Sales"],
            "US",
            "Boston",
            85,
            False,
            "1990-06-15",
            T("03-18 09:00"),
            1,
        ),
        (
            2,
            "p2",
            "Bo",
            "bo@acme.test",
            "HR Manager",
            ["HR", "Legal"],
            "CA",
            None,
            40,
            None,
            "1985-03-01",
            T("03-15 08:00"),
            1,
        ),
        (
            3,
            "p3",
            "Cy",
            "cy@globex.test",
            "VP Finance",
            ["Finance"],
            "US",
            "Austin",
            None,
            True,
            None,
            T("02-10 10:00"),
            3,
        ),
        (4, "p4", "Di", None, None, None, None, None, 90, None, "2000-03-18", None, None),
        (
            5,
            "p5",
            "éva \"'\\ %",
            "eva@initech.test",
            "Engineer",
            ["HR"],
            "DE",
            "Köln",
            80,
            False,
            None,
            T("03-19 10:00"),
            4,
        ),
    ],
    "account": [
        (1, "Acme", "A-1", "CA", "Finance", 500, 150e6, "USD", None, T("01-05 10:00")),
        (2, "Acme Labs", "A-2", "US", "Software", 20, 5e6, "EUR", 1, T("02-05 10:00")),
        (3, "Globex", None, "CA", None, None, 90e6, None, None, None),
        (4, "Initech", "A-4", "DE", "Finance", 80, 120e6, "USD", 3, T("03-01 10:00")),
    ],
    "account_person": [
        ("ap1", 1, 1, "Manager", True),
        ("ap2", 1, 2, "Manager", False),
        ("ap3", 2, 2, "Engineer", True),
        ("ap4", 3, 3, None, None),
        ("ap5", 4, 5, "Manager", True),
        ("ap6", None, 4, "Orphan", True),
    ],
    "opportunity": [
        ("o1", "Acme renewal", "Won", 1, 200e3, "USD", 180e3, True, True, D("03-18"), T("03-01 09:00")),
        ("o2", "Acme new", "Negotiation", 1, 2e6, "USD", 2.5e6, False, False, D("04-01"), None),
        ("o3", "Labs pilot", "Lost", 2, 3e6, "USD", None, True, False, D("02-28"), T("02-20 09:00")),
        ("o4", "Globex deal", "Open", 3, 5e5, "EUR", None, False, None, None, None),
        ("o5", "No account", "Open", None, 7e5, None, None, False, False, D("03-20"), None),
    ],
    "opportunity_person": [
        ("op1", "o1", 1, "Decision Maker", True),
        ("op2", "o2", 1, "Influencer", False),
        ("op3", "o3", 2, "Decision Maker", True),
        ("op4", "o2", 2, "Decision Maker", False),
        ("op5", "o4", 3, None, None),
        ("op6", "o5", 4, "Decision Maker", True),
        ("op7", "o2", 1, "User", False),
    ],
    "activity": [
        ("e1", 1, "web.webpagedetails.pageViews", T("03-17 10:00"), "Pricing", None),
        ("e2", 1, "web.webpagedetails.pageViews", T("02-17 10:00"), "Pricing", None),
        ("e3", 1, "web.webpagedetails.pageViews", T("02-18 10:00"), "Pricing", None),
        ("e4", 1, "web.webpagedetails.pageViews", T("02-19 10:00"), "Pricing", None),
        ("e5", 2, "web.webpagedetails.pageViews", T("03-16 10:00"), "Pricing", "c1"),
        ("e6", 2, "directMarketing.emailOpened", T("03-18 12:30"), None, "c1"),
        ("e7", 3, "web.webpagedetails.pageViews", T("02-01 10:00"), "Home", None),
        ("e8", 5, "web.webpagedetails.pageViews", T("03-20 10:00"), "Pricing", None),
    ],
    "campaign": [("c1", "Spring", 120.0, 100.0), ("c2", "Fall", 80.0, 100.0), ("c3", "Free", None, 50.0)],
    "campaign_member": [("cm1", "c1", 1, "Sent"), ("cm2", "c2", 2, "Clicked"), ("cm3", "c3", 3, "Sent")],
    "marketing_list": [("l1", "Anniversary users"), ("l2", "Newsletter")],
    "marketing_list_member": [("lm1", "l1", 1, False), ("lm2", "l1", 2, True), ("lm3", "l2", 3, False)],
    "person_component": [("pc1", 1, "Lead"), ("pc2", 1, "Contact"), ("pc3", 2, "Lead")],
    "related_account": [("ra1", 3, 1), ("ra2", 1, 2)],
}


def schema() -> Schema:
    classes = {
        name: EntityClass(
            name=name,
            table=name,
            key=next(iter(columns)),
            fields={
                path: Field(path, column, TYPES.get(kind, kind)) for column, (kind, path) in columns.items() if path
            },
            edges=_edges(name),
            shortcuts=SHORTCUTS.get(name, {}),
            time_path="timestamp" if name == "activity" else None,
        )
        for name, columns in COLUMNS.items()
    }
    return Schema(classes)


def _edges(name: str) -> dict[str, Edge]:
    edges = {}
    for owner, column, relation, target, inverse in EDGES:
        key = next(iter(COLUMNS[target]))
        if owner == name:
            edges[relation] = Edge(relation, owner, column, target, key, many=False)
        if target == name and inverse:
            edges[inverse] = Edge(inverse, target, key, owner, column, many=True)
    return edges


def database(rows: Mapping[str, Sequence[tuple[object, ...]]]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    for name, columns in COLUMNS.items():
        told = ", ".join(f'"{column}" {kind}' for column, (kind, _) in columns.items())
        connection.execute(f"create table {name} ({told})")
        if rows.get(name):
            places = ", ".join("?" * len(columns))
            connection.executemany(f"insert into {name} values ({places})", rows[name])
    return connection


SCHEMA = schema()


def who(connection: duckdb.DuckDBPyConnection, rule: str, of: str = "people", **settings: object) -> list[int]:
    """The keys of those for whom a rule holds, in order; twice the same key would show."""
    compiled = compile_rule(rule, of, SCHEMA, NOW, **settings)  # type: ignore[arg-type]
    return sorted(row[0] for row in connection.execute(compiled.sql).fetchall())

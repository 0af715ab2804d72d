"""The objects around leads: what each is called, how its records are identified, by what they are found.

Source: the vendor's page of each object, and the operation descriptions of its Swagger file for permissions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """An object with describe, query, sync and delete.

    `object` is the store's name, `path` the API's, `subject` the permissions'. `key` is the id that Marketo gives.
    """

    object: str
    path: str
    name: str
    label: str
    plural: str
    subject: str
    key: str
    dedupe: tuple[str, ...]
    searchable: tuple[tuple[str, ...], ...]
    #: Not to be written while a CRM is synced natively (1018).
    crm: bool = True
    default_action: str = "createOrUpdate"
    actions: tuple[str, ...] = ("createOnly", "updateOnly", "createOrUpdate")
    #: Fields beside the key, the dedupe fields and the times that are given by default.
    shown: tuple[str, ...] = ()
    described: bool = True

    @property
    def numeric(self) -> bool:
        """Whether the id is a number, and not a GUID."""
        return self.key == "id"

    @property
    def needed(self) -> tuple[str, ...]:
        """What a new record must have."""
        return (*self.dedupe, *(("name",) if self.object == "opportunities" else ()))


COMPANY = Kind(
    "companies", "companies", "company", "Company", "Companies", "Company", "id", ("externalCompanyId",),
    (("externalCompanyId",), ("id",), ("company",)),
    shown=("company",),
)  # fmt: skip
OPPORTUNITY = Kind(
    "opportunities", "opportunities", "opportunity", "Opportunity", "Opportunities", "Named Opportunity",
    "marketoGUID", ("externalOpportunityId",), (("externalOpportunityId",), ("marketoGUID",)),
)  # fmt: skip
ROLE = Kind(
    "opportunity_roles", "opportunities/roles", "opportunityRole", "Opportunity Role", "Opportunity Roles",
    "Named Opportunity", "marketoGUID", ("externalOpportunityId", "leadId", "role"),
    (("externalOpportunityId", "leadId", "role"), ("marketoGUID",), ("leadId",), ("externalOpportunityId",)),
)  # fmt: skip
SALES_PERSON = Kind(
    "salespersons", "salespersons", "salesPerson", "Sales Person", "Sales Persons", "Sales Person", "id",
    ("externalSalesPersonId",), (("email",), ("id",), ("externalSalesPersonId",)),
)  # fmt: skip
NAMED_ACCOUNT = Kind(
    "named_accounts", "namedaccounts", "namedAccount", "Named Account", "Named Accounts", "Named Account",
    "marketoGUID", ("name",),
    tuple((name,) for name in (
        "marketoGUID", "annualRevenue", "city", "country", "domainName", "industry", "logoUrl", "membershipCount",
        "name", "numberOfEmployees", "opptyAmount", "opptyCount", "score1", "score2", "score3", "score4", "score5",
        "sicCode", "state",
    )),
    crm=False,
)  # fmt: skip
NAMED_ACCOUNT_LIST = Kind(
    "named_account_lists", "namedAccountLists", "namedAccountList", "Named Account List", "Named Account Lists",
    "Named Account List", "marketoGUID", ("name",), (("marketoGUID",), ("name",)),
    crm=False, default_action="createOnly", actions=("createOnly", "updateOnly"), shown=("type", "updateable"),
    described=False,
)  # fmt: skip

KINDS = (COMPANY, OPPORTUNITY, ROLE, SALES_PERSON, NAMED_ACCOUNT, NAMED_ACCOUNT_LIST)

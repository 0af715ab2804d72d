"""Companies, by the ids that leads name; no activity tells of their changes."""

from __future__ import annotations

from muster.connectors.marketo.referred import Reference, Referred


class Companies(Referred):
    """The stream of companies."""

    name = "companies"
    path = "/rest/v1/companies.json"
    describe = "/rest/v1/companies/describe.json"
    key = "id"
    references = (
        Reference("id", "leads", "contactCompany"),
        Reference("externalCompanyId", "leads", "externalCompanyId"),
    )

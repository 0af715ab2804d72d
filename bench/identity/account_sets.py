"""The sets of organisations with known truth: records to resolve, and leads to match to accounts."""

from __future__ import annotations

from dataclasses import dataclass

from bench.identity.sets import TruthSet

#: A name without case, punctuation and the commonest legal forms: the naive rule of the data's README.
BARE = "bare_name"


def _bare(name: str) -> str:
    return (
        f"trim(regexp_replace(regexp_replace(lower({name}), '[^\\p{{{{L}}}}\\p{{{{N}}}}]+', ' ', 'g'),"
        " '( (inc|corp|corporation|co|company|ltd|limited|llc|plc|gmbh|ag|sa|nv|n v|bv|b v|spa|the))+$', '')) as bare_name"  # noqa: E501
    )


def _csv(file: str) -> str:
    return f"read_csv('{{0}}/{file}', all_varchar = true)"


_PATENTS = "regexp_replace(r.person_name, '^[* ]+', '')"

RESOLVED = (
    TruthSet(
        "patstat names",
        "patstat-leuven-organisations",
        f"select r.leuven_id as truth, {_PATENTS} as name, {_bare(_PATENTS)} from {_csv('patstat_reference.csv')} as r",
        ("name=accountName",),
        (BARE,),
        "same name without legal form",
    ),
    TruthSet(
        "patstat all columns",
        "patstat-leuven-organisations",
        f"""select r.leuven_id as truth, {_PATENTS} as name, {_bare(_PATENTS)}, i.Lat, i.Lng, i.Coauthor, i.Class
        from {_csv("patstat_reference.csv")} as r inner join {_csv("patstat_input.csv")} as i using (person_id)""",
        ("name=accountName", "Lat=lat", "Lng=lng", "Coauthor=coauthor", "Class=class"),
        (BARE,),
        "same name without legal form",
    ),
    TruthSet(
        "nsi names",
        "nsi-organisations",
        f"select distinct qid as truth, name, {_bare('name')} from {_csv('names.csv')} where name is not null order by all",  # noqa: E501
        ("name=accountName",),
        (BARE,),
        "same normalised name",
    ),
    TruthSet(
        "ipeds institutions",
        "ipeds-institutions-2020",
        f"""select UNITID as truth, INSTNM, IALIAS, ADDR, CITY, STABBR, ZIP, GENTELE, WEBADDR, {_bare("INSTNM")}
        from {_csv("hd2020.csv.gz")}""",
        (
            "INSTNM=accountName",
            "IALIAS=accountName",
            "ADDR=accountBillingAddress.street1",
            "CITY=accountBillingAddress.city",
            "STABBR=accountBillingAddress.state",
            "ZIP=accountBillingAddress.postalCode",
            "GENTELE=accountPhone.number",
            "WEBADDR=accountOrganization.website",
        ),
        (BARE,),
        "same normalised name",
    ),
    TruthSet(
        "dupehell accounts",
        "dupehell-crm-medium",
        f"""select r.*, g.master_id as truth, {_bare("account_name")} from {_csv("records.csv.gz")} as r
        inner join {_csv("ground_truth.csv.gz")} as g using (record_id) where r.entity_type = 'account'""",
        (
            "account_name=accountName",
            "duns_number=accountOrganization.DUNSNumber",
            "phone=accountPhone.number",
            "website=accountOrganization.website",
            "address_line1=accountBillingAddress.street1",
            "postal_code=accountBillingAddress.postalCode",
            "city=accountBillingAddress.city",
            "state_code=accountBillingAddress.state",
            "country_code=accountBillingAddress.country",
            "industry=accountOrganization.industry",
            "employee_count=accountOrganization.numberOfEmployees",
            "revenue_range=accountOrganization.annualRevenueRange",
        ),
        (BARE,),
        "same normalised name",
    ),
    TruthSet(
        "senzing organisations",
        "senzing-truth-set",
        f"""select d.*, k.cluster_id as truth, {_bare("PRIMARY_NAME_ORG")}
        from read_csv(['{{0}}/customers.csv', '{{0}}/reference.csv'], all_varchar = true, union_by_name = true) as d
        inner join {_csv("actual_truthset_key.csv")} as k using (data_source, record_id)
        where PRIMARY_NAME_ORG is not null""",
        (
            "PRIMARY_NAME_ORG=accountName",
            "SECONDARY_NAME_ORG=accountName",
            "ADDR_LINE1=accountBillingAddress.street1",
            "ADDR_CITY=accountBillingAddress.city",
            "ADDR_STATE=accountBillingAddress.state",
            "ADDR_POSTAL_CODE=accountBillingAddress.postalCode",
            "PHONE_NUMBER=accountPhone.number",
            "TAX_ID_NUMBER=taxId",
            "LEI_NUMBER=leiNumber",
        ),
        (BARE,),
        "same normalised name",
    ),
    TruthSet(
        "s&p 500 and sec",
        "sp500-constituents",
        f"""select CIK::int::varchar as truth, Security as name, {_bare("Security")} from {_csv("constituents.csv")}
        union all
        select distinct cik::int::varchar, name, {_bare("name")} from {_csv("../sec-company-tickers/company_tickers.csv")}""",  # noqa: E501
        ("name=accountName",),
        (BARE,),
        "same normalised name",
    ),
    TruthSet(
        "ror affiliations",
        "ror-affiliations-crossref",
        f"""select distinct ror_id as truth, affiliation as name, {_bare("affiliation")}
        from {_csv("crossref_affiliation_ror.csv")}""",
        ("name=accountName",),
        (BARE,),
        "same normalised name",
    ),
)


@dataclass(frozen=True)
class LeadSet:
    """Leads whose account is known: `leads` has `truth`, `accounts` has `id`; `maps` are those of `muster match`."""

    name: str
    folder: str
    leads: str
    accounts: str
    maps: tuple[str, ...]


_ROR = f"""(
    select affiliation, any_value(ror_id) as ror_id from {_csv("crossref_affiliation_ror.csv")}
    group by affiliation having count(distinct ror_id) = 1
)"""
_SHORTEST = (
    f"select ror_id as id, arg_min(affiliation, (length(affiliation), affiliation)) as name from {_ROR} group by 1"
)
_COMPANIES = f"select distinct cik::int::varchar as id, name from {_csv('../sec-company-tickers/company_tickers.csv')}"
_LISTED = f"select Security as company, CIK::int::varchar as truth from {_csv('constituents.csv')}"
_IPEDS = _csv("../ipeds-institutions-2020/hd2020.csv.gz")
_UNIVERSITIES = f"""
    with universities as (
        select name as company, unnest(domains) as domain
        from read_json('{{0}}/world_universities_and_domains.json.gz') where alpha_two_code = 'US'
    ),
    hosts as (
        select min(UNITID) as truth,
            regexp_replace(lower(regexp_extract(WEBADDR, '(?:https?://)?([^/]+)', 1)), '^www\\.', '') as host
        from {_IPEDS} group by host having count(*) = 1
    )
    select distinct company, 'x@' || domain as email, truth from universities inner join hosts on host = domain
"""
_INSTITUTIONS = f"select UNITID as id, INSTNM as name, STABBR as state, CITY as city, WEBADDR as web from {_IPEDS}"
_NAMED = "company=b2b.companyName", "id=accountID", "name=accountName"
_BRANDS = f"select qid as id, label as name, website as web from {_csv('organisations.csv')} where label is not null"
_SPELLINGS = f"""
    select distinct n.name as company, {{1}} qid as truth
    from {_csv("names.csv")} as n inner join {_csv("organisations.csv")} as o using (qid)
    inner join {_csv("websites.csv")} as w using (qid)
    where n.name <> o.label and o.label is not null and hash(n.name) % 4 = 0
"""

MATCHED = (
    LeadSet(
        "ror: affiliation to organisation",
        "ror-affiliations-crossref",
        f"""select affiliation as company, ror_id as truth from {_ROR}
        qualify row_number() over (partition by ror_id order by length(affiliation), affiliation) > 1""",
        _SHORTEST,
        _NAMED,
    ),
    LeadSet(
        "ror: half of the organisations",
        "ror-affiliations-crossref",
        f"""select affiliation as company, case when ror_id < 'https://ror.org/03' then ror_id end as truth from {_ROR}
        qualify row_number() over (partition by ror_id order by length(affiliation), affiliation) > 1""",
        f"select * from ({_SHORTEST}) where id < 'https://ror.org/03'",
        _NAMED,
    ),
    LeadSet("s&p 500 to sec", "sp500-constituents", _LISTED, _COMPANIES, _NAMED),
    LeadSet(
        "universities to ipeds by name",
        "university-domains",
        _UNIVERSITIES,
        _INSTITUTIONS,
        (*_NAMED, "city=accountBillingAddress.city"),
    ),
    LeadSet(
        "universities to ipeds by name and mail",
        "university-domains",
        _UNIVERSITIES,
        _INSTITUTIONS,
        (*_NAMED, "email=workEmail.address", "web=accountOrganization.website"),
    ),
    LeadSet(
        "nsi: spelling to label and website",
        "nsi-organisations",
        _SPELLINGS.replace("{1}", "'x@' || w.host as email,"),
        _BRANDS,
        (*_NAMED, "email=workEmail.address", "web=accountOrganization.website"),
    ),
)

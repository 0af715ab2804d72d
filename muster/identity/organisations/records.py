"""The evidence of each record in narrow tables, whatever columns it came from.

    org_profile(side, entity, profile)        records with the very same values share a profile: the least of them
    org_name(side, entity, raw_id, cost)      the names that a profile goes by
    org_fact(side, entity, kind, value)       everything else, made comparable

A kind is `domain`, `label` (of a domain), `phone`, `country`, `state`, `city`, `postal`, `street`, `identifier <path>` or `other <path>`.
An entity may be given by several rows, each adding names and facts.
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from muster.identity.matching.columns import Column
from muster.identity.matching.meanings import Meaning, meaning_of
from muster.identity.organisations.domains import host, label, registrable
from muster.identity.organisations.names import folded

#: What software and people write where they know nothing.
PLACEHOLDERS = (
    "", "-", "--", "?", "n/a", "na", "n.a.", "none", "null", "nil", "nan", "unknown", "undefined", "not provided",
    "[not provided]", "not available", "tbd", "test", "self", "self employed", "self-employed", "freelance", "freelancer",  # noqa: E501
    "individual", "private", "retired", "student", "unemployed", "home", "company", "xxx", "asdf",
)  # fmt: skip

#: Nats that a match by the label of a domain ("acmetools.com": "Acme Tools") loses.
LABEL_COST = 1.5
_NAMES = (Meaning.company_name,)
_OF_PERSONS = (
    Meaning.given_name, Meaning.family_name, Meaning.middle_name, Meaning.full_name, Meaning.suffix, Meaning.gender,
    Meaning.birth_date, Meaning.job_title,
)  # fmt: skip
_OTHER = (Meaning.text, Meaning.category, Meaning.number, Meaning.date)


def create_values(connection: DuckDBPyConnection) -> None:
    """Create org_value(side, entity, path, meaning, value), empty."""
    connection.execute("""
        create or replace temp table org_value (
            side varchar, entity bigint, path varchar, meaning varchar, value varchar
        )
    """)


def add_values(connection: DuckDBPyConnection, side: str, table: str, columns: Sequence[Column], entity: str) -> None:
    """Add the mapped columns of a table to org_value; `entity` is the SQL of a row's entity.

    What describes a person (names, job, birth) is left out.
    """
    nothing = ", ".join("'" + word.replace("'", "''") + "'" for word in PLACEHOLDERS)
    for column in columns:
        if column.meaning in _OF_PERSONS:
            continue
        name = '"' + column.name.replace('"', '""') + '"'
        path = column.path.replace("'", "''")
        meaning = column.meaning
        if meaning is Meaning.identifier and meaning_of(column.path) is None:
            meaning = Meaning.text  # told from its values only: no register stands behind it
        connection.execute(f"""
            insert into org_value
            select distinct '{side}', {entity}, '{path}', '{meaning.value}', trim({name}::varchar)
            from {table}
            where {name} is not null and lower(trim({name}::varchar)) not in ({nothing})
        """)


def create_records(connection: DuckDBPyConnection) -> None:
    """Create org_raw, org_name and org_fact from org_value and the reference tables."""
    connection.execute("""
        create or replace temp table org_profile as
        select side, entity, min(entity) over (partition by side, signature) as profile
        from (
            select side, entity, list_sort(list(distinct path || chr(31) || value)) as signature
            from org_value
            group by side, entity
        )
    """)
    connection.execute("""
        create or replace temp table org_value as
        from org_value semi join (from org_profile where entity = profile) using (side, entity)
    """)
    connection.execute("create or replace temp table org_fact as " + _facts())
    names = ", ".join(f"'{meaning.value}'" for meaning in _NAMES)
    connection.execute(f"""
        create or replace temp table org_called as
        select distinct side, entity, value as raw, 0.0 as cost
        from org_value
        where meaning in ({names})

        union all

        -- who has no name is called by the domain
        select distinct side, entity, {label("value")}, {LABEL_COST}
        from org_fact
        anti join (from org_value where meaning in ({names})) using (side, entity)
        where kind = 'domain' and length({label("value")}) >= 4
    """)
    connection.execute("""
        create or replace temp table org_raw as
        select row_number() over (order by raw) - 1 as raw_id, raw from (select distinct raw from org_called)
    """)
    connection.execute("""
        create or replace temp table org_name as
        select side, entity, raw_id, min(cost)::float as cost
        from org_called inner join org_raw using (raw)
        group by side, entity, raw_id
    """)


def _facts() -> str:
    other = ", ".join(f"'{meaning.value}'" for meaning in _OTHER)
    folded_value = f"trim(regexp_replace({folded('value')}, ' +', ' ', 'g'))"
    return rf"""
        with texts as (
            select distinct meaning, value from org_value where meaning in ('city', 'street', 'state', 'country', {other})
        ),

        words as (select meaning, value, {folded_value} as words from texts),

        hosts as (
            select side, entity, {host("part")} as host
            from (
                select side, entity, unnest(regexp_split_to_array(value, '[\s,;|]+')) as part
                from org_value where meaning in ('website', 'domain', 'email')
            )
        ),

        facts as (
            select side, entity, 'domain' as kind, domain as value
            from (select side, entity, {registrable("host")} as domain from hosts where host <> '')
            where domain not in (from organisation_mail_domain)

            union all

            select distinct side, entity, 'label', {label("domain")}
            from (select side, entity, {registrable("host")} as domain from hosts where host <> '')
            where domain not in (from organisation_mail_domain) and length({label("domain")}) >= 3

            union all

            select side, entity, 'phone', right(digits, 9)
            from (
                select side, entity,
                    regexp_replace(regexp_replace(value, '(?i)\s*(x|ext\.?|extension)\s*\d+\s*$', ''), '\D', '', 'g') as digits
                from org_value where meaning = 'phone'
            )
            where length(digits) >= 7 and not regexp_full_match(digits, '0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|1?234567890?')

            union all

            select side, entity, 'identifier ' || path, ltrim(key, '0')
            from (
                select side, entity, path, upper(regexp_replace(value, '[^\p{{L}}\p{{N}}]', '', 'g')) as key
                from org_value where meaning = 'identifier'
            )
            where length(ltrim(key, '0')) >= 3

            union all

            select
                side, entity, 'postal',
                case
                    when regexp_full_match(value, '\d{{3,5}}-\d{{4}}') then ltrim(string_split(value, '-')[1], '0')
                    else ltrim(upper(regexp_replace(value, '[^\p{{L}}\p{{N}}]', '', 'g')), '0')
                end
            from org_value where meaning = 'postal_code'

            union all

            select
                side, entity, meaning,
                coalesce(place.canonical, words)
            from org_value
            inner join words using (meaning, value)
            left join (
                select kind, name, min(canonical) as canonical
                from (from organisation_place union select kind, canonical, lower(canonical) from organisation_place)
                group by all
            ) as place on words = place.name and meaning = place.kind
            where meaning in ('country', 'state', 'city')

            union all

            -- the house and the first word of the street: what follows is spelled in too many ways
            select
                side, entity, 'street',
                coalesce(regexp_extract(words, '\d+'), '') || ' ' || regexp_extract(words, '\p{{L}}{{3,}}')
            from org_value
            inner join words using (meaning, value)
            where meaning = 'street' and regexp_matches(words, '\p{{L}}{{3}}')

            union all

            select side, entity, 'other ' || path, left(words, 80)
            from org_value
            inner join words using (meaning, value)
            where meaning in ({other})
        )

        select distinct side, entity, kind, value from facts where value <> ''
    """  # noqa: E501

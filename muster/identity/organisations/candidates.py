"""Which pairs are worth comparing: forms of names that share something rare, and records that share a fact.

org_form_pair(l, r)          pairs of forms; the same form on both sides is a pair too
org_fact_pair(l, r)          pairs of entities that share a domain, a phone, an identifier or a street
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

#: A key that more forms (or records) than this share finds nothing; rarer keys of the same name do.
FORMS_PER_KEY = 200
FACTS_PER_KEY = 60
#: Rare words of a form that look for partners, each alone and two and two.
WORDS_ALONE = 3
#: What is longer is an address with a name in it: its segments are compared, the whole only where it is the same.
WORDS_OF_A_NAME = 10


def create_candidates(connection: DuckDBPyConnection, left: str, right: str) -> None:
    """Create the tables above from the entities of two sides; for one side against itself both names are the same."""
    connection.execute("create or replace temp table org_key as " + _KEYS)
    one_side = left == right
    connection.execute(f"""
        create or replace temp table org_form_pair as
        with sides as (
            select distinct side, form_id from org_name inner join org_variant using (raw_id)
        ),

        keyed as (
            select side, form_id, key from sides inner join org_key using (form_id)
        ),

        sized as (
            select side, key from keyed group by side, key having count(*) <= {FORMS_PER_KEY}
        ),

        lefts as (select form_id, key from keyed semi join sized using (side, key) where side = '{left}'),

        rights as (select form_id, key from keyed semi join sized using (side, key) where side = '{right}')

        select distinct lefts.form_id as l, rights.form_id as r
        from lefts inner join rights using (key)
        {"where lefts.form_id < rights.form_id" if one_side else ""}

        union

        select a.form_id, b.form_id
        from sides as a inner join sides as b using (form_id)
        where a.side = '{left}' and b.side = '{right}'
    """)
    connection.execute(f"""
        create or replace temp table org_fact_pair as
        with keyed as (
            select side, entity, kind, value from org_fact
            where kind in ('domain', 'phone') or kind like 'identifier %'
            union all
            select distinct side, entity, 'address', s.value || '|' || p.value
            from (from org_fact where kind = 'street') as s
            inner join (from org_fact where kind in ('postal', 'city')) as p using (side, entity)
        ),

        sized as (
            select side, kind, value from keyed
            group by side, kind, value having count(distinct entity) <= {FACTS_PER_KEY}
        ),

        bounded as (select * from keyed semi join sized using (side, kind, value))

        select distinct a.entity as l, b.entity as r
        from bounded as a inner join bounded as b using (kind, value)
        where a.side = '{left}' and b.side = '{right}' {"and a.entity < b.entity" if one_side else ""}
    """)
    # the names of records that share a fact are compared too, however common their words are
    connection.execute(f"""
        insert into org_form_pair
        with called as (
            select side, entity, form_id from org_name inner join org_variant using (raw_id) where org_variant.cost < 1
        ),

        pairs as (
            select distinct a.form_id as l, b.form_id as r
            from org_fact_pair as pair
            inner join called as a on pair.l = a.entity and a.side = '{left}'
            inner join called as b on pair.r = b.entity and b.side = '{right}'
        )

        select {"distinct least(l, r) as l, greatest(l, r) as r" if one_side else "l, r"} from pairs
        except
        from org_form_pair
    """)


_KEYS = f"""
    with words as (
        select
            form_id, token, org_token.weight, org_token.kind,
            row_number() over (partition by form_id order by org_token.weight desc, token) as rarity
        from (select form_id, unnest(list_distinct(tokens)) as token from org_form where len(tokens) <= {WORDS_OF_A_NAME})
        inner join org_token using (token)
    )

    select form_id, token as key from words where rarity <= {WORDS_ALONE}

    union

    select a.form_id, least(a.token, b.token) || ' ' || greatest(a.token, b.token)
    from words as a inner join words as b on a.form_id = b.form_id and a.rarity < b.rarity
    where b.rarity <= {WORDS_ALONE} + 1

    union

    -- spelled apart or together, with a slip after the first letters
    select form_id, '^' || left(compact, 5) from org_form where length(compact) >= 5

    union

    -- a slip in the first letters of a rare word
    select form_id, '$' || right(token, 5) from words where rarity = 1 and length(token) >= 7

    union

    select form_id, '=' || compact from org_form where compact <> ''

    union

    -- an acronym and what it may stand for
    select form_id, '#' || compact from org_form where length(compact) between 3 and 6 and len(tokens) = 1

    union

    select form_id, '#' || array_to_string(list_transform(tokens, lambda token: token[1]), '')
    from org_form
    where len(tokens) between 3 and 6
"""  # noqa: E501

"""How alike two names are: nats of evidence that both are one organisation's, before any other evidence.

A word that both have speaks for them by its rarity; what is left over on one side speaks a little against, what is
left over on both sides speaks against as loudly as it is rare ("Delta Air Lines", "Delta Faucet"). Numbers, compass
points and countries that differ speak against most: they are what tells units of one family apart.

    org_like(l, r, nats, how)     l, r: forms

`how`: same, order, joined, spelling, group, holding, land, part, acronym, partly
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from muster.identity.organisations.names import PRIOR_NAMES

#: All constants of this module are our own decision, weighed on the public sets of bench/identity.
SAME = 4.0  # nothing is left over: names that merely share a word seldom have that
JOINED = 3.5  # the same letters, spaced otherwise
OTHER_ORDER = 1.0  # "Washington University", "University of Washington"
SPELLING, SPELLING_OF_LONG = 1.5, 2.6  # nothing is left over but slips of the pen; in long words they are no chance
REST_OF_WORDS = 0.7  # words of one name come together more often than chance has it
LEFT_ON_BOTH = 0.9
#: However much two names share, words of their own on both sides make them two until something else speaks; a word of
#: its own on one side makes it a question, unless it is one that any firm may add ("Acme", "Acme Group").
BOTH_AT_MOST, ONE_AT_MOST = -1.0, 0.7
GROUP, GROUP_AT_MOST = 2.3, 2.6  # but for "Group" or "Company"
HOLDING, HOLDING_AT_MOST = 1.0, 1.4  # a holding and the firm it holds are two
#: A country more ("Acme", "Acme Germany"): its house there, or the firm itself as people there call it.
LAND = 1.5
LEFT_BEHIND = 0.35  # at the end: "Acme", "Acme Tools"
LEFT_BEFORE = 0.5
LEFT_AT_MOST = 4.0
NUMBERS_DIFFER, NUMBER_LACKS = 5.0, 2.5
DIRECTIONS_DIFFER, DIRECTION_LACKS = 4.0, 2.5
PLACES_DIFFER, PLACE_LACKS = 5.0, 1.5
#: All words are of the kind that many firms are called by ("First National Bank"): the name alone decides nothing.
NOTHING_RARE, COMMON_AT_MOST = 2.0, 1.9
ACRONYM = -1.0


def create_likeness(connection: DuckDBPyConnection) -> None:
    """Create org_like from org_form_pair, org_form and org_token."""
    connection.execute("""
        create or replace temp table org_form_token as
        select form_id, token, min(position) as position, any_value(weight) as weight, any_value(kind) as kind
        from (select form_id, unnest(tokens) as token, generate_subscripts(tokens, 1) as position from org_form)
        inner join org_token using (token)
        group by form_id, token
    """)
    connection.execute("""
        create or replace temp table org_form_total as
        select
            form_id, sum(weight) as weight, count(*) as words,
            list_sort(list(token) filter (kind = 'direction')) as directions,
            coalesce(sum(weight) filter (kind <> 'generic'), 0) as own_weight,
            coalesce(sum(weight) filter (kind not in ('generic', 'holding')), 0) as operating_weight,
            coalesce(sum(weight) filter (kind not in ('generic', 'place')), 0) as landless_weight
        from org_form_token
        group by form_id
    """)
    connection.execute(_WORDS_OF_PAIRS)
    connection.execute(_SHARED)
    connection.execute(_SLIPS)
    connection.execute(_LIKE)


# In two steps: in one, the words would be joined to each other before the pairs bound them.
_WORDS_OF_PAIRS = """
    create or replace temp table org_pair_word as
    select l, r, token, position, weight, kind
    from org_form_pair
    inner join org_form_token on l = form_id
"""

_SHARED = """
    create or replace temp table org_shared as
    with shared as (
        select
            l, r,
            sum(a.weight) as shared,
            coalesce(sum(a.weight) filter (a.kind <> 'generic'), 0) as own_shared,
            coalesce(sum(a.weight) filter (a.kind not in ('generic', 'holding')), 0) as operating_shared,
            coalesce(sum(a.weight) filter (a.kind not in ('generic', 'place')), 0) as landless_shared,
            max(a.weight) as rarest,
            count(*) as words,
            bool_or(a.kind in ('rare', 'place')) as has_rare,
            bool_and(a.position = b.position) as in_place
        from org_pair_word as a
        inner join org_form_token as b on a.r = b.form_id and a.token = b.token
        group by l, r
    )

    select
        l, r,
        coalesce(shared, 0) as shared,
        coalesce(own_shared, 0) as own_shared,
        coalesce(operating_shared, 0) as operating_shared,
        coalesce(landless_shared, 0) as landless_shared,
        coalesce(rarest, 0) as rarest,
        coalesce(words, 0) as words,
        coalesce(has_rare, false) as has_rare,
        coalesce(in_place, false) as in_place
    from org_form_pair left join shared using (l, r)
"""

_SLIPS = r"""
    create or replace temp table org_slip as
    with pairs as (
        select
            org_shared.l, org_shared.r,
            list_filter(a.tokens, lambda token: length(token) >= 3 and not list_contains(b.tokens, token)) as left_rest,
            list_filter(b.tokens, lambda token: length(token) >= 3 and not list_contains(a.tokens, token)) as right_rest
        from org_shared
        inner join org_form_total as x on l = x.form_id
        inner join org_form_total as y on r = y.form_id
        inner join org_form as a on l = a.form_id
        inner join org_form as b on r = b.form_id
        where org_shared.words < x.words and org_shared.words < y.words
            and (org_shared.shared > 0.3 * least(x.weight, y.weight) or least(x.words, y.words) = 1)
    ),

    rests as (
        select l, r, left_token, right_token, least(a.weight, b.weight) as weight,
            least(length(left_token), length(right_token)) as letters
        from (
            select l, r, left_token, unnest(list_distinct(right_rest)) as right_token
            from (select l, r, unnest(list_distinct(left_rest)) as left_token, right_rest from pairs)
        )
        inner join org_token as a on left_token = a.token
        inner join org_token as b on right_token = b.token
        where (left(left_token, 1) = left(right_token, 1) or right(left_token, 3) = right(right_token, 3))
            and a.kind not in ('number', 'direction') and b.kind not in ('number', 'direction')
    ),

    alike as (
        select left_token, right_token,
            case
                when least(length(left_token), length(right_token)) >= 5
                    and damerau_levenshtein(left_token, right_token) = 1
                    then case when left(left_token, 1) = left(right_token, 1) then 0.9 else 0.6 end
                when least(length(left_token), length(right_token)) >= 8
                    and damerau_levenshtein(left_token, right_token) = 2 then 0.8
                when least(length(left_token), length(right_token)) >= 5
                    and jaro_winkler_similarity(left_token, right_token) >= 0.94 then 0.7
                when least(length(left_token), length(right_token)) between 3 and 6
                    and (starts_with(left_token, right_token) or starts_with(right_token, left_token))
                    and abs(length(left_token) - length(right_token)) >= 2 then 0.6
                else 0
            end as likeness
        from (select distinct left_token, right_token from rests)
    ),

    ranked as (
        select
            l, r, weight, likeness, letters,
            row_number() over (partition by l, r, left_token order by likeness * weight desc, right_token) as nth_left,
            row_number() over (partition by l, r, right_token order by likeness * weight desc, left_token) as nth_right
        from rests inner join alike using (left_token, right_token)
        where likeness > 0
    )

    select
        l, r, sum(weight) as weight, sum(likeness * weight) as alike, max(likeness * weight) as rarest, count(*) as words,
        min(letters) as letters
    from ranked
    where nth_left = 1 and nth_right = 1
    group by l, r
"""  # noqa: E501

_CAPS = f"""
    case how
        when 'partly' then {BOTH_AT_MOST}
        when 'part' then {ONE_AT_MOST} when 'land' then {ONE_AT_MOST}
        when 'group' then {GROUP_AT_MOST}
        when 'holding' then {HOLDING_AT_MOST}
        else case when has_rare or how = 'joined' then 100 else {COMMON_AT_MOST} + {NOTHING_RARE} end
    end
"""

_LIKE = f"""
    create or replace temp table org_like as
    with measured as (
        select
            s.l, s.r,
            s.shared + coalesce(slip.alike, 0) as agreed,
            greatest(s.rarest, coalesce(slip.rarest, 0)) as rarest,
            s.has_rare or slip.weight > 5 as has_rare,
            slip.letters, s.in_place, s.words as same_words, coalesce(slip.words, 0) as slips,
            x.words as left_words, y.words as right_words,
            greatest(x.weight - s.shared - coalesce(slip.weight, 0), 0) as left_rest,
            greatest(y.weight - s.shared - coalesce(slip.weight, 0), 0) as right_rest,
            greatest(x.own_weight, y.own_weight) - s.own_shared - coalesce(slip.weight, 0) < 0.01 as is_group,
            greatest(x.operating_weight, y.operating_weight) - s.operating_shared - coalesce(slip.weight, 0) < 0.01
                as is_holding,
            greatest(x.landless_weight, y.landless_weight) - s.landless_shared - coalesce(slip.weight, 0) < 0.01 as is_land,
            len(a.tokens) = len(b.tokens) as as_many,
            x.directions as left_directions, y.directions as right_directions,
            a.numbers as left_numbers, b.numbers as right_numbers,
            a.places as left_places, b.places as right_places,
            a.compact as left_compact, b.compact as right_compact,
            a.tokens as left_tokens, b.tokens as right_tokens
        from org_shared as s
        inner join org_form_total as x on l = x.form_id
        inner join org_form_total as y on r = y.form_id
        inner join org_form as a on l = a.form_id
        inner join org_form as b on r = b.form_id
        left join org_slip as slip using (l, r)
    ),

    told as (
        select
            *,
            case
                when same_words = left_words and same_words = right_words and (in_place and as_many or left_tokens = right_tokens)
                    then 'same'
                when left_compact = right_compact and left_compact <> '' then 'joined'
                -- a word said twice is said of two: "University Hospital and University of Oslo"
                when same_words = left_words and same_words = right_words then if(as_many, 'order', 'part')
                when same_words + slips = left_words and same_words + slips = right_words then 'spelling'
                when least(left_rest, right_rest) < 0.01 and has_rare and is_group then 'group'
                when least(left_rest, right_rest) < 0.01 and has_rare and is_holding then 'holding'
                when least(left_rest, right_rest) < 0.01 and has_rare and is_land then 'land'
                when least(left_rest, right_rest) < 0.01 and agreed > 0 then 'part'
                when length(left_compact) between 3 and 6 and len(left_tokens) = 1 and len(right_tokens) >= 3
                    and left_compact = array_to_string(list_transform(right_tokens, lambda t: t[1]), '') then 'acronym'
                when length(right_compact) between 3 and 6 and len(right_tokens) = 1 and len(left_tokens) >= 3
                    and right_compact = array_to_string(list_transform(left_tokens, lambda t: t[1]), '') then 'acronym'
                else 'partly'
            end as how,
            (select ln(count(*) + {PRIOR_NAMES}) from org_form) as prior
        from measured
    )

    select
        l, r, how,
        case
            when how = 'acronym' then {ACRONYM}
            else
                least(
                    {_CAPS},
                    case
                        when how = 'joined' then prior
                        when how = 'same' and has_rare then greatest(prior, rarest + {REST_OF_WORDS} * (agreed - rarest))
                        else rarest + {REST_OF_WORDS} * (agreed - rarest)
                    end
                    - prior
                    + case how
                        when 'same' then {SAME} when 'joined' then {JOINED} when 'order' then {OTHER_ORDER}
                        when 'spelling' then case when letters >= 7 then {SPELLING_OF_LONG} else {SPELLING} end
                        when 'group' then {GROUP} when 'holding' then {HOLDING} when 'land' then {LAND}
                        else 0
                    end
                )
                - case
                    when how not in ('part', 'partly') then 0
                    else {LEFT_ON_BOTH} * least(left_rest, right_rest)
                        + least(
                            {LEFT_AT_MOST},
                            case when left_tokens[1] = right_tokens[1] then {LEFT_BEHIND} else {LEFT_BEFORE} end
                            * abs(left_rest - right_rest)
                        )
                end
                - case
                    when left_numbers = right_numbers or how = 'joined' then 0
                    when left_numbers = [] or right_numbers = [] then {NUMBER_LACKS}
                    else {NUMBERS_DIFFER}
                end
                - case
                    when left_directions is not null and right_directions is not null
                        and left_directions <> right_directions then {DIRECTIONS_DIFFER}
                    when how = 'part' and (left_directions is null) <> (right_directions is null) then {DIRECTION_LACKS}
                    else 0
                end
                - case
                    when left_places = right_places or how in ('same', 'joined', 'order', 'spelling', 'land') then 0
                    when left_places = [] or right_places = [] then {PLACE_LACKS}
                    when not list_has_any(left_places, right_places) then {PLACES_DIFFER}
                    else 0
                end
                - case when has_rare or how = 'joined' then 0 else {NOTHING_RARE} end
        end as nats
    from told
"""  # noqa: E501

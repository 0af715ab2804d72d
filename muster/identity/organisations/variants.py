"""The variants of a raw name: the whole, its sides, and the segments of a postal or academic affiliation.

Each has a cost in nats: what a match by it loses, because it may not be the organisation that is meant.
"""

from __future__ import annotations

#: Selects raw_id, part, cost and of_unit (the part is a house of which the name tells a unit) from org_raw.
VARIANTS = r"""
    with raw as (
        -- registers add the state of incorporation in slashes: "ACME CORP /DE/"; exchanges add the share: "Acme (Class A)"
        select
            raw_id,
            regexp_replace(
                regexp_replace(trim(raw), '\s*[/\\]\s*[A-Za-z]{2,3}\s*[/\\]?$', ''), '(?i)\s*\((class|series) [a-z]\)$', ''
            ) as raw
        from org_raw
    ),

    lists as (
        select raw_id, trim(unnest(regexp_split_to_array(raw, '[|\n]+'))) as part from raw where regexp_matches(raw, '[|\n]')
    ),

    sides as (
        select
            raw_id,
            unnest(regexp_split_to_array(
                raw,
                '(?i)[\s(,;]+(?:d/b/a|dba|d\.b\.a\.|t/a|trading as|doing business as|a/k/a|aka|also known as|f/k/a|fka|'
                || 'formerly known as|formerly|previously|now known as|n/k/a)[\s:.]+'
            )) as part
        from raw
        where regexp_matches(raw, '(?i)d/b/a|dba|d\.b\.a|t/a|trading as|business as|/k/a|aka|fka|known as|formerly|previously')
    ),

    affiliations as (
        -- footnote marks and "at the University …" part segments as commas do
        select
            raw_id,
            regexp_replace(
                regexp_replace(raw, '(?i)\s+at\s+(?:the\s+)?(univ)', ', \1', 'g'),
                '(?i)\s\d{1,2}\s+((?:dep|div|fac|school|inst|lab|cent))', ', \1', 'g'
            ) as raw
        from raw
        where regexp_matches(raw, '[,;|]|\s[-–—/]\s|(?i)\sat\s+(the\s+)?univ')
    ),

    segments as (
        select
            raw_id, part, position,
            regexp_matches(part, '(?i)universi|univ\b|hospital|hôpital|institut|colleg|academ|klinik|clinic|escuela|école|school of|cnrs|inserm')
                as is_institution,
            -- a house that may be meant instead, beside an institution: a museum, a medical school, a research campus
            regexp_matches(part, '(?i)\b(medical school|museum|research campus|biocent(er|re))\b')
                or position = 1 and regexp_matches(part, '(?i)\blaborator(y|io|ium|ies)$') and not regexp_matches(part, '(?i)\bkey\b')
                as is_house,
            regexp_matches(part, '(?i)^(the )?(d[eé]p|facult|fakult|divi[sz]|section|chair|unit|servi[cz]|abteil|graduate|school of|college of|laborator|lab\b|program)')
                as is_unit,
            count(*) over (partition by raw_id) as segments,
            count(*) filter (is_institution and not is_unit) over (partition by raw_id) as institutions,
            count(*) filter ((is_institution or is_house) and not is_unit) over (partition by raw_id) + any_value(affiliations)
                over (partition by raw_id) - 1 as houses,
            bool_or(is_unit) over (partition by raw_id) as has_unit,
            lead(part) over (partition by raw_id order by position) as following,
            -- "University of Wisconsin - Madison", "Institute of Technology, Kanpur": the last word tells it from its sisters
            regexp_matches(raw, regexp_escape(part) || '(,|\s+[-–—])\s+\S+$') as is_branch
        from (
            select
                raw_id,
                regexp_replace(regexp_replace(trim(segment), '^\d{1,2}\s*([A-Z])', '\1'), '\s+\d{1,2}$', '') as part,
                position, affiliations, raw
            from (
                select raw_id, raw, affiliations, unnest(segments) as segment, generate_subscripts(segments, 1) as position
                from (
                    select
                        raw_id, raw, len(string_split(rtrim(raw, '; '), ';')) as affiliations,
                        regexp_split_to_array(raw, '\s*[,;|]\s*|\s+[-–—/]\s+') as segments
                    from affiliations
                )
            )
        )
        where length(part) >= 3 and not regexp_matches(part, '^[\d\s\p{P}]*$')
    )

    select raw_id, part, min(cost) as cost, bool_or(of_unit) as of_unit
    from (
        select raw_id, raw as part, 0.0 as cost, false as of_unit from raw
        union all
        -- what stands in brackets may tell it from others ("Acme (Norway)"), unless it is an acronym
        select
            raw_id, regexp_replace(raw, '\s*[(\[][^)\]]*[)\]]', ' ', 'g'),
            case when regexp_matches(raw, '[(\[][A-Z][A-Za-z&.-]{0,4}[A-Z][A-Za-z.-]{0,4}[)\]]') then 1.5 else 2.5 end, false
        from raw where regexp_matches(raw, '[(\[]')
        union all
        -- an acronym beside the name it stands for
        select raw_id, regexp_extract(raw, '[(]([A-Z][A-Za-z&.-]{0,4}[A-Z][A-Za-z.-]{0,4})[)]', 1), 1.5, false
        from raw where regexp_matches(raw, '[(][A-Z][A-Za-z&.-]{0,4}[A-Z][A-Za-z.-]{0,4}[)]')
        union all
        select raw_id, trim(part, ' ,;()'), 0.5, false from sides
        union all
        select raw_id, part, 0.3, false from lists
        union all
        select
            raw_id, part,
            case
                when is_unit then 4.0
                when regexp_matches(part, '(?i)^(the )?(inst|cent(er|re)|clinic|klinik)') then 2.0
                -- of several institutions nobody knows which is meant
                when is_institution then 0.7 + 1.0 * greatest(houses - 1, 0) + if(is_branch and not contains(lower(part), lower(following)), 1.0, 0)
                when institutions > 0 then 5.0  -- a street, a town or a country beside the institution
                when position = 1 then 1.5
                else 1.0 + position
            end,
            (has_unit or position > 1) and not is_unit
        from segments
        where segments >= 2

        union all

        -- "University of California, Irvine"
        select raw_id, part || ' ' || following, 0.7 + 1.0 * greatest(houses - 1, 0), has_unit or position > 1
        from segments
        where is_institution and not is_unit and regexp_full_match(following, '[\p{L}.-]+(\s[\p{L}.-]+)?')
    )
    where trim(part) <> ''
    group by raw_id, part
"""  # noqa: E501

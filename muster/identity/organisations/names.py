"""What the name of an organisation is made of.

A raw name becomes variants (the whole, without its bracket, the sides of "formerly" or "d/b/a", the segments of a
postal or academic affiliation), each variant a *form*: its words without case, accents, stop words and legal forms,
abbreviations written out. Two raw names of one form differ in spelling only.

    org_raw(raw_id, raw)
    org_variant(raw_id, form_id, cost, of_unit, families)   cost: nats that a match by it loses, 0 for the whole name
    org_form(form_id, tokens, compact, numbers, places)
    org_token(token, kind, weight)          weight: -ln of the token's frequency, in nats
"""

from __future__ import annotations

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from muster.identity.organisations.reference import legal_forms
from muster.identity.organisations.variants import VARIANTS

#: How often a word of each kind stands in an organisation's name, where the data at hand are too few to tell (ours).
PRIOR_RATES = {
    "generic": 0.03,
    "holding": 0.02,
    "common": 0.008,
    "unit": 0.02,
    "direction": 0.008,
    "number": 0.005,
    "place": 0.004,
    "rare": 0.00001,
}
#: The prior rates count as much as so many names of the data.
PRIOR_NAMES = 1000
#: A word that no list knows is distinctive even where the data are full of it: they may be full of one firm's spellings.  # noqa: E501
RARE_FLOOR = 3.5

_LATIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ﬁ": "fi", "ﬂ": "fl",
}  # fmt: skip
_CYRILLIC = dict(zip("абвгдезийклмнопрстуфыэіїєґјў", "abvgdezijklmnoprstufyeiyegju", strict=True)) | {
    "ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ъ": "", "ь": "",  # noqa: E501
    "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "d", "џ": "dz",
}  # fmt: skip
_GREEK = dict(zip("αβγδεζηικλμνξοπρστυφωςϊϋ", "avgdeziiklmnxoprstyfosiy", strict=True)) | {
    "θ": "th", "χ": "ch", "ψ": "ps",
}  # fmt: skip
_FULL_WIDTH = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {"\u3000": " "}
_CJK_FORMS = (
    "株式会社|有限会社|合同会社|（株）|\\(株\\)|股份有限公司|有限责任公司|有限責任公司|有限公司|주식회사|\\(주\\)"
)


def folded(expression: str) -> str:
    """SQL: a name in lower-case Latin letters and digits where it can be, words parted by single spaces.

    Accents, ligatures, full-width and invisible characters go; Cyrillic and Greek are transliterated; runs of single
    letters ("S. p. A.", "A & B") become one word.
    """
    text = f"lower({_replaced(f'{expression}::varchar', _FULL_WIDTH)})"
    text = rf"regexp_replace({text}, '[\p{{Cf}}\p{{Mn}}]', '', 'g')"
    text = f"strip_accents({_replaced(text, _LATIN)})"
    text = rf"case when regexp_matches({text}, '\p{{Cyrillic}}|\p{{Greek}}') then " + (
        f"{_replaced(text, _CYRILLIC | _GREEK)} else {text} end"
    )
    text = f"regexp_replace({text}, '{_CJK_FORMS}', ' ', 'g')"
    text = f"regexp_replace({text}, '[''’`´ʼ]', '', 'g')"
    text = rf"regexp_replace({text}, '(^|[^\p{{L}}])(\p{{L}}{{1,2}})\s*(?:&|\sand\s)\s*(\p{{L}}{{1,2}})([^\p{{L}}]|$)', '\1\2and\3\4')"  # noqa: E501
    text = rf"' ' || trim(regexp_replace({text}, '[^\p{{L}}\p{{N}}]+', '  ', 'g')) || ' '"
    for letters in (5, 4, 3, 2):
        run = "  ".join(r"(\p{L})" for _ in range(letters))
        joined = "".join(f"\\{i + 1}" for i in range(letters))
        text = f"regexp_replace({text}, ' {run} ', ' {joined} ', 'g')"
    return text


def create_forms(connection: DuckDBPyConnection) -> None:
    """Create org_variant, org_form and org_token from org_raw and the reference tables."""
    connection.execute("create or replace temp table org_part as " + VARIANTS)
    connection.execute(f"""
        create or replace temp table org_text as
        select part, {folded("part")} as padded from (select distinct part from org_part)
    """)
    connection.execute("create or replace temp table org_words as " + _words())
    connection.execute("""
        create or replace temp table org_form as
        select
            row_number() over (order by compact, tokens::varchar) - 1 as form_id,
            tokens, compact,
            any_value(numbers) as numbers,
            any_value(places) as places
        from org_words
        group by tokens, compact
    """)
    connection.execute("""
        create or replace temp table org_variant as
        select raw_id, form_id, min(cost)::float as cost, bool_and(of_unit) as of_unit,
            min({'cost': cost, 'of': list_sort(families)}).of as families
        from org_part inner join org_words using (part) inner join org_form using (tokens, compact)
        -- a segment that is but a place, a number or a legal form names nobody
        where cost = 0 or is_name
        group by raw_id, form_id
    """)
    connection.execute(_TOKENS)


def _words() -> str:
    forms = legal_forms()
    anywhere = _alternatives(forms["any"])
    at_end = _alternatives(["the", *forms["any"], *forms["end"], *forms["ends"]])
    at_start = _alternatives([*forms["start"], *forms["ends"]])
    return rf"""
        with stripped as (
            select
                part, padded,
                regexp_replace(
                    regexp_replace(regexp_replace(padded, '( (?:{at_end}) )+$', ''), '^( (?:{at_start}) )+', ''),
                    ' (?:{anywhere}) ', '', 'g'
                ) as bare
            from org_text
        ),

        worded as (
            select
                part, padded, trim(bare) <> '' as is_name,
                string_split(
                    regexp_replace(trim(case when trim(bare) = '' then padded else bare end), ' +', ' ', 'g'), ' '
                ) as raw_tokens
            from stripped
            where trim(padded) <> ''
        ),

        placed as (
            select
                part, position, token, is_name,
                coalesce(
                    word.canonical,
                    case when place.name is not null then token end,
                    case
                        when length(token) > 4 and token like '%ies' then token[:-4] || 'y'
                        when length(token) > 4 and token like '%s' and not regexp_matches(token, '(ss|us|is)$')
                            then token[:-2]
                        when regexp_full_match(token, '\d+') then coalesce(nullif(ltrim(token, '0'), ''), '0')
                        else token
                    end
                ) as canonical,
                case
                    when word.kind is not null then word.kind
                    when place.name is not null then 'place'
                    when regexp_matches(token, '^\d') then 'number'
                    else 'rare'
                end as kind,
                place.canonical as place
            from (select part, is_name, unnest(raw_tokens) as token, generate_subscripts(raw_tokens, 1) as position from worded)
            left join organisation_word as word on token = word.word
            left join organisation_place_word as place on token = place.name
        ),

        families as (
            select part, list_distinct(list(family)) as families
            from (select part, unnest(string_split(trim(regexp_replace(padded, ' +', ' ', 'g')), ' ')) as token from org_text)
            inner join organisation_legal_form on token = form
            group by part
        )

        select
            part,
            coalesce(
                nullif(list(canonical order by position) filter (kind <> 'stop'), []), list(canonical order by position)
            ) as tokens,
            string_agg(case when kind <> 'stop' then token else '' end, '' order by position) as compact,
            coalesce(any_value(families.families), []) as families,
            any_value(is_name) and bool_or(kind not in ('place', 'number', 'stop')) as is_name,
            coalesce(list_sort(list_distinct(list(canonical) filter (kind = 'number'))), []) as numbers,
            coalesce(list_sort(list_distinct(list(place) filter (kind = 'place'))), []) as places
        from placed
        left join families using (part)
        group by part
    """  # noqa: E501


_TOKENS = f"""
    create or replace temp table org_token as
    with frequency as (
        select token, count(*) as names
        from (select unnest(list_distinct(tokens)) as token from org_form)
        group by token
    ),

    kinds as (
        select token, coalesce(
            any_value(word.kind),
            case
                when any_value(place.name) is not null then 'place'
                when regexp_matches(token, '^\\d') then 'number'
                when length(token) = 1 then 'common'
                else 'rare'
            end
        ) as kind
        from frequency
        left join (select distinct canonical, kind from organisation_word) as word on token = word.canonical
        left join organisation_place_word as place on token = place.name
        group by token
    )

    select
        token, kind, names,
        greatest(
            -ln((names + {PRIOR_NAMES} * case kind {" ".join(f"when '{k}' then {v}" for k, v in PRIOR_RATES.items())}
                else 0.03 end) / ((select count(*) from org_form) + {PRIOR_NAMES})),
            case when kind = 'rare' and length(token) > 2 then {RARE_FLOOR} else 0.5 end
        ) as weight
    from frequency
    inner join kinds using (token)
"""


def _replaced(expression: str, letters: dict[str, str]) -> str:
    """SQL that replaces single characters; one `translate` for those that stay single, `replace` for the others."""
    single = {letter: to for letter, to in letters.items() if len(to) == 1}
    gone = [letter for letter, to in letters.items() if not to]
    sql = f"translate({expression}, {_quoted(''.join(single) + ''.join(gone))}, {_quoted(''.join(single.values()))})"
    for letter, to in letters.items():
        if len(to) > 1:
            sql = f"replace({sql}, '{letter}', '{to}')"
    return sql


def _alternatives(forms: Iterable[str]) -> str:
    ordered = sorted(set(forms), key=lambda form: (-form.count(" "), -len(form)))
    return "|".join(form.replace(" ", "  ") for form in ordered)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

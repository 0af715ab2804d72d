"""The short lists behind names, domains and places, as tables of a connection. All of them are our own.

organisation_word(word, canonical, kind)     kind: generic, holding, common, unit, direction, number, stop
organisation_place(name, kind, canonical)    kind: country, state; canonical: its code
organisation_place_word(name, canonical)     those that may stand as one word in a name
organisation_mail_domain(domain)             free-mail hosts: they say nothing of an employer
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from duckdb import DuckDBPyConnection

from muster.dbt_project import PROJECT_DIR

_HERE = Path(__file__).parent
_SEEDS = PROJECT_DIR / "seeds"


@cache
def legal_forms() -> dict[str, list[str]]:
    """Legal forms as folded words, longest first, by where in a name they may be taken for one."""
    with (_HERE / "legal_forms.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (-row["form"].count(" "), -len(row["form"])))
    return {
        place: [row["form"] for row in rows if row["position"] == place] for place in ("any", "end", "ends", "start")
    }


def create_reference(connection: DuckDBPyConnection) -> None:
    """Create the tables above and `organisation_legal_form(form, family)` as temporary tables."""
    read = "read_csv({!r}, header = true, all_varchar = true, nullstr = '§')"
    connection.execute(f"""
        create or replace temp table organisation_word as
        select word, canonical, kind from {read.format(str(_HERE / "words.csv"))}
    """)
    connection.execute(f"""
        create or replace temp table organisation_legal_form as
        select replace(form, ' ', '') as form, any_value(family) as family
        from {read.format(str(_HERE / "legal_forms.csv"))}
        group by all
    """)
    connection.execute(f"""
        create or replace temp table organisation_place as
        select name, kind, canonical from {read.format(str(_HERE / "places.csv"))}
        union
        select strip_accents(lower(trim(name))), 'country', country_code
        from (
            select country_code, unnest([country_name, country_code, alpha_3] || string_split(coalesce(aliases, ''), ';'))
                as name
            from {read.format(str(_SEEDS / "countries.csv"))}
        )
        where trim(name) <> ''
    """)  # noqa: E501
    connection.execute("""
        create or replace temp table organisation_place_word as
        select name, min(canonical) as canonical from organisation_place
        where name not like '% %' and (length(name) > 3 or name in ('uk', 'usa', 'us', 'uae'))
        group by name
    """)
    connection.execute(f"""
        create or replace temp table organisation_mail_domain as
        select domain from {read.format(str(_SEEDS / "free_mail_domains.csv"))}
    """)

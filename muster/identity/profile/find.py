"""Finding whom a text means: an id, a source key, an identity, an address, a domain, or at last a name.

The first way that finds anybody counts, so that an exact key is never drowned by names that look alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from muster.identity.profile.model import Hit
from muster.identity.profile.reader import Reader

#: More than this many profiles of one name are counted, not listed.
LISTED = 20
#: From this likeness on (Jaro–Winkler, 0 to 1) a name may have been meant.
ALIKE = 0.82

PERSON_NAME = "coalesce(full_name, nullif(concat_ws(' ', first_name, last_name), ''), work_email, person_id)"
ACCOUNT_NAME = "coalesce(account_name, domain, account_id)"


@dataclass(frozen=True)
class Found:
    """Who was meant: one hit, several to choose from (`total` may be more), or none and the nearest names."""

    hits: list[Hit]
    total: int = 0
    nearest: tuple[str, ...] = ()


def find_people(reader: Reader, text: str) -> Found:
    """People whom a text names: person id (merged or not), `namespace:value`, source key, record id, e-mail, name."""
    detail = "concat_ws(' · ', work_email, job_title, company_name)"
    return _find(reader, "person", PERSON_NAME, detail, _people(reader, text.strip()), text.strip())


def find_accounts(reader: Reader, text: str) -> Found:
    """Accounts that a text names: account id (a merged one too), source key, record id, domain or website, name."""
    detail = "concat_ws(' · ', domain, account_type, billing_city, billing_country)"
    return _find(reader, "account", ACCOUNT_NAME, detail, _accounts(reader, text.strip()), text.strip())


def _find(reader: Reader, entity: str, name: str, detail: str, ways: Iterator[str], text: str) -> Found:
    """`ways` are queries of ids with the parameters `$text` and `$lower`, best first."""
    key = f"{entity}_id"
    table = reader.table(entity)
    for way in ways:
        query = f"select {key} as id, {name} as name, {detail} as detail from {table} where {key} in ({way})"
        rows, total = reader.some(f"{query} order by name, id", LISTED, **_parameters(way, text))
        if rows:
            return Found([Hit(row["id"], row["name"], row["detail"] or "") for row in rows], total)
    return Found([], nearest=_nearest(reader, entity, name, text.lower()))


def _nearest(reader: Reader, entity: str, name: str, text: str) -> tuple[str, ...]:
    """Names, or addresses where the text is one, that look like the text, best first; a surname counts for a name."""
    shown = "work_email" if entity == "person" and "@" in text else name
    likeness = f"jaro_winkler_similarity(lower({shown}), $lower)"
    if entity == "person":
        likeness = f"greatest({likeness}, 0.95 * jaro_winkler_similarity(lower(last_name), $lower))"
    query = f"select {shown} as name, max({likeness}) as likeness from {reader.table(entity)} group by all"
    rows = reader.rows(
        f"select name from ({query}) where likeness >= {ALIKE} order by likeness desc, name limit 5", lower=text
    )
    return tuple(row["name"] for row in rows)


def _parameters(way: str, text: str) -> dict[str, str]:
    told = {"text": text, "lower": text.lower()}
    return {name: value for name, value in told.items() if f"${name}" in way}


def _people(reader: Reader, text: str) -> Iterator[str]:
    person, identity, component = reader.table("person"), reader.table("person_identity"), "person_component"
    if text.startswith("p_"):
        yield f"select person_id from {person} where person_id = $text"
        yield from _merged(reader, "person")
    if ":" in text:
        yield f"select person_id from {identity} where lower(namespace) || ':' || lower(value) = $lower"
        if reader.has("person_link"):  # what is no identity, such as a shared mailbox, still stands on records
            yield f"select person_id from {reader.table('person_link')} where lower(right_node) = $lower"
    yield f"select person_id from {identity} where value in ($text, $lower)"
    if reader.has(component):
        records = reader.table(component)
        yield f"select person_id from {records} where lower(person_component_id) = $lower or work_email = $lower"
        yield f"select person_id from {records} where starts_with(lower(person_component_id), $lower || '@')"
    full, parts = "lower(trim(full_name))", "lower(concat_ws(' ', first_name, last_name))"
    yield f"select person_id from {person} where work_email = $lower or {full} = $lower or {parts} = $lower"
    yield f"select person_id from {person} where {_has_words(f'lower({PERSON_NAME})')}"
    if reader.has(component) and {"first_name", "full_name"} <= set(reader.columns(component)):
        yield f"select person_id from {reader.table(component)} where {_has_words(f'coalesce({full}, {parts})')}"


def _accounts(reader: Reader, text: str) -> Iterator[str]:
    account = reader.table("account")
    if text.startswith("a_"):
        yield f"select account_id from {account} where account_id = $text"
        yield from _merged(reader, "account")
    source_key = "substr(node, length('b2b_account:') + 1)"
    keys = f"select id as account_id, {source_key} as source_key from {reader.register('account')}"
    yield f"select account_id from ({keys}) where lower(source_key) = $lower"
    yield f"select account_id from ({keys}) where starts_with(lower(source_key), $lower || '@')"
    host = r"regexp_replace(regexp_replace($lower, '^[a-z]+://', ''), '^www\.|[/:?#].*$', '', 'g')"
    yield f"select account_id from {account} where domain = {host}"
    yield f"select account_id from {account} where lower(trim(account_name)) = $lower"
    yield f"select account_id from {account} where {_has_words('lower(account_name)')}"


def _merged(reader: Reader, entity: str) -> Iterator[str]:
    """An id that was merged into another leads to the one that lives on."""
    yield f"select merged_into from {reader.register(entity)} where id = $text and merged_into is not null"


def _has_words(expression: str) -> str:
    return f"len(list_filter(string_split($lower, ' '), lambda word: not contains({expression}, word))) = 0"

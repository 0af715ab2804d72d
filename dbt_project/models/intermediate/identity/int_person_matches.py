"""Records of people that are alike without a common key, by the rules of `matching.people` in identity.yml."""

from muster.identity.decisions.matches import person_matches
from muster.identity.settings import identity_settings


def model(dbt, session):
    dbt.config(materialized="table")
    return person_matches(
        dbt.ref("int_person_match_records").to_arrow_table(),
        dbt.ref("int_person_exact_keys").to_arrow_table(),
        dbt.ref("int_identity_decisions").filter("kind = 'person'").select("left_key, right_key").to_arrow_table(),
        identity_settings().matching.people,
    )

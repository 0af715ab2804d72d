"""Who is one person by everything but owned devices: components, replayed where they break a rule."""

from muster.identity.graph.people import cores


def model(dbt, session):
    dbt.config(materialized="table")
    return cores(
        dbt.ref("int_person_nodes").select("number, is_device, is_unique, namespace").to_arrow_table(),
        dbt.ref("int_person_core_links").to_arrow_table(),
        dbt.ref("int_person_differences").select("left_number, right_number").to_arrow_table(),
    )

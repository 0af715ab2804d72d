"""Owned devices that were seen together."""

from muster.identity.graph.people import device_groups


def model(dbt, session):
    dbt.config(materialized="table")
    return device_groups(
        dbt.ref("int_person_nodes").select("number, is_device").to_arrow_table(),
        dbt.ref("int_device_links").to_arrow_table(),
    )

"""The limits of identity.yml, and which guards are on."""

from muster.identity.namespaces import limits
from muster.identity.settings import identity_settings


def model(dbt, session):
    dbt.config(materialized="table")
    return limits(identity_settings())

"""The namespaces that identity.yml names, and those known without."""

from muster.identity.namespaces import namespaces
from muster.identity.settings import identity_settings


def model(dbt, session):
    dbt.config(materialized="table")
    return namespaces(identity_settings())

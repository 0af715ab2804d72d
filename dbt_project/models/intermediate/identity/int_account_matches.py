from muster.identity.accounts import account_pairs
from muster.identity.settings import identity_settings


def model(dbt, session):
    records = dbt.ref("int_account_records").project("* exclude (duns_number), identifier as duns_number")
    return account_pairs(records.to_arrow_table(), identity_settings().matching.accounts)

from muster.identity.accounts import comparable_names


def model(dbt, session):
    accounts = dbt.ref("account").project("account_id, account_name, domain, website")
    return comparable_names(accounts.to_arrow_table())

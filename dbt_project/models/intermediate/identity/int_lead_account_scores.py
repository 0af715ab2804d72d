from muster.identity.accounts import lead_accounts
from muster.identity.settings import identity_settings


def model(dbt, session):
    records = dbt.ref("int_account_records").project("* exclude (duns_number), identifier as duns_number")
    accounts = records.join(dbt.ref("int_account_by_key").project("source_key, account_id"), "source_key")
    return lead_accounts(
        leads=dbt.ref("int_leads").to_arrow_table(),
        accounts=accounts.to_arrow_table(),
        mail_domains=dbt.ref("int_account_mail_domains").to_arrow_table(),
        shared_domains=dbt.ref("int_shared_mail_domains").to_arrow_table(),
        rules=identity_settings().matching.leads_to_accounts,
    )

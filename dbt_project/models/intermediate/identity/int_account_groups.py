import pyarrow as pa

from muster.identity.accounts import grouped


def model(dbt, session):
    accounts = dbt.ref("int_account_kin").order("number").to_arrow_table()
    return pa.table({"account_id": accounts["account_id"], "group_id": grouped(accounts)})

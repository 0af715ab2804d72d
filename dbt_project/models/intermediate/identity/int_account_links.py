from muster.identity.accounts import judged


def model(dbt, session):
    candidates = dbt.ref("int_account_link_candidates")
    records = dbt.ref("int_account_records").project("""
        node, source_name, identifier, billing_country as country, created_at as born_at
    """)
    apart = dbt.ref("int_account_apart")
    return judged(candidates.to_arrow_table(), records.to_arrow_table(), apart.to_arrow_table())

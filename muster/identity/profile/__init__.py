"""One profile, looked up: its golden record and where it is from, its records, identities, relations and memberships.

Reads the current snapshot, the memberships and the ledger; never the warehouse.
"""

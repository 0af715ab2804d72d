"""Delivery: what is wanted, the difference, the ledger, files, and kills at every write."""

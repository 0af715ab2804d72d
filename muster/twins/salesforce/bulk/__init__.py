"""Bulk API 2.0: jobs that read (`query`) and jobs that write (`ingest`)."""

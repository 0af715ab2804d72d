"""Staging and the unioned models, tested on small exports taken in by the readers and built once by dbt."""

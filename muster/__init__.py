"""Muster's domain: sources, identity, audiences and activation, with no Dagster in it."""

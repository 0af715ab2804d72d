"""What is materialised, in the order of the flow: sources, profiles (dbt), snapshot, audiences, activations.

Each module builds its assets from a set-up's configuration and calls the domain; no rule lives here.
"""

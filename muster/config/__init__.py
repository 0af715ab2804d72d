"""The configuration of one set-up: typed models, loading with line numbers, checks."""

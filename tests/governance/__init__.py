"""The guards before publishing."""

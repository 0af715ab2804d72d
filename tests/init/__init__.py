"""Tests of `muster init`: exports that others wrote become configurations that are sound."""

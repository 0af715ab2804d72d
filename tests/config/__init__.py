"""Tests of the configuration files: what each mistake says, and that the demo's own are sound."""

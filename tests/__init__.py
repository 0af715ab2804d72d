"""Tests: behaviour at the edge that a user sees."""

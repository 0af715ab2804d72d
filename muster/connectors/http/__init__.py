"""Calls to vendors' APIs: one client for all of them, within one budget an instance."""

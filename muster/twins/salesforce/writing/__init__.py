"""Writing records, however they come: taken, checked, completed, put, and what else changes by it."""

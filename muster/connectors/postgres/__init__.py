"""PostgreSQL as a live source: tables and queries, read on from a cursor column, or whole each time."""

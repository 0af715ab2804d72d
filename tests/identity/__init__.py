"""Identity resolution and the marts, tested through the SQL that dbt compiles."""

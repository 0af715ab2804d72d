"""SOQL: text → tree (`parser`) → SQL for DuckDB over the twin's tables (`compiler`)."""

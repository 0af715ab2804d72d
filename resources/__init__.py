"""What the assets are connected to: the set-up's folders and configuration, its stores, and dbt."""

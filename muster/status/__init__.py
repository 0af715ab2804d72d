"""What the last run did, for people (`muster status`), programs (`--json`) and the UI's metadata."""

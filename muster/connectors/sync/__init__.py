"""From a live source into the lake: streams of records, read from where the lake ends."""

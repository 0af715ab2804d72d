"""Identity against its peers: how right the matching is, and how fast the graph."""

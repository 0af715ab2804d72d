"""Who is who: the graph of people's identities, accounts, and the matching of records without a common key."""

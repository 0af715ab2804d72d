"""Organisations: which account records are one firm, and which account a lead belongs to.

names      what a name is made of: variants, tokens, legal forms, how rare each token is
domains    hosts, registrable domains, and those that tell nothing
records    the evidence of each record in narrow tables: names, domains, phones, places, identifiers
candidates which pairs are worth comparing
likeness   how alike two names are, token by token
similarity all evidence of a pair as one probability
match      leads to accounts, with abstention
"""

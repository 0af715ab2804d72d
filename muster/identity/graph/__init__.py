"""The graph of identities: what hangs together, and which links may not hold."""

"""Guards that stop a bad build or a sudden change before it reaches anybody."""

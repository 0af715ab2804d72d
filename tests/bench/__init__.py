"""The comparisons of `make bench`, at a tiny size."""

"""Files in a folder: the plainest destination, and the one that every other tool can read."""

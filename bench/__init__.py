"""Timings side by side with a floor or a peer, told as ratios: `make bench`, or `python -m bench audiences`.

Each job is a module that says what it compares and gives `Comparison`s. Both sides do the same work on the same data
in one run, turn about, and must give the same answer. Nothing here fails because something is slow.
"""

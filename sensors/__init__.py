"""What starts work: jobs, the daily schedule, and sensors for arriving files and for changed membership.

Sensors only read the state store or a folder listing and ask for runs; the deciders are in the domain.
"""

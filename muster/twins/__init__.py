"""Local stand-ins for the vendors' APIs: stateful servers that answer, limit and fail as the vendors do.

Twins share nothing but HTTP with the readers that are proved against them. Each vendor's package has `open_twin`.
"""

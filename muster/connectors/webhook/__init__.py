"""Webhooks: changes of membership as signed messages to a receiver of one's own, after Standard Webhooks."""

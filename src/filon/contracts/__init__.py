"""Agreements and what was delivered of them."""

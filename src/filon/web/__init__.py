"""Renders views as pages; computes nothing."""

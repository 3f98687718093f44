"""Renders views in the terminal; computes nothing."""

"""Benchmarks; `python -m bench`."""

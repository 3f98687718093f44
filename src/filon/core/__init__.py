"""What everything else is made of: quantities, units, matter, identifiers, moments, findings, errors, tables.

Knows nothing of events, books, files or the network; values in, values out.
"""

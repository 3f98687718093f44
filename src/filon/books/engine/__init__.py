"""The engine: reach, shares and recalls on the flow graph as arrays, where walking Python objects takes too long.

The exact answers stay with `books.trace` and `accounts.origin`; the engine gives the same ones for a whole plant.
"""

"""The campaign that tries to make the ledger lose or lie: power cuts, kills, full disks, flipped bits.

`make torture` runs it long and writes docs/reliability.md; `test_torture.py` runs a short form with every test run.
"""

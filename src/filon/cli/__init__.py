"""The command line: draws views as tables and trees, computes nothing.

Exit codes: 0 fine, 1 there are findings (or something was refused), 2 wrong call.
"""

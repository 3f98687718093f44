"""One folder per partner format; none knows another."""

"""The log that nobody can rewrite: entries, RFC 6962 tree, checkpoints, proofs; knows no EPCIS."""

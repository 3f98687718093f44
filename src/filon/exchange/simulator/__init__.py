"""The founding chain: invented companies from mine to pack, their files as they would arrive, and the truth behind."""

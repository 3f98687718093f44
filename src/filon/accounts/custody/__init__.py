"""Chain of custody: what may be claimed of a lot, derived step by step, and the credits a mass-balance site holds."""

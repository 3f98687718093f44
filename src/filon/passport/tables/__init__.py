"""Versioned tables of the passport: data points, types of value, dated duties, status of acts, materials."""

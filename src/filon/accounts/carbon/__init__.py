"""The carbon account: what every lot cost in CO2e, computed along the books, with each kilogram's reason."""

"""The battery passport: its data points, what is said and derived for each, and its life; pure functions of the log.

`point` is the one list from which forms, checks, docs and exporters are made; `statement` reads what was said,
`derived` what follows from the books and accounts, `life` what became of the battery, `make` puts them together into
a `Passport`, of which `disclosed` gives each reader the part that the law gives them.
"""

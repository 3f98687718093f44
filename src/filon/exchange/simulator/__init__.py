"""The founding chain: invented companies from mine to pack, their files as they would arrive, and the truth behind.

    from filon.exchange.simulator.files import simulate

    paths = simulate(Path("demo"), seed=1)   # in the order of delivery; agreement.json, truth.json

`world` has the companies, `chain` what happened (a plan of deeds), `told` and `sheets` tell it as EPCIS events and
workbook rows, `truth` follows every gram by its own exact sums. `docs/founding-chain.md` tells the story.
"""

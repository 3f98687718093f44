"""A Brightway project of an invented works, written by bw2data itself: a loop, a gas, wastes, products of their own.

Per unit, worked by hand with methane at 28:

    2 power = 1 + 0.5 steam; steam = 0.25 + 0.5 power, so 1.75 power = 1.125: power 9/14, steam 4/7
    cell = 28 power + 0.125 x 28 = 18 + 3.5 = 21.5
    flour (a node of its own, 4 kg of it made by the mill at 2 kg) = 0.5
"""

METHOD = ("IPCC 2021", "climate change", "GWP 100a")
WORDS = "IPCC 2021|climate change|GWP 100a"
OTHERS = {("EF 3.1", "acidification"): "mol H+-Eq", ("IPCC 2021", "climate change", "GTP 50a"): "kg CO2-Eq"}


def write_project(folder, monkeypatch):
    """The project `batteries` with the databases `nature` and `ours` in `folder`."""
    # Before the first import: Brightway makes its folders where it is imported.
    monkeypatch.setenv("BRIGHTWAY2_DIR", str(folder))
    import bw2data

    (folder / "logs").mkdir(exist_ok=True)
    bw2data.projects.change_base_directories(folder, folder / "logs")
    bw2data.projects.set_current("batteries")
    gases = {("nature", gas): {"name": gas, "unit": "kilogram", "type": "emission"} for gas in ("co2", "ch4", "new")}
    bw2data.Database("nature").write(gases)
    bw2data.Database("ours").write({
        **activity("power", "kilowatt hour", 2, co2=1, steam=0.5, location="FR", start_date="2023-01-01", license="CC0"),
        **activity("steam", "megajoule", 1, co2=0.25, power=0.5),
        **activity("cell", "unit", 1, ch4=0.125, power=28, tags=[("ecoSpold01startDate", "2021-07-01")]),
        **activity("rope", "furlong", 1, co2=1),
        **activity("scrap", "kilogram", -1, co2=1),
        **activity("mill", "kilogram", 4, "flour", type="process", co2=2),
        ("ours", "flour"): {"name": "flour", "unit": "kilogram", "type": "product", "location": "GLO"},
    })  # fmt: skip
    bw2data.Database("blind").write({
        ("blind", "x"): {"name": "x", "unit": "kilogram", "exchanges": [flow("blind", "x", 1), flow("nature", "new", 1)]}
    })  # fmt: skip
    for method, unit in {METHOD: "kg CO2-Eq", **OTHERS}.items():
        bw2data.Method(method).register(unit=unit)
        bw2data.Method(method).write([(("nature", "co2"), 1.0), (("nature", "ch4"), 28.0)])
    return bw2data


def activity(code, unit, made, product="", **said):
    """One activity: what it makes, what it emits and uses, and what is said of it."""
    made = flow("ours", product or code, made)
    nature = [flow("nature", gas, said.pop(gas)) for gas in ("co2", "ch4") if gas in said]
    used = [flow("ours", name, said.pop(name), "technosphere") for name in ("power", "steam") if name in said]
    return {("ours", code): {"name": f"{code} of Rivage", "unit": unit, "exchanges": [made, *nature, *used], **said}}


def flow(database, code, amount, kind="production"):
    return {"input": (database, code), "amount": amount, "type": "biosphere" if database == "nature" else kind}

"""A second life after the founding chain: two packs become two stores, one is recycled, its cobalt comes back.

2027  packs 000001 and 000002 are placed on the market and published.
2035  both are taken apart; half of each pack's cells go into store A, the other half into store B.
2044  store A is waste; it goes to Boucle, is shredded to black mass, and its cobalt leaves as sulfate.
2045  the sulfate becomes precursor, cathode, cells and pack N at a new works, with fresh nickel, manganese, lithium.
"""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from filon.books.post import post
from filon.books.register import EPC_CLASS, LOCATION, Register
from filon.core.ident import sgtin
from filon.core.matter import MASS
from filon.epcis.event import FILON, Event, QuantityElement, Typed
from filon.exchange.simulator.world import SITES
from story import said, traits

STORE = SITES["cars"].id
BOUCLE = SITES["boucle"].id
WORKS = "https://id.gs1.org/414/9521299000014"
AGAIN = "https://id.gs1.org/417/9521299000007"
P1, P2 = (sgtin("09521213000010", serial) for serial in ("000001", "000002"))
A, B = (sgtin("09521299000021", serial) for serial in ("A", "B"))
N = sgtin("09521299000038", "N")
GTIN = "https://id.gs1.org/01/0952129900"


def lot(item, name):
    return f"{GTIN}{item:04d}/10/{name}"


BLACK, SULFATE, PRECURSOR, CATHODE, CELLS = (lot(n, "45-1") for n in (45, 52, 69, 76, 83))
NICKEL, MANGANESE, LITHIUM = (lot(n, "45-1") for n in (90, 106, 113))


def when(year, day=1):
    return datetime(year, 1, day, 8, tzinfo=UTC)


def extended(register):
    """The founding chain's register with the new works and the new products."""
    data = [(kind, ident, traits_) for kind, known in register.vocabularies.items() for ident, traits_ in known.items()]
    data += [
        (LOCATION, WORKS, {FILON + "name": "Encore", FILON + "country": "FR", FILON + "kind": "pack", FILON + "party": AGAIN}),
        (EPC_CLASS, A.rpartition("/21/")[0], {FILON + "form": "pack", FILON + "name": "Store 30 kWh"}),
        (EPC_CLASS, N.rpartition("/21/")[0], {FILON + "form": "pack", FILON + "name": "Pack again"}),
        (EPC_CLASS, CELLS.rpartition("/10/")[0], {FILON + "form": "cell"}),
    ]  # fmt: skip
    return Register.of(data)


def life(at, deed, of, into=(), **own):
    return Event("ObjectEvent", at, "+00:00", action="OBSERVE", bizStep="inspecting", epcList=tuple(of),
                 extensions={FILON + "life": {"deed": deed, "of": list(of), "into": list(into), **own}})  # fmt: skip


def apart(at, pack):
    return Event(
        "AggregationEvent", at, "+00:00", action="DELETE", bizStep="disassembling", parentID=pack, bizLocation=STORE
    )


def together(at, site, pack, cells):
    children = tuple(QuantityElement(batch, Decimal(count)) for batch, count in cells.items())
    return Event("AggregationEvent", at, "+00:00", action="ADD", bizStep="assembling", parentID=pack, bizLocation=site,
                 childQuantityList=children)  # fmt: skip


def move(at, source, target, note, *, pieces=(), goods=()):
    paper = (Typed(f"https://example.com/bt/{note}", "desadv"),)
    quantities = tuple(QuantityElement(name, Decimal(kg), "KGM") for name, kg in goods)
    yield Event("ObjectEvent", at, "+00:00", action="OBSERVE", bizStep="shipping", readPoint=source, epcList=pieces,
                quantityList=quantities, bizTransactionList=paper, destinationList=(Typed(target, "location"),))  # fmt: skip
    yield Event("ObjectEvent", at.replace(day=at.day + 1), "+00:00", action="OBSERVE", bizStep="receiving",
                bizLocation=target, epcList=pieces, quantityList=quantities, bizTransactionList=paper)  # fmt: skip


def step(at, site, takes, gives, pieces=(), **told):
    return Event("TransformationEvent", at, "+00:00", bizLocation=site, inputEPCList=pieces,
                 inputQuantityList=tuple(QuantityElement(n, Decimal(kg), "KGM") for n, kg in takes),
                 outputQuantityList=tuple(QuantityElement(n, Decimal(kg), unit) for n, kg, unit in gives),
                 ilmd=traits(**told))  # fmt: skip


def birth(at, name, kg, **told):
    return Event("ObjectEvent", at, "+00:00", action="ADD", bizStep="commissioning", bizLocation=WORKS,
                 quantityList=(QuantityElement(name, Decimal(kg), "KGM"),), ilmd=traits(**told))  # fmt: skip


def halves(book):
    """Cells by batch of both packs, shared out: (for A, for B)."""
    inside = {}
    for one in book.events:
        if one.event.type == "AggregationEvent" and one.event.parentID in {P1, P2} and one.event.action == "ADD":
            for item in one.event.childQuantityList:
                inside[item.epcClass] = inside.get(item.epcClass, 0) + int(item.quantity)
    return {b: n // 2 for b, n in inside.items()}, {b: n - n // 2 for b, n in inside.items()}


def told(mg, kg):
    """Percent as a laboratory writes it, two decimals."""
    return str((Decimal(mg).scaleb(-4) / Decimal(kg)).quantize(Decimal("0.01"), ROUND_HALF_EVEN))


def second_life(book, register):
    """All events of the story; assays are those of what the books know to be there."""
    one, other = halves(book)
    events = [
        life(when(2027), "place", [P1, P2], operator="https://id.gs1.org/417/9521213000003"),
        life(when(2027, 2), "publish", [P1, P2]),
        apart(when(2035, 3), P1), apart(when(2035, 3), P2),
        together(when(2035, 5), STORE, A, one), together(when(2035, 5), STORE, B, other),
        life(when(2035, 6), "repurpose", [P1, P2], [A, B], operator=AGAIN),
        life(when(2035, 7), "publish", [A, B]),
        life(when(2044), "waste", [A]),
        *move(when(2044, 3), STORE, BOUCLE, "W-1", pieces=(A,)),
    ]  # fmt: skip
    known = post([*book.events, *said(*events)], register).first(A).content
    kg = Decimal(known[MASS]).scaleb(-6)
    assays = {element: told(known[element], kg) for element in ("Co", "Ni", "Li", "Mn", "Cu", "C", "Al")}
    cobalt = Decimal(known["Co"]).scaleb(-6)
    sulfate = (cobalt / Decimal("0.208")).quantize(Decimal("0.001"))
    recycled = step(when(2044, 6), BOUCLE, [], [(BLACK, kg, "KGM")], pieces=(A,), form="black mass", moisture="0", **{
        f"dry_{element}": percent for element, percent in assays.items()})  # fmt: skip
    recycled.extensions[FILON + "life"] = {"deed": "recycle", "of": [A], "reason": "recycled to black mass"}
    events += [
        recycled,
        step(when(2044, 9), BOUCLE, [(BLACK, kg)], [(SULFATE, sulfate, "KGM")], form="CoSO4·7H2O", Co="20.80"),
        *move(when(2045), BOUCLE, WORKS, "S-1", goods=((SULFATE, sulfate),)),
        birth(when(2045, 2), NICKEL, "90", form="NiSO4·6H2O", Ni="22.1", origin=SITES["pohja mine"].id if "pohja mine" in SITES else WORKS),
        birth(when(2045, 2), MANGANESE, "8", form="MnSO4·H2O", Mn="32.0", origin=WORKS),
        birth(when(2045, 2), LITHIUM, "20", form="LiOH·H2O", Li="16.4", origin=WORKS),
        step(when(2045, 5), WORKS, [(SULFATE, sulfate), (NICKEL, "90"), (MANGANESE, "8")], [(PRECURSOR, "39", "KGM")],
             form="NMC811 pCAM", moisture="0", dry_Co=told(int(sulfate * 208_000), 39), dry_Ni="50.9", dry_Mn="6.5"),
        step(when(2045, 8), WORKS, [(PRECURSOR, "39"), (LITHIUM, "20")], [(CATHODE, "41", "KGM")],
             form="NMC811 CAM", moisture="0", dry_Co=told(int(sulfate * 208_000), 41), dry_Ni="48.4", dry_Mn="6.2", dry_Li="7.3"),
        step(when(2045, 11), WORKS, [(CATHODE, "41")], [(CELLS, "100", None)], form="cell", pieceMass="0.5"),
        together(when(2045, 14), WORKS, N, {CELLS: 100}),
        life(when(2045, 15), "place", [N], operator=AGAIN),
    ]  # fmt: skip
    return events

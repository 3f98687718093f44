"""A French story of a refiner, told twice by people who never met: rows typed into the French template, and EPCIS events.

Every deed is a dict in the words of the trade. `typed` fills the product's own template as a person does: decimal commas,
thin spaces, days first, headings of further columns typed behind the last. `event` and `xml` write EPCIS 2.0 by hand, with
nothing of the product's writers.
"""

import io
from datetime import date
from decimal import Decimal
from functools import cache
from xml.sax.saxutils import escape

import openpyxl

from filon.core.tables import table
from filon.exchange.workbook import template

NS = "https://w3id.org/filon/"
HEADINGS = {row["key"]: row["fr"] for row in table("workbook").rows}
ZONES = {"FR": "+01:00", "MA": "+01:00", "CD": "+01:00", "AU": "+08:00", "CL": "-04:00", "ZA": "+02:00"}
SITES = {  # name: (country, kind, kind in French, company)
    "Mine d'Ouzal": ("MA", "mine", "mine", "Ouzal"), "Kisamba": ("CD", "mine", "mine", "Kisamba"),
    "Mine Verte": ("AU", "mine", "mine", "Nickelle"), "Mine Manganor": ("ZA", "mine", "mine", "Manganor"),
    "Salina": ("CL", "mine", "mine", "Salina"), "Boucle Isère": ("FR", "recycler", "recyclage", "Boucle"),
    "Raffinerie du Vallon": ("FR", "refinery", "raffinerie", "Vallon"),
    "Opale précurseur": ("FR", "pcam", "précurseur", "Opale"), "Silo Opale": ("FR", "store", "entrepôt", "Opale"),
    "Opale cathode": ("FR", "cam", "cathode", "Opale"), "Vega cellules": ("FR", "cell", "cellules", "Vega"),
    "Auto Lys": ("FR", "pack", "batteries", "Lys"), "Dépôt Lys": ("FR", "store", "entrepôt", "Lys"),
}  # fmt: skip
COMPANIES = sorted({company for *_, company in SITES.values()})
PRODUCTS = {  # name: (company, form as its maker says it, use)
    "Concentré": ("Ouzal", "concentré d'arséniures de cobalt", ""), "Hydroxyde": ("Kisamba", "hydroxyde de cobalt brut", ""),
    "Sulfate de nickel": ("Nickelle", "NiSO4·6H2O", ""), "Sulfate de manganèse": ("Manganor", "MnSO4·H2O", ""),
    "Lithine": ("Salina", "LiOH·H2O", ""), "Masse noire": ("Boucle", "masse noire", ""),
    "Solution": ("Vallon", "solution de sulfate de cobalt", ""), "Résidu": ("Vallon", "résidu de lixiviation", "déchet"),
    "Heptahydrate": ("Vallon", "CoSO4·7H2O", ""), "Hexahydrate": ("Vallon", "sulfate de cobalt hexahydraté", ""),
    "Carbonate de nickel": ("Vallon", "NiCO3", "coproduit"), "pCAM": ("Opale", "précurseur NMC622", ""),
    "CAM": ("Opale", "matière active NMC622", ""), "Bobine": ("Vega", "matière active NMC622", ""),
    "Chutes": ("Vega", "chutes de cathode", ""), "Cellule": ("Vega", "cellule", ""), "Module": ("Vega", "module", ""),
    "Pack": ("Vega", "pack", ""), "Véhicule": ("Lys", "pack", ""),
}  # fmt: skip
ENGLISH = {"provisoire": "provisional", "final": "final", "arbitrage": "umpire", "sec": "dry", "humide": "wet", "g/L": "",
           "après consommation": "post-consumer", "déchet": "waste", "coproduit": "by-product", "": ""}  # fmt: skip
METALS = ("Ni", "Co", "Mn", "Li", "Cu", "As", "C", "Fe", "Al")
OWN = "urn:filon:lot:{}:{}"
"""A number that a site gives to what it received (decision 0004)."""


def checked(body):
    """A GS1 number with its check digit."""
    return body + str(-sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body))) % 10)


GLN = {name: checked(f"9521{at:08d}") for at, name in enumerate((*(f"{one} SA" for one in COMPANIES), *SITES), 7001)}
GTIN = {name: checked(f"09521{at:08d}") for at, name in enumerate(PRODUCTS, 5001)}


def site_id(name):
    return f"https://id.gs1.org/414/{GLN[name]}"


def party_id(company):
    return f"https://id.gs1.org/417/{GLN[company + ' SA']}"


def piece(product, serial):
    return f"https://id.gs1.org/01/{GTIN[product]}/21/{serial}"


def day(text):
    return date(2026, int(text[3:]), int(text[:2]))


# ---- deeds


def make(on, site, product, lot, kg, uses=(), order="", **more):  # noqa: PLR0917 - a row of sheet 1 with its sheet 2
    """`more`: moist, basis, status, percent contents, .. in the template's words; `uses`: (lot, product, kg)."""
    return {"deed": "make", "on": on, "site": site, "product": product, "lot": lot, "kg": kg, "uses": uses, "order": order,
            **more}  # fmt: skip


def ship(on, note, site, to, place, *goods):
    return {"deed": "ship", "on": on, "note": note, "site": site, "to": to, "place": place, "goods": goods}


def receive(on, note, sender, site, *goods):  # goods: (lot, product, kg[, the receiver's own number])
    return {"deed": "receive", "on": on, "note": note, "from": sender, "site": site, "goods": goods}


def count(on, site, lot, product, kg):
    return {"deed": "count", "on": on, "site": site, "lot": lot, "product": product, "kg": kg}


def join(on, site, parent, *parts, apart=False):
    """`parent` and each part: (product, serial), or (product, batch, first, last)."""
    return {"deed": "join", "on": on, "site": site, "parent": parent, "parts": parts, "apart": apart}


# ---- as rows


def comma(value):
    """A number as French people type it: `24 150,5`, whole ones as numbers."""
    number = Decimal(value)
    return f"{number:,}".replace(",", "\u202f").replace(".", ",") if number % 1 or number >= 1000 else int(number)


@cache
def empty():
    """The product's French template; its rows of formulas, which nobody types into, are cut to what a story needs."""
    book = openpyxl.load_workbook(io.BytesIO(template("fr")))
    for page in book:
        page.delete_rows(40, page.max_row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Workbook:
    """One company's workbook, typed cell by cell."""

    def __init__(self):
        self.book = openpyxl.load_workbook(io.BytesIO(empty()))
        self.pages = {next(cell.value for cell in page[1] if cell.value).split(".")[0]: page for page in self.book}
        self.columns = {
            key: {cell.value: cell.column for cell in page[1] if cell.value} for key, page in self.pages.items()
        }
        self.rows = dict.fromkeys(self.pages, 4)
        self.named = {"site": {}, "produit": {}, "partenaire": {}}

    def type(self, sheet, **cells):
        page, columns = self.pages[sheet], self.columns[sheet]
        for name, value in cells.items():
            key = f"{sheet}.{name.rstrip('_')}"
            if value is None or value == "":
                continue
            if key not in columns:  # a heading of one's own hand, the hidden row above it left empty
                columns[key] = max(columns.values()) + 1
                page.cell(2, columns[key], HEADINGS[key])
            page.cell(self.rows[sheet], columns[key], value)
        self.rows[sheet] += 1

    def site(self, name):
        country, _, kind, company = SITES[name]
        mixing = "premier entré premier sorti" if name == "Silo Opale" else ""
        self.named["site"][name] = {"id": GLN[name], "country": country, "zone": ZONES[country],
                                    "party": self.company(company), "type": kind, "mixing": mixing}  # fmt: skip
        return name

    def company(self, name):
        self.named["partenaire"][name] = {"id": GLN[name + " SA"]}
        return name

    def product(self, name):
        _, form, use = PRODUCTS[name]
        self.named["produit"][name] = {"id": GTIN[name], "form": form, "use": use}
        return name

    def bytes(self):
        for kind in ("site", "produit", "partenaire"):
            for name, cells in self.named[kind].items():
                self.type("lists", kind=kind, name=name, **cells)
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


def typed(deeds):
    """The workbook of some deeds."""
    book = Workbook()
    for one in deeds:
        on, where = f"{day(one['on']):%d/%m/%Y}", book.site(one["site"])
        _ROWS[one["deed"]](book, one, on, where)
    return book.bytes()


def _made(book, one, on, where):
    figures = ("kg", "moist", "u_assay", "litres", "density", "pieces", "first", "last", "recycled")
    cells = {name: comma(one[name]) for name in figures if one.get(name) not in {None, ""}}
    cells |= {metal.lower(): comma(one[metal]) for metal in METALS if metal in one}
    cells |= {
        name: one.get(name) for name in ("basis", "status", "assay_status", "laboratory", "method", "recycled_kind")
    }
    cells["net_kg"] = cells.pop("kg", None)
    book.type("lots", lot=one["lot"], date=on, site=where, product=book.product(one["product"]),
              origin=one.get("origin"), **cells)  # fmt: skip
    for lot, product, kg in one["uses"]:
        whose = where if product == "@" else product and book.product(product)
        book.type("mix", out=one["lot"], inp=lot, product=whose, kg=comma(kg), campaign=one["order"])
    if one["order"] and not one["uses"]:
        book.type("mix", out=one["lot"], campaign=one["order"])
    for measured in one.get("measured", ()):
        book.type("meas", lot=one["lot"], **measured)


def _shipped(book, one, on, where):
    for lot, product, kg in one["goods"]:
        book.type("ship", ship=one["note"], date=on, lot=lot, product=product and book.product(product),
                  net_kg=kg and comma(kg), site=where, to=book.company(one["to"]), to_site=book.site(one["place"]))  # fmt: skip


def _received(book, one, on, where):
    for lot, product, kg, *own in one["goods"]:
        book.type("recv", ship=one["note"], from_=book.company(one["from"]), date=on, lot=lot,
                  product=product and book.product(product), net_kg=kg and comma(kg), site=where, own=own[0] if own else "")  # fmt: skip


def _counted(book, one, on, where):
    book.type(
        "stock", date=on, site=where, lot=one["lot"], product=book.product(one["product"]), net_kg=comma(one["kg"])
    )


def _joined(book, one, on, where):
    word, (of, number) = "démonté" if one["apart"] else "monté", one["parent"]
    for product, name, *span in one["parts"]:
        cells = {"lot": name, "first": span[0], "last": span[1]} if span else {"serial": name}
        book.type("parts", deed=word, date=on, site=where, parent=number, parent_product=book.product(of),
                  product=book.product(product), **cells)  # fmt: skip


_ROWS = {"make": _made, "ship": _shipped, "receive": _received, "count": _counted, "join": _joined}


# ---- as events


def events(deeds):
    """The events of some deeds, as JSON-LD members."""
    return [_EVENTS[one["deed"]](one) for one in deeds]


def lot_id(name, of):
    """`of`: the product, or `@` and the site whose own number it is."""
    if name.startswith("https://"):
        return name
    return OWN.format(GLN[of[1:]], name) if of.startswith("@") else f"https://id.gs1.org/01/{GTIN[of]}/10/{name}"


def _base(one, kind, step, **more):
    zone, where = ZONES[SITES[one["site"]][0]], {"id": site_id(one["site"])}
    return {"type": kind, "eventTime": f"{day(one['on'])}T00:00:00{zone}", "eventTimeZoneOffset": zone, "bizStep": step,
            "readPoint": where, "bizLocation": where, "filon:precision": "day", **more}  # fmt: skip


def _amount(lot, of, kg, uom="KGM"):
    told = {"epcClass": lot_id(lot, of), "quantity": float(kg) if "." in str(kg) else int(kg)}
    return told | ({"uom": uom} if uom else {})


def _make(one):
    grams = one.get("basis") == "g/L"
    status = {"filon:status": ENGLISH[one["assay_status"]]} if "assay_status" in one else {}
    sigma = Decimal(one["u_assay"]) / 100 if "u_assay" in one else None
    assays = [
        {"filon:element": metal, ("filon:gramsPerLitre" if grams else "filon:percent"): one[metal],
         **({"filon:uncertainty": f"{Decimal(one[metal]) * sigma}"} if sigma else {}),
         **({"filon:basis": ENGLISH[one["basis"]]} if one.get("basis") and not grams else {}), **status}
        for metal in METALS if metal in one
    ]  # fmt: skip
    _, form, use = PRODUCTS[one["product"]]
    traits = {"form": form, "kind": ENGLISH[use], "moisture": one.get("moist"), "assay": assays or None,
              "status": ENGLISH[one.get("status", "")], "origin": one.get("origin") and site_id(one["origin"]),
              "density": one.get("density"), "recycled": one.get("recycled"),
              "recycledKind": ENGLISH[one.get("recycled_kind", "")]}  # fmt: skip
    if "first" in one:
        mass = f"{Decimal(one['kg']) / int(one['pieces'])}"
        traits |= {"pieceMass": mass, "serials": {"filon:first": one["first"], "filon:last": one["last"]}}
    made = (_amount(one["lot"], one["product"], one["pieces"], "") if "pieces" in one
            else _amount(one["lot"], one["product"], one["litres"], "LTR") if "litres" in one
            else _amount(one["lot"], one["product"], one["kg"]))  # fmt: skip
    ilmd = {f"filon:{name}": value for name, value in traits.items() if value}
    if not (one["uses"] or one["order"]):
        return _base(one, "ObjectEvent", "commissioning", action="ADD", quantityList=[made], ilmd=ilmd)
    # a lot of an own number is of the site's numbering; one without product beside it is of this story's
    used = [_amount(lot, f"@{one['site']}" if of == "@" else of or KNOWN[lot], kg) for lot, of, kg in one["uses"]]
    order = {"transformationID": f"https://example.com/of/{one['order']}"} if one["order"] else {}
    return _base(one, "TransformationEvent", "creating_class_instance", inputQuantityList=used, outputQuantityList=[made],
                 ilmd=ilmd, **order)  # fmt: skip


def _note(one):
    return {"bizTransactionList": [{"type": "desadv", "bizTransaction": f"https://example.com/bl/{one['note']}"}]}


def _goods(goods):
    """Lots by weight, or pieces by their identifiers."""
    pieces = [lot for lot, *_ in goods if lot.startswith("https://")]
    bulk = [_amount(lot, of or KNOWN[lot], kg) for lot, of, kg, *_ in goods if not lot.startswith("https://")]
    return {**({"epcList": pieces} if pieces else {}), **({"quantityList": bulk} if bulk else {})}


def _ship(one):
    ends = [{"type": "owning_party", "destination": party_id(one["to"])},
            {"type": "location", "destination": site_id(one["place"])}]  # fmt: skip
    told = _base(
        one, "ObjectEvent", "shipping", action="OBSERVE", **_goods(one["goods"]), **_note(one), destinationList=ends
    )
    return {name: value for name, value in told.items() if name != "bizLocation"}


def _receive(one):
    own = [rest[0] for *_, rest in [(lot, of, kg, rest) for lot, of, kg, *rest in one["goods"]] if rest]
    renamed = {"filon:own": OWN.format(GLN[one["site"]], own[0])} if own else {}
    return _base(one, "ObjectEvent", "receiving", action="OBSERVE", **_goods(one["goods"]), **_note(one), **renamed)


def _count(one):
    there = [_amount(one["lot"], one["product"], one["kg"])]
    return _base(one, "ObjectEvent", "stock_taking", action="OBSERVE", quantityList=there)


def _join(one):
    batches = [part for part in one["parts"] if len(part) > 2]
    spans = [{"filon:class": lot_id(lot, of), "filon:first": f"{first}", "filon:last": f"{last}"}
             for of, lot, first, last in batches]  # fmt: skip
    inside = {
        "childEPCs": [piece(of, number) for of, number, *span in one["parts"] if not span],
        "childQuantityList": [_amount(lot, of, last - first + 1, "") for of, lot, first, last in batches],
        "filon:ranges": spans,
    }
    deed = {"action": "DELETE", "bizStep": "disassembling"} if one["apart"] else {"action": "ADD"}
    return {**_base(one, "AggregationEvent", "assembling", parentID=piece(*one["parent"])), **deed,
            **{name: value for name, value in inside.items() if value}}  # fmt: skip


_EVENTS = {"make": _make, "ship": _ship, "receive": _receive, "count": _count, "join": _join}
KNOWN: dict[str, str] = {}
"""{lot: product} of the lots that rows name without their product, because the same file makes them."""


def document(told):
    """EPCIS in JSON-LD."""
    return {"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"filon": NS}],
            "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-04-01T12:00:00Z",
            "epcisHeader": {"epcisMasterData": {"vocabularyList": _master()}}, "epcisBody": {"eventList": told}}  # fmt: skip


def _master():
    def traits(**members):
        return [{"id": NS + name, "attribute": value} for name, value in members.items() if value]

    sites = [
        {"id": site_id(name), "attributes": traits(name=name, country=country, zone=ZONES[country], kind=kind,
                                                   party=party_id(company), mixing="fifo" if name == "Silo Opale" else "")}
        for name, (country, kind, _, company) in SITES.items()
    ]  # fmt: skip
    parties = [{"id": party_id(name), "attributes": traits(name=name)} for name in COMPANIES]
    products = [{"id": f"https://id.gs1.org/01/{GTIN[name]}", "attributes": traits(name=name, form=form, kind=ENGLISH[use])}
                for name, (_, form, use) in PRODUCTS.items()]  # fmt: skip
    kinds = {
        "urn:epcglobal:epcis:vtype:Location": sites,
        NS + "Party": parties,
        "urn:epcglobal:epcis:vtype:EPCClass": products,
    }
    return [{"type": kind, "vocabularyElementList": listed} for kind, listed in kinds.items()]


# ---- as XML


def xml(told):
    """The same document in XML 2.0."""
    vocabularies = "".join(
        f"<Vocabulary type='{one['type']}'><VocabularyElementList>" + "".join(
            f"<VocabularyElement id='{escape(each['id'])}'>" + "".join(
                f"<attribute id='{trait['id']}'>{escape(trait['attribute'])}</attribute>" for trait in each["attributes"]
            ) + "</VocabularyElement>" for each in one["vocabularyElementList"]
        ) + "</VocabularyElementList></Vocabulary>" for one in _master()
    )  # fmt: skip
    header = (
        f"<extension><EPCISMasterData><VocabularyList>{vocabularies}</VocabularyList></EPCISMasterData></extension>"
    )
    return (
        "<epcis:EPCISDocument xmlns:epcis='urn:epcglobal:epcis:xsd:2' xmlns:filon='https://w3id.org/filon/' schemaVersion='2.0' "
        f"creationDate='2026-04-01T12:00:00Z'><EPCISHeader>{header}</EPCISHeader><EPCISBody><EventList>"
        + "".join(map(_xml, told)) + "</EventList></EPCISBody></epcis:EPCISDocument>"
    ).encode()  # fmt: skip


_ORDER = {  # of the elements, as the XSD has them
    "ObjectEvent": "epcList action bizStep readPoint bizLocation bizTransactionList quantityList destinationList ilmd",
    "TransformationEvent": "inputQuantityList outputQuantityList transformationID bizStep readPoint bizLocation ilmd",
    "AggregationEvent": "parentID childEPCs action bizStep readPoint bizLocation childQuantityList",
}


def _xml(one):
    inner = _tag("eventTime", one["eventTime"]) + _tag("eventTimeZoneOffset", one["eventTimeZoneOffset"])
    if one["type"] in {"ObjectEvent", "AggregationEvent"}:
        one = {("epcList" if one["type"] == "ObjectEvent" else "childEPCs"): [], **one}
    inner += "".join(_element(name, one[name]) for name in _ORDER[one["type"]].split() if name in one)
    inner += "".join(_own(name, value) for name, value in one.items() if name.startswith("filon:"))
    return f"<{one['type']}>{inner}</{one['type']}>"


def _tag(name, text):
    return f"<{name}>{escape(str(text))}</{name}>"


def _own(name, value):
    if isinstance(value, list):
        return "".join(_own(name, one) for one in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(_own(key, one) for key, one in value.items())}</{name}>"
    return _tag(name, value)


def _element(name, value):
    match name:
        case "epcList" | "childEPCs":
            inner = "".join(_tag("epc", one) for one in value)
        case "quantityList" | "inputQuantityList" | "outputQuantityList" | "childQuantityList":
            inner = "".join(
                "<quantityElement>" + "".join(_tag(key, part) for key, part in one.items()) + "</quantityElement>"
                for one in value
            )
        case "readPoint" | "bizLocation":
            inner = _tag("id", value["id"])
        case "bizTransactionList":
            inner = "".join(f"<bizTransaction type='urn:epcglobal:cbv:btt:{one['type']}'>{escape(one['bizTransaction'])}"
                            "</bizTransaction>" for one in value)  # fmt: skip
        case "destinationList":
            inner = "".join(f"<destination type='urn:epcglobal:cbv:sdt:{one['type']}'>{escape(one['destination'])}</destination>"
                            for one in value)  # fmt: skip
        case "ilmd":
            inner = "".join(_own(key, one) for key, one in value.items())
        case "bizStep":
            inner = f"urn:epcglobal:cbv:bizstep:{value}"
        case _:
            inner = escape(str(value))
    return f"<{name}>{inner}</{name}>"

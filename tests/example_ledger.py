"""A small ledger made up by hand: one battery of invented companies, its lots, a surplus, an unknown origin.

All figures below are given in mg and chosen so that each can be checked with a pencil; nothing here comes out of the books.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from example_flows import Followed
from filon.core.errors import NotFoundError
from filon.core.finding import Place, found
from filon.passport.passport import disclosed
from filon.views.affected import AffectedBalance, AffectedLot, AffectedStatement, AffectedView, Retraction
from filon.views.alarm import AlarmLine, AlarmList, DownstreamLine
from filon.views.balance import BalanceLine, BalanceView, Choice, Verdict, verdict_of
from filon.views.battery import BatteryView, Leg
from filon.views.build.passport import history_view, passport_view, readiness_view
from filon.views.build.sight import lot_path
from filon.views.chain import Chain, ChainEdge, ChainNode
from filon.views.custody import (
    AccountLine,
    ClaimLine,
    ClaimStep,
    CreditsView,
    CustodyView,
    PeriodLine,
    ReopenedLine,
    StatementLine,
    TollLine,
)
from filon.views.figure import Figure, Named, Sentence, Standing, kg, percent, ratio
from filon.views.home import HomeView
from filon.views.ledger_state import LedgerState
from filon.views.log import EntryLine, LogView
from filon.views.lot import LotList, LotRow, LotView, Owned, Paper, SiteName, Whereabouts
from filon.views.origin import UNKNOWN, Origin, OriginKind, by_origin, known_share, verdict
from filon.views.owner import OwnerLine, OwnersView
from filon.views.passport import BoardView, HistoryView, ModelLine, ReadinessView
from filon.views.yields import FactorLine, YieldLine, YieldsView
from passport_example import ON, example

G = 1_000  # mg
KG = 1_000_000
T = 1_000 * KG

TIZIRT = Origin("urn:example:tizirt", "Tizirt", "MA", OriginKind.MINE)
LUPOTO = Origin("urn:example:lupoto", "", "CD", OriginKind.MINE)
BOUCLE = Origin("urn:example:boucle", "Boucle Métaux", "FR", OriginKind.RECYCLED)
SUOLA = Origin("urn:example:suola", "Suola", "FI", OriginKind.MINE)
PALMA = Origin("urn:example:palma", "", "ID", OriginKind.MINE)
SALAR = Origin("urn:example:salar", "Salar Claro", "CL", OriginKind.MINE)
RHEIN = Origin("urn:example:rhein", "Oberrhein Lithium", "DE", OriginKind.MINE)
KARST = Origin("urn:example:karst", "Karst", "ZA", OriginKind.MINE)

STATE = LedgerState(
    412, "9f2b7c1e5a4d3f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8", datetime(2026, 10, 2, 9, 41, tzinfo=UTC)
)

GTIN, SERIAL = "09506000134352", "P-000017"
LINK = f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"
PASSPORT, GROUNDS = example(LINK)


def metals():
    """60 kWh of NMC811: 4.5 kg Co, 40.2 kg Ni, 6.0 kg Li, 4.7 kg Mn."""
    return (
        by_origin(
            "Co",
            {TIZIRT: 2_754 * G, LUPOTO: 1_017 * G, BOUCLE: 562_500, UNKNOWN: 166_500},  # sums to 4 500 g
            [Sentence("unknown.surplus-public", {"mass": kg(166_500), "of": Named("element", "Co")})],
        ),
        by_origin("Ni", {SUOLA: 31_356 * G, PALMA: 6_030 * G, BOUCLE: 2_814 * G}),  # 40 200 g
        by_origin(
            "Li",
            {SALAR: 3_600 * G, RHEIN: 1_800 * G, UNKNOWN: 600 * G},  # 6 000 g
            [Sentence("unknown.undeclared-public", {"mass": kg(600 * G), "of": Named("element", "Li")})],
        ),
        by_origin("Mn", {KARST: 4_700 * G}),
    )


def battery(**changes) -> BatteryView:
    held = metals()
    view = BatteryView(
        ledger=STATE,
        link=LINK,
        gtin=GTIN,
        serial=SERIAL,
        model="Hirondelle 60",
        maker="Martinet Automobiles",
        maker_country="FR",
        made=date(2026, 9, 24),
        mass=kg(395 * KG, Standing.DECLARED),
        energy=Figure(Decimal(60), "kWh", Standing.DECLARED),
        known=known_share(held),
        verdict=verdict(held),
        metals=held,
        unknown=tuple(reason for one in held for reason in one.reasons),
        balance=Sentence("balance.behind-fail", {"count": 1}),
        journey=(
            Leg(Named("stage", "mine"), ("FI", "ID", "ZA", "MA", "CL", "DE", "CD"), ("Tizirt", "Suola"), 14),
            Leg(Named("stage", "recycler"), ("FR",), ("Boucle Métaux",), 0),
            Leg(Named("stage", "refined"), ("FI", "MA", "CL", "DE"), ("Tizirt", "Suola"), 31),
            Leg(Named("stage", "pcam"), ("MA",), ("Rivage Précurseurs",), 6),
            Leg(Named("stage", "cam"), ("BE",), (), 4),
            Leg(Named("stage", "cell"), ("FR",), ("Volterre",), 2),
            Leg(Named("stage", "pack"), ("FR",), ("Martinet Automobiles",), 1),
        ),
        evidence=(
            Sentence("evidence.events", {"count": 214}),
            Sentence("evidence.deposits", {"count": 58, "senders": 9}),
            Sentence("evidence.log", {"count": 412, "learned": STATE.learned}),
        ),
    )
    return replace(view, **changes)


@dataclass(frozen=True)
class Made:
    """One lot of the example: key, stage, site, country, kg, and what goes into what."""

    number: str
    stage: str
    form: str
    site: str
    country: str
    mass: int
    cobalt: int
    day: date = date(2026, 8, 14)


LOTS = (
    Made("TZ-26-0107", "mine", "cobalt arsenide ore", "Tizirt", "MA", 125 * T, 1_250 * KG),
    Made("TZ-26-0108", "mine", "cobalt arsenide ore", "Tizirt", "MA", 125 * T, 1_270 * KG),
    Made("LUP-881", "mine", "cobalt hydroxide", "", "CD", 24 * T, 3_900 * KG),
    Made("BM-26-31", "concentrate", "black mass", "Boucle Métaux", "FR", 9 * T, 810 * KG),
    Made("TZC-26-055", "concentrate", "arsenide concentrate", "Tizirt", "MA", 24 * T, 2_240 * KG),
    Made("ATL-26-0311", "refined", "CoSO4·7H2O", "Tizirt", "MA", 5 * T, 1_046_500 * G, date(2026, 8, 20)),
    Made("ATL-26-0312", "refined", "CoSO4·7H2O", "Tizirt", "MA", 5 * T, 1_044 * KG, date(2026, 8, 21)),
    Made("SUO-7741", "refined", "CoSO4·7H2O", "Suola", "FI", 5 * T, 1_045 * KG, date(2026, 8, 22)),
    Made("BCL-118", "refined", "CoSO4·7H2O", "Boucle Métaux", "FR", 2 * T, 417 * KG, date(2026, 8, 25)),
    Made("SUO-NI-992", "refined", "NiSO4·6H2O", "Suola", "FI", 20 * T, 0, date(2026, 8, 22)),
    Made("KST-MN-14", "refined", "MnSO4·H2O", "Karst", "ZA", 4 * T, 0, date(2026, 8, 12)),
    Made("LH-2209", "refined", "LiOH·H2O", "Salar Claro", "CL", 10 * T, 0, date(2026, 8, 30)),
    Made("RIV-26-0047", "pcam", "NMC811 pCAM", "Rivage", "MA", 10 * T, 645 * KG, date(2026, 9, 1)),
    Made("RIV-26-0048", "pcam", "NMC811 pCAM", "Rivage", "MA", 10 * T, 641 * KG, date(2026, 9, 3)),
    Made("SCH-26-1190", "cam", "NMC811 CAM", "Schelde Kathode", "BE", 5 * T, 303 * KG, date(2026, 9, 12)),
    Made("VOL-26-W37", "cell", "cell", "Volterre", "FR", 12 * T, 128 * KG, date(2026, 9, 18)),
    Made(SERIAL, "pack", "pack", "Martinet", "FR", 395 * KG, 4_500 * G, date(2026, 9, 24)),
)

# Cobalt that went into the pack, g, from lot to lot; each lot's inflow is its outflow, the surplus at RIV-26-0047 apart.
FLOWS = (
    ("TZ-26-0107", "TZC-26-055", 1_350), ("TZ-26-0108", "TZC-26-055", 1_404), ("TZC-26-055", "ATL-26-0311", 1_530),
    ("TZC-26-055", "ATL-26-0312", 1_224), ("LUP-881", "SUO-7741", 1_017), ("BM-26-31", "BCL-118", 562.5),
    ("ATL-26-0311", "RIV-26-0047", 1_530), ("ATL-26-0312", "RIV-26-0048", 1_224), ("SUO-7741", "RIV-26-0047", 500),
    ("SUO-7741", "RIV-26-0048", 517), ("BCL-118", "RIV-26-0048", 562.5), ("SUO-NI-992", "RIV-26-0047", 0),
    ("SUO-NI-992", "RIV-26-0048", 0), ("KST-MN-14", "RIV-26-0047", 0), ("LH-2209", "SCH-26-1190", 0),
    ("RIV-26-0047", "SCH-26-1190", 2_196.5), ("RIV-26-0048", "SCH-26-1190", 2_303.5), ("SCH-26-1190", "VOL-26-W37", 4_500),
    ("VOL-26-W37", SERIAL, 4_500),
)  # fmt: skip


def key(number: str) -> str:
    return LINK if number == SERIAL else f"https://id.gs1.org/01/09506000134369/10/{number}"


def chain(focus: str) -> Chain:
    """The pack's cobalt, seen from any of its lots; what others it fed is left out of the example."""
    order = [lot.number for lot in LOTS]
    through = {n: sum(g for a, _, g in FLOWS if a == n) or sum(g for _, b, g in FLOWS if b == n) for n in order}
    nodes = tuple(
        ChainNode(
            key(lot.number), lot.number, lot.stage, lot.site, lot.country, kg(round(through[lot.number] * G)), kg(lot.cobalt),
            lot_path(key(lot.number)),
            "focus" if lot.number == focus else "upstream" if order.index(lot.number) < order.index(focus) else "downstream",
        )
        for lot in LOTS
    )  # fmt: skip
    return Chain(
        "Co",
        ("Co", "Ni", "Li", "Mn", "mass"),
        nodes,
        tuple(ChainEdge(key(a), key(b), kg(round(g * G))) for a, b, g in FLOWS),
    )


def row(lot: Made) -> LotRow:
    known = known_share(metals()) if lot.number == SERIAL else Figure(Decimal(100), "%", Standing.COMPUTED)
    return LotRow(
        key(lot.number), lot.number, "", Named("form", lot.form), Named("stage", lot.stage),
        SiteName(f"urn:example:{lot.site}", lot.site, lot.country), lot.day, kg(lot.mass, Standing.DECLARED),
        (Named("element", "Co"), kg(lot.cobalt)) if lot.cobalt else None,
        known, int(lot.number == "RIV-26-0047"), int(lot.number == "ATL-26-0311"), lot_path(key(lot.number)),
    )  # fmt: skip


def line(  # noqa: PLR0917
    kind: str, label: str, site: str, element: str, figures: tuple[int | None, ...], sigma: int | None, **more
) -> BalanceLine:
    from filon.views.balance import judge

    made = [kg(mg) for mg in figures]
    made[-1] = kg(figures[-1], uncertainty_mg=sigma)
    return BalanceLine(
        kind,
        label,
        site,
        more.pop("period", "2026-09"),
        element,
        *made,
        judge(made[-1].value, made[-1].uncertainty),
        **more,
    )


# opening, in, out, by-product, waste, loss, closing, unaccounted
PCAM = line(
    "step",
    "RIV-26-0047",
    "Rivage",
    "Co",
    (0, 626 * KG, 645 * KG, 0, 2 * KG, 0, 0, 0, -21 * KG),
    2_600 * G,
    href=lot_path(key("RIV-26-0047")),
)  # 626 - 645 - 2 = -21 kg: more came out than went in
REFINERY = line(
    "site", "Tizirt", "Tizirt", "Co", (310 * KG, 7_507_200 * G, 6_200 * KG, 12 * KG, 91 * KG, 8 * KG, 0, 1_491 * KG, 15_200 * G),
    52 * KG,
)  # 310 + 7 507.2 - 6 200 - 12 - 91 - 8 - 1 491 = 15.2  # fmt: skip
CAM = line(
    "step",
    "SCH-26-1190",
    "Schelde Kathode",
    "Co",
    (0, 306 * KG, 303 * KG, 0, 0, 0, 0, 0, 3 * KG),
    2 * KG,
    href=lot_path(key("SCH-26-1190")),
)
SILENT = line("step", "SCH-26-1190", "Schelde Kathode", "Li", (0, None, 360 * KG, 0, 0, 0, 0, 0, None), None)
NICKEL = line(
    "site", "Rivage", "Rivage", "Ni", (900 * KG, 8_932 * KG, 8_600 * KG, 0, 20 * KG, 0, 0, 1_210 * KG, 2 * KG), 30 * KG
)

ENTRIES = tuple(
    EntryLine(i, datetime(2026, 9, 1 + i, 8, 5 * i, tzinfo=UTC), name, who, kind, size, events, f"{i:02x}" * 32, accepted)
    for i, (name, who, kind, size, events, accepted) in enumerate((
        ("2026-08_tizirt_août.xlsx", "Tizirt", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 48_211, 96, ()),
        ("suola_2026-08.xlsx", "Suola", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 22_918, 41, ("IMP-14",)),
        ("rivage.json", "Rivage", "application/ld+json", 188_402, 133, ()),
    ))
)  # fmt: skip


class ExampleLedger(Followed):
    """Answers from the example; every question takes `as_of` and shows it in its state."""

    def state(self, *, as_of=None) -> LedgerState:
        return STATE if as_of is None else replace(STATE, size=as_of, latest=False)

    def home(self, *, as_of=None) -> HomeView:
        sentences = (
            Sentence(
                "home.gaps",
                {"count": 1, "mass": kg(21 * KG), "of": Named("element", "Co"), "place": "RIV-26-0047"},
                "/balance?element=Co",
            ),
            Sentence(
                "home.unknown",
                {"mass": kg(600 * G), "of": Named("element", "Li"), "lot": "LH-2209"},
                row(LOTS[11]).href,
            ),
            Sentence("home.batteries", {"count": 20, "share": known_share(metals())}, "/lots?stage=pack"),
            Sentence("home.findings", {"count": 3}, "/findings"),
            Sentence("home.log", {"count": 412}, "/log"),
        )
        return HomeView(self.state(as_of=as_of), sentences, (row(LOTS[-1]),), self.findings())

    def custody(self, identifier, *, as_of=None, on=None):
        lot = next((one for one in LOTS if key(one.number) == identifier), None)
        if lot is None:
            raise NotFoundError(f"no lot {identifier!r} is known")
        co, step = Named("element", "Co"), Sentence("custody.R4", {"before": Named("model", "segregated"), "lacks": ""})
        site = SiteName("urn:s", "Rivage", "FR")
        cause = ClaimStep(date(2026, 8, 2), site, lot.number, "R4", step, Named("model", "controlled blending"), 3)
        share, none = Figure(Decimal("73.2731"), "%", Standing.COMPUTED), Figure(Decimal(0), "%", Standing.COMPUTED)
        line = ClaimLine(co, "responsible mining", Named("model", "controlled blending"), share, kg(732_731), none,
                         share, ("Tizirt",), ("M-1",), cause, (cause,))  # fmt: skip
        return CustodyView(self.state(as_of=as_of), identifier, lot.number, "", site, (line,), ())

    def alarms(self, *, site="", element="", as_of=None, on=None):
        says = Sentence("explain.undeclared", {"lot": "", "element": Named("element", "Co"), "mass": kg(21 * KG)})
        below = (DownstreamLine("P-000017", lot_path(LINK), kg(166_500)),)
        where, co = SiteName("urn:s", "Rivage", "FR"), Named("element", "Co")
        one = AlarmLine(Named("check", "step"), where, date(2026, 9, 2), co, (("RIV-26-0047", "/lots"),),
                        kg(1000 * KG), kg(1021 * KG), kg(-21 * KG), kg(4 * KG), (says,), below, 2, 3)  # fmt: skip
        return AlarmList(self.state(as_of=as_of), (one,), 0)

    def yields(self, *, site="", element="", as_of=None, on=None):
        works, co, none = SiteName("urn:s", "Rivage", "FR"), Named("element", "Co"), kg(0)
        one = YieldLine(works, Named("form", "CoSO4·7H2O"), co, "2026-09", kg(1000 * KG), kg(962 * KG), none, kg(20 * KG),
                        kg(18 * KG), none, percent(962_000), percent(958_000), percent(850_000), Verdict.PASS)  # fmt: skip
        factor = FactorLine(works, co, "", date(2026, 1, 1), None, ratio(Fraction(97, 100)), ratio(Fraction(962, 1000)),
                            ratio(Fraction(1000, 962)), ratio(Fraction(0)), Verdict.FAIL, 3)  # fmt: skip
        sites = (Choice("urn:s", "Rivage", 1),)
        return YieldsView(self.state(as_of=as_of), (Choice("Co", co, 1),), sites, (one,), (factor,))

    def credits(self, *, site="", as_of=None, on=None):
        since, until, none = date(2026, 1, 1), date(2026, 3, 31), kg(0)
        factor = Figure(Decimal("0.962"), "1", Standing.COMPUTED)
        share = Figure(Decimal(96), "%", Standing.DECLARED)
        period = PeriodLine(since, until, kg(150 * KG), kg(4_000 * KG), kg(3_880 * KG), kg(-32 * KG), none,
                            kg(4_000 * KG), none, kg(-2 * KG), none, kg(-2 * KG), kg(-155 * KG), date(2026, 2, 20),
                            factor, factor, True, Named("verdict", "fail"), (Named("failure", "factor"),))  # fmt: skip
        issued = StatementLine("S3", date(2026, 3, 20), "RIV-26-0047", kg(300 * KG), "Martinet", kg(8_800_000))
        again = ReopenedLine(since, until, date(2026, 3, 31), kg(30 * KG), kg(-8_800_000), (issued,))
        account = AccountLine("Rivage", (SiteName("urn:s", "Rivage", "FR"),), "CoSO4·7H2O", Named("element", "Co"),
                              "responsible mining", "iscc", (period,), (issued,), (again,))  # fmt: skip
        toll = TollLine(SiteName("urn:s", "Rivage", "FR"), "Martinet", Named("element", "Co"), share, kg(10_000 * KG),
                        kg(9_600 * KG), kg(9_600 * KG), none, kg(9_450 * KG), kg(150 * KG))  # fmt: skip
        return CreditsView(self.state(as_of=as_of), (account,), (toll,), ())

    def affected(self, event="", *, element="", as_of=None) -> AffectedView:
        lot = AffectedLot(
            "urn:l", "RIV-26-0047", "CoSO4·7H2O", True, kg(100 * KG), kg(90 * KG), kg(50 * KG), kg(40 * KG)
        )
        balance = AffectedBalance(
            "step", "RIV-26-0047", "Rivage", Named("element", "Co"), kg(0), kg(9 * KG), "pass", ""
        )
        told = Retraction(event or "urn:uuid:5b3c", "2026-03-20T12:00:00Z", "Rivage", "incorrect_data",
                          ("urn:uuid:5b3d",), ("urn:uuid:5b3d",), (2,))  # fmt: skip
        issued = AffectedStatement(3, "p.json", "2026-03-20T12:00:00Z", ("RIV-26-0047",))
        state = self.state(as_of=as_of)
        return AffectedView(state, Named("element", "Co"), (told,), (lot,), (balance,), (issued,), ())

    def owners(self, *, element="", as_of=None, on=None):
        co, none = Named("element", "Co"), kg(0)
        line = OwnerLine(
            "urn:m", "Martinet", co, kg(10_000 * KG), none, kg(400 * KG), none, kg(9_600 * KG), kg(9_600 * KG)
        )
        unsaid = OwnerLine("", "", co, kg(5 * KG), none, none, none, kg(5 * KG), none)
        return OwnersView(self.state(as_of=as_of), (line, unsaid), ())

    def findings(self, *, as_of=None, on=None):
        return tuple(found(code, Place(event="urn:uuid:5b3c", entry=2), found="21") for code in sample_codes())

    def lots(self, query="", *, stage="", site="", page=1, as_of=None, on=None) -> LotList:
        rows = [row(lot) for lot in LOTS if query.casefold() in f"{lot.number} {lot.form} {lot.site}".casefold()]
        stages = tuple(
            Choice(s, Named("stage", s), sum(r.stage.key == s for r in rows), s == stage)
            for s in dict.fromkeys(r.stage.key for r in rows)
        )
        sites = tuple(
            Choice(r, r, sum(one.site.name == r for one in rows), r == site)
            for r in dict.fromkeys(one.site.name for one in rows)
            if r
        )
        rows = [r for r in rows if stage in ("", r.stage.key) and site in ("", r.site.name)]
        return LotList(self.state(as_of=as_of), query, len(rows), page, 1, stages, sites, tuple(rows))

    def lot(self, identifier, *, carrier="", as_of=None, on=None) -> LotView:
        lot = next((one for one in LOTS if key(one.number) == identifier), None)
        if lot is None:
            raise NotFoundError(f"no lot {identifier} in this ledger", identifier=identifier)
        pack = lot.number == SERIAL
        contained = (
            metals()
            if pack
            else (by_origin("Co", {TIZIRT: lot.cobalt}, uncertainty_mg=2_600 * G),)
            if lot.cobalt
            else ()
        )
        return LotView(
            ledger=self.state(as_of=as_of), key=identifier, number=lot.number, product="", form=Named("form", lot.form),
            stage=Named("stage", lot.stage), site=SiteName("urn:example:site", lot.site, lot.country), made=lot.day,
            mass=kg(lot.mass, Standing.DECLARED, uncertainty_mg=lot.mass // 1000), known=known_share(contained),
            verdict=verdict(contained), contained=contained,
            whereabouts=(Whereabouts("used", SiteName("", "Rivage", "MA"), kg(lot.mass * 3 // 4)),
                         Whereabouts("stock", SiteName("", lot.site, lot.country), kg(lot.mass // 4), date(2026, 9, 1))),
            chain=replace(chain(lot.number), carrier=carrier or "Co"),
            balance=(PCAM,) if lot.number == "RIV-26-0047" else (CAM,), findings=self.findings() if lot.number == "RIV-26-0047" else (),
            papers=(Paper("testres", "COA-881", 0), Paper("desadv", "BL-5521", 1)), entries=ENTRIES,
            battery=f"/01/{GTIN}/21/{SERIAL}" if pack else "",
            owned=() if pack else (Owned("Atlas SA", "Rivage SA", SiteName("", "Rivage", "MA"), Named("element", "Co"),
                                         kg(lot.mass // 9)),),
        )  # fmt: skip

    def battery(self, gtin, serial, *, as_of=None) -> BatteryView:
        if (gtin, serial) != (GTIN, SERIAL):
            raise NotFoundError("no such battery in this ledger")
        state = self.state(as_of=as_of)
        return battery(ledger=state, passport=passport_view(disclosed(PASSPORT, set()), state))

    def history(self, gtin, serial, *, as_of=None) -> HistoryView:
        if (gtin, serial) != (GTIN, SERIAL):
            raise NotFoundError("no such battery in this ledger")
        entry = ENTRIES[0]
        codes = frozenset(one.code for one in disclosed(PASSPORT, set()))
        return history_view(
            PASSPORT, GROUNDS, self.state(as_of=as_of), lambda index: replace(entry, index=index), codes
        )

    def board(self, *, on=None, as_of=None) -> BoardView:
        view = self.readiness(LINK, on=on, as_of=as_of)
        line = ModelLine(LINK.rpartition("/21/")[0], view.name, f"/passports/01/{GTIN}/21/{SERIAL}", SERIAL, 1,
                         view.passport.category, view.passport.state, view.counts)  # fmt: skip
        return BoardView(view.ledger, view.on, "guidance-2.0", (line,))

    def readiness(self, name, *, on=None, as_of=None) -> ReadinessView:
        if name != LINK:
            raise NotFoundError("no such model or battery")
        return readiness_view(example(LINK, on=on or ON)[0], GROUNDS, self.state(as_of=as_of))

    def balance(self, *, element="", site="", period="", as_of=None, on=None) -> BalanceView:
        every = (PCAM, CAM, SILENT, REFINERY, NICKEL)
        lines = tuple(
            one
            for one in every
            if element in ("", one.element) and site in ("", one.site) and period in ("", one.period)
        )
        elements = tuple(
            Choice(e, Named("element", e), sum(one.element == e for one in every), e == element)
            for e in dict.fromkeys(one.element for one in every)
        )
        sites = tuple(Choice(s, s, 1, s == site) for s in dict.fromkeys(one.site for one in every))
        periods = (Choice("2026-09", "2026-09", 5, period == "2026-09"),)
        total = REFINERY if element == "Co" else None
        return BalanceView(
            self.state(as_of=as_of), verdict_of([one.verdict for one in lines]), elements, sites, periods, total, lines
        )

    def log(self, *, page=1, as_of=None) -> LogView:
        return LogView(self.state(as_of=as_of), page, 1, tuple(reversed(ENTRIES)))


def sample_codes():
    """Two codes of real rules, whatever they are today."""
    from filon.core.finding import rules

    return sorted(rules())[:2]


__all__ = ["ExampleLedger", "battery", "chain", "metals"]

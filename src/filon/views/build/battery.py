"""The public page of a battery from the books: only what everybody may see.

Sites are named where they agreed to it (master data attribute `public`), else only their country; no partner's lot is
named anywhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from filon.books import trace
from filon.books.book import Verdict as Judged
from filon.books.lot import AccountKind, LotId
from filon.books.register import EPC_CLASS
from filon.core.errors import NotFoundError
from filon.core.ident import elements
from filon.core.ident import gtin as class_of
from filon.epcis.event import FILON
from filon.passport.passport import Passport
from filon.passport.value import Value
from filon.views.battery import BatteryView, Leg
from filon.views.build.lot import contained, mass_of
from filon.views.build.passport import renamed as renamed_passport
from filon.views.build.sight import Sight
from filon.views.chain import STAGES
from filon.views.figure import Figure, Named, Sentence, Standing
from filon.views.ledger_state import LedgerState
from filon.views.origin import Contained, OriginKind, known_share, unmeasured, verdict

LOG = "evidence.log"
"""The sentence that every entry changes."""


def battery_view(
    sight: Sight, battery: str, *, public: bool = True, lot: LotId | None = None, pieces: int = 1
) -> BatteryView:
    """The view of one battery.

    Args:
        battery: its identifier, with GTIN and serial number.
        public: for everybody; False = for the owner of the ledger, who sees all names and lots.
        lot: where the books have it, if it is one piece of a batch of so many `pieces`.

    Raises:
        NotFoundError: the book knows no such article.
    """
    lot = lot or LotId(battery)
    first, keys = sight.book.first(lot), elements(battery)
    if first is None or not {"01", "21"} <= keys.keys():
        raise NotFoundError("there is no such battery in this ledger")
    metals = contained(sight, lot, public=public, pieces=pieces)
    register = sight.book.register
    model = class_of(keys["01"])
    site = register.site(first.site)
    party = site.party or first.site
    return BatteryView(
        ledger=sight.state,
        link=battery,
        gtin=keys["01"],
        serial=keys["21"],
        model=sight.product(lot),
        maker=register.name(party) if register.name(party) != party else site.name,
        maker_country=site.country,
        made=sight.day(first.made),
        mass=mass_of(sight, lot, pieces=pieces),
        energy=_energy(register.vocabularies.get(EPC_CLASS, {}).get(model, {}).get(FILON + "ratedEnergy", "")),
        known=known_share(metals),
        verdict=verdict(metals),
        metals=metals,
        unknown=_unknown(metals),
        balance=_balance(sight, lot),
        journey=journey(sight, lot, metals, public=public),
        evidence=(*_evidence(sight, lot), *_log(sight.state)),
    )


def declared_view(state: LedgerState, passport: Passport) -> BatteryView:
    """The view of a battery of whose matter the books hold nothing: all that is known of it was declared.

    Args:
        passport: as everybody may see it.
    """
    maker, energy = passport.value("manufacturerAddress"), passport.value("ratedEnergy")
    named, weight = passport.value("modelAndSerial"), passport.value("weight")
    return BatteryView(
        ledger=state,
        link=passport.identifier,
        gtin=passport.gtin,
        serial=passport.serial,
        model=str(named.get("model", "")) if isinstance(named, Mapping) else "",
        maker=str(passport.value("manufacturer") or ""),
        maker_country=str(maker.get("country", "")) if isinstance(maker, Mapping) else "",
        made=None,
        mass=_declared(weight, "kg"),
        energy=_declared(energy, "kWh"),
        known=known_share(()),
        verdict=verdict(()),
        metals=(),
        unknown=(),
        balance=Sentence("balance.nothing"),
        journey=(),
        evidence=(),
    )


def _declared(value: Value | None, unit: str) -> Figure:
    number = value if isinstance(value, Decimal) else None
    return Figure(number, unit, Standing.MISSING if number is None else Standing.DECLARED)


def renamed(view: BatteryView, battery: str, state: LedgerState) -> BatteryView:
    """The page of another battery of the kin, of which the log is known as far as that."""
    keys = elements(battery)
    told = None if view.passport is None else renamed_passport(view.passport, battery, state)
    return replace(
        view, ledger=state, link=battery, gtin=keys["01"], serial=keys["21"], passport=told,
        evidence=tuple(one for said in view.evidence for one in (_log(state) if said.code == LOG else (said,))),
    )  # fmt: skip


def _unknown(metals: tuple[Contained, ...]) -> tuple[Sentence, ...]:
    """Why something is unknown; the elements that nobody measured in one sentence."""
    silent = unmeasured(metals)
    told = [reason for one in metals for reason in one.reasons if one.mass.value is not None]
    return (*told, silent) if silent else tuple(told)


def _energy(text: str) -> Figure:
    """Rated energy from the product's master data, kWh; missing if nobody declared a number."""
    try:
        return Figure(Decimal(text), "kWh", Standing.DECLARED)
    except InvalidOperation:
        return Figure(None, "kWh", Standing.MISSING)


def _behind(sight: Sight, lot: LotId) -> set[int]:
    return trace.forebears(sight.book, [lot])


def _balance(sight: Sight, lot: LotId) -> Sentence:
    """Whether the steps behind the battery add up; a step counts once, by its worst element."""
    behind = _behind(sight, lot)
    steps = {sight.book.holdings[i].made for i in behind if sight.book.holdings[i].kind is AccountKind.STEP}
    worst: dict[int, set[Judged]] = defaultdict(set)
    for event in steps:
        for check in sight.checks_at.get(event, ()):
            if check.account.kind is not AccountKind.REAGENTS:
                worst[event].add(check.verdict)
    failed = sum(Judged.FAIL in verdicts for verdicts in worst.values())
    silent = sum(Judged.CANNOT_TELL in verdicts for verdicts in worst.values())
    if failed:
        return Sentence("balance.behind-fail", {"count": failed})
    if silent:
        return Sentence("balance.behind-cannot-tell", {"count": silent})
    return Sentence("balance.behind-pass" if worst else "balance.nothing")


def journey(sight: Sight, lot: LotId, metals: tuple[Contained, ...], *, public: bool) -> tuple[Leg, ...]:
    """Stage by stage: the mines and recyclers by origin, then the stages that lots behind the battery went through."""
    lots: dict[str, set[LotId]] = defaultdict(set)
    weight: dict[str, Counter[str]] = defaultdict(Counter)
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for metal in metals:
        for one in trace.back(sight.book, lot, metal.element):
            holding = sight.book.holdings[one.holding]
            if holding.kind is AccountKind.STOCK and one.mg:
                stage = sight.stage(holding.lot)
                lots[stage].add(holding.lot)
                site = sight.site((sight.book.first(holding.lot) or holding).site)
                weight[stage][site.country] += one.mg
                if not public or sight.public(site.key):
                    names[stage][site.name] = None
    sources = _sources(metals)
    legs = [*sources, *(_leg(stage, lots[stage], weight[stage], names[stage]) for stage in STAGES[1:] if lots[stage])]
    return tuple(legs)


def _leg(stage: str, lots: set[LotId], weight: Counter[str], names: dict[str, None]) -> Leg:
    countries = tuple(country for country, _ in weight.most_common() if country)
    return Leg(Named("stage", stage), countries, tuple(names), len(lots))


def _sources(metals: tuple[Contained, ...]) -> list[Leg]:
    """Mines and recyclers, each a leg, by the mass that came from them; the unknown is none of them."""
    legs = []
    for kind, stage in ((OriginKind.MINE, "mine"), (OriginKind.RECYCLED, "recycler")):
        rows = [row for metal in metals for row in metal.origins if row.origin.kind is kind]
        if rows:
            weight: Counter[str] = Counter()
            for row in rows:
                weight[row.origin.country] += int((row.mass.value or 0) * 1_000_000)
            names = dict.fromkeys(row.origin.name for row in rows if row.origin.name)
            countries = tuple(country for country, _ in weight.most_common() if country)
            legs.append(Leg(Named("stage", stage), countries, tuple(names), 0))
    return legs


def _evidence(sight: Sight, lot: LotId) -> tuple[Sentence, ...]:
    """How many events, files and senders the page rests on, and where they are kept."""
    events = {sight.book.holdings[i].made for i in _behind(sight, lot)}
    entries = {sight.book.events[event].entry for event in events}
    senders = {sight.entry(index).submitter for index in entries}
    return (
        Sentence("evidence.events", {"count": len(events)}),
        Sentence("evidence.deposits", {"count": len(entries), "senders": len(senders)}),
    )


def _log(state: LedgerState) -> tuple[Sentence, ...]:
    """Where the files are kept, and since when."""
    return (Sentence(LOG, {"count": state.size, "learned": state.learned}),) if state.learned else ()

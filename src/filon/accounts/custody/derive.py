"""The model of every holding, derived: what was mixed with what, in which order, under which certificate.

One sweep from old to new for one element and one characteristic. What lacks the characteristic is never taken for
having it; what nobody can tell gives bounds, and the lower one is what may be claimed.

    states = derived(Told.of(book, facts), "Co", "responsible mining")
    states[book.first(lot).id].model
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

from filon.accounts.custody.claims import Told
from filon.accounts.custody.facts import Mixing, Record
from filon.accounts.custody.instrument import instruments
from filon.accounts.custody.model import FOUND, NOTHING, Because, Cause, Custody, Model, weakest
from filon.books.book import Flow, Holding
from filon.books.journal import UNKNOWN
from filon.books.lot import AccountKind
from filon.core.finding import found
from filon.core.ident import short

FINEST = 10**15
"""Shares on long chains are kept as fractions with at most this denominator, the lower bound rounded down."""

FILLINGS = 8
"""So many fillings of one day are tried in every order; of more, the least and greatest share bound the draw."""


@dataclass(frozen=True, slots=True)
class Part:
    """What flows into a holding: its state, how much (None = nobody knows), and where from.

    Args:
        source: holding it comes from; None = from outside.
    """

    state: Custody
    mg: int | None
    source: int | None = None


def derived(told: Told, element: str, characteristic: str) -> Sequence[Custody]:
    """The state of every holding, by id.

    Findings (added to `told.findings`):
        CUS-004: a certificate does not cover a lot that enters.
        CUS-005: a step is not covered by a certificate of its site.
        CUS-006: more is claimed of a lot than follows from what went into it.
    Source: custody reference, section 1.1.
    """
    sweep = _Sweep(told, element, characteristic)
    for holding in told.book.holdings:
        sweep.states.append(sweep.state(holding))
    return sweep.states


class _Sweep:
    """One sweep; parents have smaller ids, so they are complete before anything leaves them."""

    def __init__(self, told: Told, element: str, characteristic: str) -> None:
        self.told, self.book = told, told.book
        self.element, self.characteristic = element, characteristic
        self.states: list[Custody] = []
        self._spans = [said.interval for said in self.book.events]
        self._practices = told.of_kind(Record.PRACTICE, Record.TOLL)
        self._given: Counter[str] = Counter()  # {lot: mg that statements give it}
        for one in told.statements:
            if (one.element, one.characteristic) == (element, characteristic):
                self._given[one.lot] += one.mg or 0
        self._instruments: Counter[str] = Counter()  # {lot: mg of instruments retired for it}
        for paper in instruments(told):
            if (paper.element, paper.characteristic) == (element, characteristic):
                self._instruments[paper.retired] += paper.mg

    def state(self, holding: Holding) -> Custody:
        """What may be said of one holding."""
        parts = [part for flow in self.book.inflows[holding.id] if (part := self._part(holding, flow))]
        if not parts:
            return NOTHING
        state = self._combined(holding, parts)
        if holding.kind is AccountKind.STOCK:
            made = any(one.source is not None and self._is_step(one.source) for one in parts)
            state = self._covered(holding, state) if made else state
            state = self._retired(holding, state)
            if not any(one.source is None for one in parts):
                self._compare(holding, state)
        return state

    def _is_step(self, index: int) -> bool:
        return self.book.holdings[index].kind is AccountKind.STEP

    def _part(self, holding: Holding, flow: Flow) -> Part | None:
        mg = flow.content.get(self.element, 0)
        if mg == 0 or flow.like == holding.id:  # R9: nothing of the element; or noise of its own mixture
            return None
        if isinstance(flow.source, int):
            return Part(self._drawn(holding, flow, flow.source), mg, source=flow.source)
        if flow.like is not None:
            return Part(self.states[flow.like], mg, source=flow.like)
        if flow.source.kind is AccountKind.SOURCE:
            state = self._claimed(holding, flow.source.key)
            return Part(FOUND if flow.source.key == UNKNOWN and state is NOTHING else state, mg)
        return Part(FOUND, mg)

    def _claimed(self, holding: Holding, origin: str) -> Custody:
        """What a lot that enters may claim: what was said of it, if its certificate covers it."""
        claim = self.told.claims.get((holding.lot, self.element, self.characteristic))
        if claim is None:
            return NOTHING
        if doubt := self.told.doubt(claim, holding):
            self._report("CUS-004", holding, doubt, claim.certificate)
            return self._lost(holding, Custody(model=claim.model), doubt)
        share = Fraction(1) if claim.percent is None else claim.percent
        model = claim.model if share == 1 else weakest([claim.model, Model.BLENDED])
        source = origin if origin != UNKNOWN else claim.site or claim.certificate or holding.lot
        numbers = frozenset({claim.certificate} - {""})
        physical = share if model.rank <= Model.BLENDED.rank else Fraction(0)
        cause = Cause(holding.made, holding.id, Because.DECLARED, model, model)
        return Custody(model, share, physical, share, frozenset({source}), numbers, None, cause)

    def _lost(self, holding: Holding, state: Custody, why: str) -> Custody:
        """R10: nothing may be claimed; what is physically in it stays known."""
        cause = Cause(holding.made, holding.id, Because.NOT_COVERED, state.model, Model.NONE, why)
        return replace(state, model=Model.NONE, claim=Fraction(0), certificates=frozenset(), cause=cause)

    def _report(self, code: str, holding: Holding, lacks: str, certificate: str = "") -> None:
        register = self.book.register
        self.told.findings.append(
            found(
                code,
                self.book.events[holding.made].place,
                lot=short(holding.lot),
                site=register.name(holding.site),
                certificate=certificate,
                lacks=lacks,
                day=self.told.days[holding.made],
                element=self.element,
                characteristic=self.characteristic,
            )
        )

    # What is drawn from a holding.

    def _drawn(self, holding: Holding, flow: Flow, source: int) -> Custody:
        state, from_ = self.states[source], self.book.holdings[source]
        if from_.next == holding.id or from_.kind is AccountKind.STEP:
            return self._spread(flow, from_, state) if state.spread else state
        bounds = self._orders(flow, from_)
        if bounds is None:
            return self._spread(flow, from_, state) if state.spread else state
        low, high = bounds
        if low == high == state.low:
            return state
        model = weakest([state.model, Model.MASS_BALANCE])
        cause = Cause(flow.event, holding.id, Because.ORDER_UNKNOWN, state.model, model)
        claim = min(state.claim, low)
        return replace(state, model=model, claim=claim, low=low, high=high, cause=cause, through=source)

    def _spread(self, flow: Flow, source: Holding, state: Custody) -> Custody:
        """Bounds of what a draw holds where nobody knows how its pool was mixed; all of the pool is the whole.

        Drawn from that pool itself, the lower bound is what may be claimed; from then on the claim goes pro rata.
        """
        assert state.spread
        whole, drawn = source.content.get(self.element), flow.content.get(self.element)
        low, high = state.spread
        if whole and drawn:
            low = max(low, (drawn - whole * (1 - state.low)) / Fraction(drawn))
            high = min(high, whole * state.high / Fraction(drawn))
        first = state.cause is not None and state.cause.because in _UNSURE
        return replace(state, low=low, high=high, claim=min(state.claim, low) if first else state.claim, cause=None)

    def _orders(self, flow: Flow, source: Holding) -> tuple[Fraction, Fraction] | None:
        """Least and greatest share of a draw over all orders that are possible; None where the order is known."""
        fills, base = [], source
        while self._overlap(base.made, flow.event):
            fills.append(base)
            heel = self._heel(base)
            if heel is None:
                break
            base = self.book.holdings[heel]
        if not fills or (len(fills) == 1 and self._heel(fills[0]) is None):
            return None
        return self._possible(flow, fills)

    def _overlap(self, made: int, drawn: int) -> bool:
        if made == drawn:
            return False
        (since, until), (first, last) = self._spans[made], self._spans[drawn]
        return since <= last and first <= until

    def _heel(self, holding: Holding) -> int | None:
        if holding.version == 1:
            return None
        inflows = self.book.inflows[holding.id]
        heels = (flow.source for flow in inflows if isinstance(flow.source, int))
        return next((one for one in heels if self.book.holdings[one].next == holding.id), None)

    def _possible(self, flow: Flow, fills: Sequence[Holding]) -> tuple[Fraction, Fraction] | None:
        charges = [self._charge(holding) for holding in fills]
        oldest = self._heel(fills[-1])
        base = self._stock(fills[-1], oldest) if oldest is not None else (Fraction(0), Fraction(0), 0, 0)
        if len(charges) > FILLINGS:
            shares = [(low / mg, high / mg) for low, high, mg, _ in [base, *charges] if mg]
            return min(low for low, _ in shares), max(high for _, high in shares)
        tried = [
            [sum(column) for column in zip(base, *some, strict=True)]
            for count in range(len(charges) + 1)
            for some in combinations(charges, count)
        ]
        fit = [one for one in tried if one[3] >= flow.amount and one[2]]
        return (min(one[0] / one[2] for one in fit), max(one[1] / one[2] for one in fit)) if fit else None

    def _charge(self, holding: Holding) -> tuple[Fraction, Fraction, int, int]:
        """What a filling brought: least and greatest mg that carry the characteristic, mg of the element, units."""
        heel = self._heel(holding)
        parts = [self._part(holding, flow) for flow in self.book.inflows[holding.id] if flow.source != heel]
        told = [(one.state, one.mg or 0) for one in parts if one]
        units = holding.amount - (self._moved(holding, heel) if heel is not None else 0)
        low, high = (
            sum((s.low * mg for s, mg in told), Fraction(0)),
            sum((s.high * mg for s, mg in told), Fraction(0)),
        )
        return low, high, sum(mg for _, mg in told), units

    def _stock(self, holding: Holding, heel: int) -> tuple[Fraction, Fraction, int, int]:
        """What was there before, in the same four figures."""
        flows = [flow for flow in self.book.inflows[holding.id] if flow.source == heel]
        mg = sum(flow.content.get(self.element) or 0 for flow in flows)
        state = self.states[heel]
        return state.low * mg, state.high * mg, mg, self._moved(holding, heel)

    def _moved(self, holding: Holding, heel: int) -> int:
        return sum(flow.amount for flow in self.book.inflows[holding.id] if flow.source == heel)

    # What is mixed.

    def _combined(self, holding: Holding, parts: Sequence[Part]) -> Custody:
        """R2 to R6, R8: the claim of what was mixed is the weakest of its parts', in the pool's mixture."""
        if len(parts) == 1:
            return self._alone(parts[0])
        claimed = [one for one in parts if one.state.carries]
        mixture = self._mixture(parts)
        if not claimed:
            through = max(parts, key=lambda one: (bool(one.state.cause or one.state.through is not None), one.mg or 0))
            return replace(mixture, spread=None, cause=_entered(through), through=through.source)
        base = weakest(one.state.model for one in claimed)
        model, because, why = self._mixed(holding, parts, base, mixture)
        weak = max(claimed, key=lambda one: (one.state.model.rank, one.mg or 0))
        cause = Cause(holding.made, holding.id, because, base, model, why) if because else None
        spread = mixture.spread if because in _UNSURE else None
        return replace(mixture, model=model, spread=spread, cause=cause or _entered(weak), through=weak.source)

    @staticmethod
    def _alone(part: Part) -> Custody:
        """R1: moved, stored, split; nothing added."""
        if part.source is None:
            return part.state
        fresh = part.state.cause if part.state.through == part.source else None  # what happened in the drawing itself
        return replace(part.state, cause=fresh, through=part.source)

    def _mixture(self, parts: Sequence[Part]) -> Custody:
        """Shares, sources and certificates of a mixture; its model is not said yet."""
        states = [one.state for one in parts]
        claimed = [one for one in states if one.carries]
        sources = frozenset().union(*(one.sources for one in claimed))
        numbers = frozenset().union(*(one.certificates for one in claimed))
        total = sum(one.mg or 0 for one in parts)
        if total and not any(one.mg is None for one in parts):
            claim, low, high = (
                sum((getattr(one.state, name) * one.mg for one in parts if one.mg), Fraction(0)) / total
                for name in ("claim", "low", "high")
            )
        else:
            claim, low = min(one.claim for one in states), min(one.low for one in states)
            high = max(one.high for one in states)
        spread = (min(one.low for one in states), max(one.high for one in states))
        return Custody(
            Model.NONE, _down(claim), _down(low), _up(high), sources, numbers, spread,
            unknown=any(one.unknown for one in states),
        )  # fmt: skip

    def _mixed(
        self, holding: Holding, parts: Sequence[Part], base: Model, mixture: Custody
    ) -> tuple[Model, Because | None, str]:
        """Model of a mixture, by which rule, and what more there is to say."""
        lacking = [one for one in parts if not one.state.carries]
        uneven = len({one.state.claim for one in parts}) > 1
        if uneven and any(one.mg is None for one in parts):
            return weakest([base, Model.MASS_BALANCE]), Because.ORDER_UNKNOWN, "masses"
        if uneven and (rule := self._practice(holding)):
            return weakest([base, Model.MASS_BALANCE]), rule, ""
        if lacking:
            because = Because.UNKNOWN_MATTER if any(one.state.unknown for one in lacking) else Because.BLENDED
            return weakest([base, Model.BLENDED]), because, ""
        if base is Model.IDENTITY and len(mixture.sources) > 1:
            return Model.SEGREGATED, Because.SOURCES_MET, ""
        return base, None, ""

    def _practice(self, holding: Holding) -> Because | None:
        """What the site said of how this unit mixes; a toll contract returns a quantity, not the metal (R11)."""
        day = self.told.days[holding.made]
        for one in self._practices:
            here = one.site == holding.site and one.holds(day)
            if one.record is Record.TOLL and here and one.element == self.element:
                return Because.TOLLED
            if one.record is Record.PRACTICE and here and one.lot in {"", holding.lot} and one.mixing in _RULE:
                return _RULE[one.mixing]
        return None

    # What certificates, statements and declarations say of it.

    def _covered(self, holding: Holding, state: Custody) -> Custody:
        """R10 and R6: a step at a site that no certificate covers ends the claim; one with an account gives it out."""
        step = self.told.step(holding, self.element, self.characteristic)
        certificate, lacks = self.told.coverage.covering(step)
        if certificate is None:
            if not state.carries or not state.certificates:
                return state  # declared without a certificate: there is none to ask for
            self._report("CUS-005", holding, lacks)
            return self._lost(holding, state, lacks)
        if certificate.model is Model.MASS_BALANCE:
            return self._attributed(holding, state, certificate.number)
        if certificate.model.rank <= state.model.rank or not state.carries:
            return replace(state, certificates=state.certificates | {certificate.number}) if state.carries else state
        cause = Cause(holding.made, holding.id, Because.NOT_COVERED, state.model, certificate.model, "model")
        return replace(state, model=certificate.model, cause=cause)

    def _attributed(self, holding: Holding, state: Custody, certificate: str) -> Custody:
        """R6: where a mass-balance account holds the credits, a lot has what a statement gives it, and nothing else."""
        given = self._given[holding.lot]
        if not given and not state.carries:
            return state
        model = Model.MASS_BALANCE if given else Model.NONE
        content = holding.content.get(self.element)
        claim = min(Fraction(1), Fraction(given, content)) if content else Fraction(0)
        cause = Cause(holding.made, holding.id, Because.BOOKKEEPING, state.model, model, "" if given else "withheld")
        return replace(state, model=model, claim=claim, certificates=frozenset({certificate}), cause=cause, spread=None)

    def _retired(self, holding: Holding, state: Custody) -> Custody:
        """R7: instruments retired for a lot that may claim nothing else."""
        given = self._instruments[holding.lot]
        content = holding.content.get(self.element)
        if not given or not content or state.carries:
            return state
        cause = Cause(holding.made, holding.id, Because.NO_GOODS, state.model, Model.BOOK_AND_CLAIM)
        return replace(state, model=Model.BOOK_AND_CLAIM, claim=min(Fraction(1), Fraction(given, content)), cause=cause)

    def _compare(self, holding: Holding, state: Custody) -> None:
        """I-19: what was claimed of a lot that was made here must not exceed what follows."""
        claim = self.told.claims.get((holding.lot, self.element, self.characteristic))
        first = self.book.first(holding.lot)
        if claim is None or first is None or first.id != holding.id:
            return
        more = claim.percent is not None and claim.percent > state.claim
        if claim.model.rank < state.model.rank or more:
            share = Fraction(1) if claim.percent is None else claim.percent
            self.told.findings.append(
                found(
                    "CUS-006",
                    claim.place,
                    expected=f"{state.model.value}, {percent_text(state.claim)}",
                    found=f"{claim.model.value}, {percent_text(share)}",
                    lot=short(holding.lot),
                    element=self.element,
                    characteristic=self.characteristic,
                    claimed=claim.model.value,
                    derived=state.model.value,
                )
            )


def path(states: Sequence[Custody], holding: int) -> list[Cause]:
    """Every change of a claim on its way to a holding, youngest first; ends where the claim began or was lost."""
    out: list[Cause] = []
    index: int | None = holding
    while index is not None:
        state = states[index]
        if state.cause:
            out.append(state.cause)
        index = state.through
    return out


def limiting(causes: Sequence[Cause]) -> Cause | None:
    """The step that set the model: the oldest change after which it never was stronger again."""
    if not causes:
        return None
    final = causes[0].after
    kept = [one for one in causes if one.after is final and one.before is not final]
    return kept[-1] if kept else causes[0]


_UNSURE = frozenset({Because.ORDER_UNKNOWN, Because.BOOKKEEPING, Because.TOLLED})
_RULE = {Mixing.UNKNOWN: Because.ORDER_UNKNOWN, Mixing.BOOKKEEPING: Because.BOOKKEEPING}


def _entered(part: Part) -> Cause | None:
    """The beginning of a claim, or what happened in the drawing, where it enters the mixture itself."""
    return part.state.cause if part.source is None or part.state.through == part.source else None


def _down(share: Fraction) -> Fraction:
    return share if share.denominator <= FINEST else Fraction(int(share * FINEST), FINEST)


def _up(share: Fraction) -> Fraction:
    return share if share.denominator <= FINEST else Fraction(-int(-share * FINEST // 1), FINEST)


def percent_text(share: Fraction) -> str:
    """`73.273 %`, cut, never rounded up."""
    return f"{int(share * 100_000) / 1000:.3f} %"

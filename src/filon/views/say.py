"""Telling a view in somebody's language: sentences, names, numbers and dates, in English or French.

English is the source; `locale/fr/LC_MESSAGES/filon.po` is the French, read as it is (no compiled file to forget).
No sentence is glued together from parts; each is one message with places for its values.

    tongue("fr").tell(sentence)      # 'L’origine de 92,3 % du nickel est connue …'
    tongue("fr").figure(figure)      # '24 150,5 kg'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import get_args

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from filon.core.finding import Language
from filon.core.matter import form
from filon.core.quantity import split
from filon.passport.point import by_code
from filon.views.figure import Figure, Named, Sentence, Value
from filon.views.sentences import CONTEXT, NAMES, SENTENCES

LANGUAGES: tuple[Language, ...] = get_args(Language)

WHOLE, TENTHS = 1_000_000, 1000
"""Parts per million, and tenths of a percent, in a whole."""

NARROW = "\u202f"
"""Narrow no-break space: between a number and its unit, in both languages."""

_MEASURE = re.compile(r"(?<![\w.,/-])(\d+)(\.\d+)? ?(kg|%)(?!\w)")

_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_SCALES = (
    (Decimal(100_000), "t", Decimal("0.001")),
    (Decimal(1), "kg", Decimal(1)),
    (Decimal("0.001"), "g", Decimal(1000)),
    (Decimal(0), "mg", Decimal(1_000_000)),
)
"""(from so many kg on, this unit, so many of it in a kg)."""

_CITED = (("Annex ", "annexe "), ("Art. ", "art. "), (" Part ", ", partie "), ("guidance", "orientations"))
"""How French law is cited."""

_PLACES = ((100, 1), (10, 2), (1, 3))
"""(from such a number on, so many decimals)."""


@cache
def messages(package: str, name: str, language: Language) -> NullTranslations:
    """A package's messages in a language; English tells them as they stand in the source."""
    if language == "en":
        return NullTranslations()
    path = files(package).joinpath("locale", language, "LC_MESSAGES", f"{name}.po")
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(path.read_bytes()), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalogue(language: Language) -> NullTranslations:
    """The messages of the views."""
    return messages(__package__, "filon", language)


def typeset(text: str) -> str:
    """French as it is set: no-break spaces where a line must not break, curved apostrophes."""
    text = re.sub(r" (?=[;!?%])", NARROW, text.replace("'", "’"))
    return re.sub(r" (?=:)", "\u00a0", text).replace("« ", "«" + NARROW).replace(" »", NARROW + "»")


@cache
def tongue(language: Language) -> Tongue:
    """The tongue of that language; one is enough for all."""
    return Tongue(language)


def decimals(values: Iterable[Decimal]) -> int:
    """How many decimals a column of kg needs to be readable and honest: 1 for tonnes, 3 (grams) for a battery."""
    largest = max((abs(value) for value in values), default=Decimal(0))
    return next((places for limit, places in ((1000, 1), (100, 2), (1, 3)) if largest >= limit), 6)


@dataclass(frozen=True)
class Tongue:
    """How one language says things."""

    language: Language

    @property
    def locale(self) -> Locale:
        """Babel's locale; British for English, so that 03/11 is never in March."""
        return _locale(self.language)

    @property
    def words(self) -> NullTranslations:
        """The catalogue."""
        return catalogue(self.language)

    def number(self, value: Decimal | int, places: int | None = None) -> str:
        """`24 150,5`: exact as it is, or with so many decimals; what is not zero never reads as zero."""
        exact = Decimal(value)
        if places is None:
            places = max(0, -int(exact.normalize().as_tuple().exponent))  # a number in a view is finite
        step = Decimal(1).scaleb(-places)
        rounded = exact.quantize(step, rounding=ROUND_HALF_EVEN)
        if exact and not rounded:
            return ("<" if exact > 0 else ">") + NARROW + self._fixed(step.copy_sign(exact), places)
        return self._fixed(rounded, places)

    def _fixed(self, value: Decimal, places: int) -> str:
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(value, pattern, locale=self.locale).replace("-", "\u2212")

    def percent(self, value: Decimal, places: int = 1) -> str:
        """`9,5 %`. 100 % is only said of the whole and 0 % only of nothing: else `> 99,9 %`, `< 0,1 %`."""
        step = Decimal(1).scaleb(-places)
        if Decimal(0) < value < step:
            return f"<{NARROW}{self._fixed(step, places)}{NARROW}%"
        if 100 - step < value < 100:  # noqa: PLR2004 - percent
            return f">{NARROW}{self._fixed(100 - step, places)}{NARROW}%"
        whole = value in (0, 100)
        return f"{self._fixed(value.quantize(step, rounding=ROUND_HALF_EVEN), 0 if whole else places)}{NARROW}%"

    def mass(self, kilograms: Decimal) -> str:
        """A mass by itself, in the unit that reads best: `812 t`, `24 150,5 kg`, `4,213 kg`, `150 g`, `12 mg`."""
        unit, factor = next((u, f) for limit, u, f in _SCALES if abs(kilograms) >= limit) if kilograms else ("kg", 1)
        value = kilograms * factor
        places = next((n for limit, n in _PLACES if abs(value) >= limit), 0) if unit != "mg" else 0
        shown = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        if shown == shown.to_integral_value():
            places = 0
        return f"{self.number(value, places)}{NARROW}{unit}"

    def parts(self, values: Sequence[Decimal], places: int) -> list[str]:
        """The parts of a whole, rounded so that the column still adds up (largest remainders), as kg without unit."""
        step = Decimal(1).scaleb(-places)
        whole = int((sum(values, Decimal(0)) / step).to_integral_value(rounding=ROUND_HALF_EVEN))
        units = split(whole, [int(value * WHOLE) for value in values])
        traces = f"<{NARROW}{self._fixed(step, places)}"
        return [
            self._fixed(unit * step, places) if unit or not value else traces
            for value, unit in zip(values, units, strict=True)
        ]

    def shares(self, values: Sequence[Decimal]) -> list[str]:
        """Percents that sum to 100, rounded to tenths so that they still do; a trace of something is `< 0,1 %`."""
        units = split(TENTHS, [int(value * WHOLE) for value in values]) if sum(values) else [0] * len(values)
        pairs = zip(values, units, strict=True)
        return [self.percent(value if unit in {0, TENTHS} else Decimal(unit) / 10) for value, unit in pairs]

    def figure(self, figure: Figure) -> str:
        """A figure with its unit; the word of its standing where it has no value."""
        if figure.value is None:
            return self.name(Named("standing", figure.standing.value))
        if figure.unit == "%":
            return self.percent(figure.value)
        if figure.unit == "kg":
            return self.mass(figure.value)
        if figure.unit == "1":
            return self.number(figure.value)
        return f"{self.number(figure.value)}{NARROW}{self.name(Named('unit', figure.unit))}"

    def measured(self, text: str) -> str:
        """A text in which measures as the books write them (`19836.0 kg`) read as this language writes them."""

        def written(match: re.Match[str]) -> str:
            whole, decimals, unit = match.groups()
            return f"{self._fixed(Decimal(whole + (decimals or '')), len(decimals or '.') - 1)}{NARROW}{unit}"

        told = _MEASURE.sub(written, text)
        return typeset(told) if self.language == "fr" else told

    def day(self, value: date) -> str:
        """`21 nov. 2026`."""
        return format_date(value, "d MMM y", locale=self.locale)

    def moment(self, value: datetime) -> str:
        """`21 nov. 2026, 14:03 UTC`."""
        return format_datetime(value, "d MMM y, HH:mm 'UTC'", locale=self.locale)

    def period(self, text: str) -> str:
        """`2026-09` as `sept. 2026`; a day as a day; what is neither as it stands."""
        try:
            if len(text) == len("2026-09"):
                return format_date(date.fromisoformat(f"{text}-01"), "MMM y", locale=self.locale)
            return self.day(date.fromisoformat(text))
        except ValueError:
            return text

    def clause(self, text: str) -> str:
        """A clause of the law as this language cites it: `Annexe XIII 1(e)`, `art. 8`."""
        if self.language == "en":
            return text
        for english, french in _CITED:
            text = text.replace(english, french)
        return text

    def name(self, named: Named, *, context: str = "") -> str:
        """What a thing is called here; its key where it has no name."""
        if word := NAMES.get((named.kind, named.key)):
            return self.words.pgettext(context or named.kind, word)
        if named.kind == "point" and named.key in by_code():
            return by_code()[named.key].label[self.language]
        if named.kind == "country":
            return str(self.locale.territories.get(named.key, named.key))
        known = form(named.key) if named.kind == "form" and named.key else None
        return known.names[self.language] if known else named.key

    def several(self, things: Sequence[Named], *, context: str = "") -> str:
        """`cobalt, nickel and lithium`."""
        return format_list([self.name(one, context=context) for one in things], locale=self.locale)

    def tell(self, sentence: Sentence) -> str:
        """The sentence in words.

        Raises:
            KeyError: no such code in `sentences`, or a value that its words need is lacking.
        """
        forms = SENTENCES[sentence.code]
        if len(forms) == 1:
            words = self.words.gettext(forms[0])
        else:
            count = sentence.values["count"]
            assert isinstance(count, int)
            words = self.words.ngettext(forms[0], forms[1], count)
        told = {name: self._value(name, value) for name, value in sentence.values.items()}
        return words.format_map(told)

    def _value(self, name: str, value: Value) -> str:  # noqa: PLR0911 - one line a type
        context = CONTEXT.get(name, "")
        match value:
            case Figure():
                return self.figure(value)
            case Named():
                return self.name(value, context=context)
            case Sentence():
                return self.tell(value)
            case tuple():
                return self.several(value, context=context)
            case datetime():
                return self.moment(value)
            case date():
                return self.day(value)
            case int():
                return self.number(value)
        return value


@cache
def _locale(language: Language) -> Locale:
    return Locale.parse(_LOCALES[language])

"""The world of the founding chain: invented companies, their sites and what they make.

Every company, mine and plant here is invented. Their GS1 keys begin with 952, the GS1 prefix set apart for
demonstrations and examples (GS1 style guide, 2.18), so that none of them can ever be somebody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from filon.core.finding import Language
from filon.core.gs1 import check_digit
from filon.core.ident import gtin, lgtin, pgln, sgln, sgtin

Medium = Literal["xlsx", "csv", "epcis"]


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the chain.

    Args:
        key: short name, as in file names.
        number: the two digits that end its company prefix 95212xx.
        language: of the files it sends.
        medium: how it sends them.
        day: on which day of the next month its file arrives; suppliers before their customers.
    """

    key: str
    number: int
    name: str
    country: str
    language: Language
    medium: Medium
    day: int

    @property
    def prefix(self) -> str:
        """GS1 company prefix, 7 digits, of the range for examples."""
        return f"95212{self.number:02}"

    @property
    def id(self) -> str:
        """Identifier of the company as a party."""
        return _party(self.prefix)


@dataclass(frozen=True, slots=True)
class Site:
    """A site of a company: mine, plant, works. `number` ends its GLN; `kind` as in `docs/vocabulary.md`."""

    key: str
    company: Company
    number: int
    name: str
    country: str
    zone: str
    kind: str

    @property
    def id(self) -> str:
        """Identifier of the site."""
        return _place(self.company.prefix, self.number)


@dataclass(frozen=True, slots=True)
class Product:
    """What a company makes: its trade item number, its form (key of `forms.csv`) and how people call it."""

    key: str
    company: Company
    number: int
    form: str
    en: str
    fr: str
    kind: Literal["product", "by-product", "waste"] = "product"

    @property
    def gtin(self) -> str:
        """GTIN-14."""
        return _item(self.company.prefix, self.number)

    @property
    def id(self) -> str:
        """Identifier of the product as a class."""
        return gtin(self.gtin)

    def lot(self, number: str) -> str:
        """Identifier of one lot of it."""
        return _lot(self.gtin, number)

    def piece(self, serial: str) -> str:
        """Identifier of one piece of it."""
        return sgtin(self.gtin, serial)

    def name(self, language: Language) -> str:
        """How people call it."""
        return self.fr if language == "fr" else self.en


@cache
def _party(prefix: str) -> str:
    return pgln(keyed(f"{prefix}00000"))


@cache
def _place(prefix: str, number: int) -> str:
    return sgln(keyed(f"{prefix}{number:05}"))


@cache
def _item(prefix: str, number: int) -> str:
    return "0" + keyed(f"{prefix}{number:05}")


# A big plant names the same few thousand lots again and again; without bound the memory would grow with the plant.
_lot = lru_cache(maxsize=16_384)(lgtin)


def keyed(digits: str) -> str:
    """The digits with their GS1 check digit."""
    return digits + check_digit(digits)


_COMPANIES = (
    Company("mbalani", 1, "Mbalani Hydrométal SARL", "CD", "fr", "csv", 2),
    Company("atlas", 2, "Compagnie des Mines d'Atlas-Tizi", "MA", "fr", "xlsx", 3),
    Company("boucle", 3, "Boucle Métaux SAS", "FR", "fr", "csv", 4),
    Company("pohja", 4, "Pohja Nikkeli Oy", "FI", "en", "xlsx", 4),
    Company("manganor", 5, "Manganor SA", "GA", "fr", "xlsx", 4),
    Company("rheinquell", 6, "Rheinquell Lithium GmbH", "DE", "en", "csv", 4),
    Company("svartberg", 7, "Svartberg Grafitt AS", "NO", "en", "xlsx", 4),
    Company("folimet", 8, "Folimet SA", "LU", "en", "xlsx", 4),
    Company("kaarna", 9, "Kaarna Refining Oy", "FI", "en", "xlsx", 5),
    Company("rivage", 10, "Rivage Précurseurs SA", "MA", "fr", "xlsx", 7),
    Company("katodia", 11, "Katodia Sp. z o.o.", "PL", "en", "epcis", 8),
    Company("cellonord", 12, "Cellonord SAS", "FR", "fr", "epcis", 9),
    Company("voltarine", 13, "Voltarine Automobiles SA", "FR", "fr", "epcis", 10),
)
COMPANIES: Mapping[str, Company] = {one.key: one for one in _COMPANIES}
"""Upstream first."""

_SITES = (
    ("tizi mine", "atlas", 1, "Mine de Tizi", "MA", "+01:00", "mine"),
    ("tizi works", "atlas", 2, "Usine de Tizi", "MA", "+01:00", "refinery"),
    ("mbalani", "mbalani", 1, "Mine de Mbalani", "CD", "+02:00", "mine"),
    ("kaarna", "kaarna", 1, "Kaarna refinery", "FI", "+03:00", "refinery"),
    ("boucle", "boucle", 1, "Atelier Boucle", "FR", "+02:00", "recycler"),
    ("pohja mine", "pohja", 1, "Pohja mine", "FI", "+03:00", "mine"),
    ("pohja", "pohja", 2, "Pohja sulfate plant", "FI", "+03:00", "refinery"),
    ("okoume mine", "manganor", 1, "Mine d'Okoumé", "GA", "+01:00", "mine"),
    ("manganor", "manganor", 2, "Usine Manganor", "GA", "+01:00", "refinery"),
    ("rheinquell", "rheinquell", 1, "Rheinquell brine wells", "DE", "+02:00", "mine"),
    ("svartberg", "svartberg", 1, "Svartberg mine", "NO", "+02:00", "mine"),
    ("verdegris mine", "folimet", 1, "Cerro Verdegris", "CL", "-04:00", "mine"),
    ("folimet", "folimet", 2, "Folimet rolling mill", "LU", "+02:00", "refinery"),
    ("rivage", "rivage", 1, "Rivage", "MA", "+01:00", "pcam"),
    ("katodia", "katodia", 1, "Katodia Dolna", "PL", "+02:00", "cam"),
    ("cellonord", "cellonord", 1, "Cellonord Grande-Dune", "FR", "+02:00", "cell"),
    ("packs", "voltarine", 1, "Atelier packs", "FR", "+02:00", "pack"),
    ("cars", "voltarine", 2, "Usine de montage", "FR", "+02:00", "store"),
)
SITES: Mapping[str, Site] = {
    key: Site(key, COMPANIES[company], number, name, country, zone, kind)
    for key, company, number, name, country, zone, kind in _SITES
}

_PRODUCTS: tuple[tuple[str, str, int, str, str, str, Literal["product", "waste"]], ...] = (
    ("concentrate", "atlas", 1, "arsenide concentrate", "Arsenide concentrate", "Concentré d'arséniures", "product"),
    ("atlas sulfate", "atlas", 2, "CoSO4·7H2O", "Cobalt sulfate", "Sulfate de cobalt Atlas", "product"),
    ("arsenate", "atlas", 3, "ferric arsenate residue", "Arsenate residue", "Résidu d'arséniate", "waste"),
    ("hydroxide", "mbalani", 1, "cobalt hydroxide", "Crude hydroxide", "Hydroxyde brut de Mbalani", "product"),
    ("kaarna sulfate", "kaarna", 1, "CoSO4·7H2O", "Kaarna cobalt sulfate", "Sulfate de cobalt Kaarna", "product"),
    ("leach residue", "kaarna", 2, "hydroxide leach residue", "Leach residue", "Résidu de lixiviation", "waste"),
    ("recycled cobalt", "boucle", 1, "CoSO4·7H2O", "Recycled cobalt sulfate", "Sulfate de cobalt recyclé", "product"),
    ("recycled nickel", "boucle", 2, "NiSO4·6H2O", "Recycled nickel sulfate", "Sulfate de nickel recyclé", "product"),
    ("nickel sulfate", "pohja", 1, "NiSO4·6H2O", "Pohja nickel sulfate", "Sulfate de nickel Pohja", "product"),
    ("manganese sulfate", "manganor", 1, "MnSO4·H2O", "Manganese sulfate", "Sulfate de manganèse", "product"),
    ("lithium hydroxide", "rheinquell", 1, "LiOH·H2O", "Lithium hydroxide", "Hydroxyde de lithium", "product"),
    ("graphite", "svartberg", 1, "graphite", "Coated graphite", "Graphite enrobé", "product"),
    ("copper foil", "folimet", 1, "Cu foil", "Copper foil 8 µm", "Feuille de cuivre 8 µm", "product"),
    ("aluminium foil", "folimet", 2, "Al foil", "Aluminium foil 15 µm", "Feuille d'aluminium 15 µm", "product"),
    ("tank", "rivage", 1, "cobalt sulfate solution", "Cobalt solution", "Solution de cobalt (cuve)", "product"),
    ("pcam", "rivage", 2, "NMC811 pCAM", "NMC811 precursor", "Précurseur NMC811", "product"),
    ("sludge", "rivage", 3, "hydroxide sludge", "Hydroxide sludge", "Boues d'hydroxydes", "waste"),
    ("cam", "katodia", 1, "NMC811 CAM", "NMC811 cathode material", "Matière active NMC811", "product"),
    ("sievings", "katodia", 2, "NMC811 CAM", "NMC811 sievings", "Refus de tamis NMC811", "waste"),
    ("cell", "cellonord", 1, "cell", "Pouch cell 208 Wh", "Cellule poche 208 Wh", "product"),
    ("cathode scrap", "cellonord", 2, "cathode scrap", "Cathode scrap", "Chutes de cathode", "waste"),
    ("copper trim", "cellonord", 3, "Cu foil", "Copper trim", "Rognures de cuivre", "waste"),
    ("pack", "voltarine", 1, "pack", "Pack 60 kWh", "Pack 60 kWh", "product"),
)
PRODUCTS: Mapping[str, Product] = {
    key: Product(key, COMPANIES[company], number, form, en, fr, kind)
    for key, company, number, form, en, fr, kind in _PRODUCTS
}


@cache
def place(key: str) -> Site:
    """The site of that key; `mine:Co:17` is one of as many further mines as a big plant may buy from.

    Raises:
        KeyError: no such site.
    """
    if key in SITES:
        return SITES[key]
    kind, _, rest = key.partition(":")
    metal, _, number = rest.partition(":")
    if kind != "mine" or metal not in _METALS:
        raise KeyError(key)
    gln = 10_000 * (1 + _METALS.index(metal)) + int(number)
    return Site(key, COMPANIES["atlas"], gln, f"{metal} mine {number}", "MA", "+01:00", "mine")


_METALS = ("Co", "Ni", "Mn", "Li", "C", "Cu", "Al")

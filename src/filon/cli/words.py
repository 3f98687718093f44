"""The command line's own words: headings of tables and names of states, English and French."""

from __future__ import annotations

from collections.abc import Mapping

from filon.core.finding import Language

FRENCH: Mapping[str, str] = {
    # Headings.
    "Lot": "Lot",
    "Product": "Produit",
    "Stage": "Étape",
    "Site": "Site",
    "Made": "Produit le",
    "Mass": "Masse",
    "Origin known": "Origine connue",
    "No.": "N°",
    "Data point": "Point de donnée",
    "From": "À partir de",
    "Clause": "Article",
    "Standing": "Fondement",
    "Version": "Version",
    "Brought": "Apporte",
    "Batteries": "Batteries",
    "Findings": "Constats",
    "Where": "Où",
    "Element, origin": "Élément, origine",
    "Share": "Part",
    "Country": "Pays",
    "State": "État",
    "Day": "Jour",
    "Entry": "Inscription",
    "What": "Quoi",
    "Period": "Période",
    "Element": "Élément",
    "Opening": "Ouverture",
    "In": "Entré",
    "Out": "Sorti",
    "By-product": "Coproduit",
    "Waste": "Déchets",
    "Loss": "Pertes",
    "Closing": "Clôture",
    "Unaccounted ± 2σ": "Inexpliqué ± 2σ",
    "Verdict": "Verdict",
    "Chemistry": "Chimie",
    "Enough for": "Suffit pour",
    "Learned": "Appris le",
    "File": "Fichier",
    "Submitter": "Déposant",
    "Events": "Événements",
    "Accepted": "Accepté",
    "Leaf hash": "Empreinte",
    "Whole chain": "Toute la chaîne",
    "No other lot is known before or after it.": "On ne connaît aucun autre lot avant ou après lui.",
    "more": "de plus",
    "To tell": "À prévenir",
    "Shipped": "Expédié",
    "Lots": "Lots",
    "At least": "Au moins",
    "Likely": "Probable",
    "At most": "Au plus",
    "Notes": "Bons",
    "Where it is now": "Où c'est maintenant",
    "Gone on into others": "Passé dans d'autres lots",
    "Came from": "Vient de",
    "Held by": "Détenu par",
    "Pieces": "Pièces",
    # Accounts and states.
    "stock": "stock",
    "transit": "transit",
    "step": "opération",
    "source": "origine",
    "unaccounted": "inexpliqué",
    "reagents": "réactifs",
    "waste": "déchets",
    "by-product": "coproduit",
    "loss": "pertes",
    "out of scope": "hors périmètre",
    "used": "consommé",
    "pass": "juste",
    "fail": "écart",
    "cannot-tell": "indécidable",
}


def word(english: str, language: Language) -> str:
    """The word in the language; a test sees to it that none lacks."""
    return FRENCH[english] if language == "fr" else english

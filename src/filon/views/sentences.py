"""All that views can say: one list of sentences and names, English here, French in the catalogue.

`N_` marks a message, `NN_` one with a plural (chosen by the value `count`), `PN_` one in a context. A name in the
context `of` stands after "of": English `cobalt`, French `de cobalt`.
"""

from __future__ import annotations

from collections.abc import Mapping

from filon.views.carbon_names import CARBON_NAMES
from filon.views.passport_names import PASSPORT_NAMES


def N_(message: str) -> tuple[str]:  # noqa: N802 - gettext's own mark
    """A message."""
    return (message,)


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802 - gettext's own mark
    """A message for one and for many."""
    return (one, many)


def PN_(context: str, message: str) -> str:  # noqa: ARG001, N802 - gettext's own mark; the context is for the translator
    """A message that means something else elsewhere."""
    return message


CONTEXT: Mapping[str, str] = {"of": "of"}
"""{placeholder: context in which the names put there are said}."""

SENTENCES: Mapping[str, tuple[str, ...]] = {
    # Origin of what is in a lot or battery.
    "origin.all-known": N_("The origin of every gram of {of} in it is known: {total} in all."),
    "origin.known": N_("Of {total} of {of}, {known} has a known origin; the origin of {unknown} is unknown."),
    "origin.none-known": N_("The origin of its {total} of {of} is not known."),
    "origin.nothing": N_("Nothing is known of the metals in it."),
    "content.unknown": N_("Amount unknown: {elements}. The form or the assay is missing."),
    # Why something is unknown.
    "unknown.undeclared": N_("{mass} of {of}: the maker of lot {lot} did not say where it came from."),
    "unknown.undeclared-public": N_("{mass} of {of}: a supplier did not say where it came from."),
    "unknown.surplus": N_("{mass} of {of}: more came out of {step} than went in, beyond what measuring explains."),
    "unknown.surplus-public": N_(
        "{mass} of {of}: at one step more came out than went in, beyond what measuring explains."
    ),
    "unknown.opening": N_("{mass} of {of}: it was in stock at {site} before the books began."),
    "unknown.opening-public": N_("{mass} of {of}: it was in stock before the books began."),
    "unknown.assay": N_("Lot {lot}, {element}: no assay says how much there is."),
    "unknown.basis": N_("Lot {lot}, {element}: its assay does not say whether it is on dry or on wet basis."),
    "unknown.moisture": N_("Lot {lot}, {element}: its assay is not on wet basis and its moisture is not known."),
    "unknown.form": N_("Lot {lot}: its chemical form is not known, so nobody can tell what it contains."),
    "unknown.measured": N_(
        "{mass} of {of}: weighed or assayed beyond what had come in, within the uncertainty of measuring, and taken "
        "for more of the same mixture."
    ),
    "unknown.other": N_("{mass} of {of}: no event says where it came from."),
    # Alarms: what may explain a difference.
    "explain.unit": N_("A wrong unit or decimal point: {lot} off by the factor {factor}."),
    "explain.basis": N_("The assay of lot {lot} on the wrong basis: its moisture is {moisture}."),
    "explain.hydrate": N_("Lot {lot} is {other}, not {form}."),
    "explain.assay": N_("The {element} assay of lot {lot}: it would close at {would} instead of {told}."),
    "explain.weight": N_("The weight of lot {lot}: it would close at {would} instead of {told}."),
    "explain.digits": N_("Two digits exchanged: the weights differ by a multiple of nine."),
    "explain.forgotten": N_("Lot {lot} was used too and nobody said so: it holds {mass}."),
    "explain.twice": N_("Lot {lot} was told twice: it brought {mass}."),
    "explain.residue": N_("Residue or scrap of {mass} that nobody declared."),
    "explain.undeclared": N_("Matter of {mass} that nobody declared came in."),
    "explain.lost": N_("Lost, stolen or spilled on the way: {mass}."),
    # Chain of custody: what changed a claim.
    "custody.declared": N_("declared as {before}"),
    "custody.R2": N_("matter of one source met"),
    "custody.R3": N_("matter of several sources met; all of it carries the characteristic"),
    "custody.R4": N_("matter without the characteristic was mixed in"),
    "custody.R5": N_("it is not known in which order the unit was filled and drawn"),
    "custody.R5-masses": N_("it is not known how much of each was mixed"),
    "custody.R6": N_("the share was given by a statement, not by what was mixed"),
    "custody.R6-withheld": N_("the site's credit account has the claim; no statement gives this lot any of it"),
    "custody.R7": N_("an instrument was retired for it, without the goods"),
    "custody.R8": N_("matter of unknown origin was mixed in"),
    "custody.R10": N_("no certificate covers it: {lacks}"),
    "custody.R10-model": N_("the site's certificate allows no stronger model"),
    "custody.R11": N_("worked on contract and returned by quantity"),
    # Balance.
    "balance.pass": NN_(
        "The books balance: the one line checked closes within measuring uncertainty.",
        "The books balance: all {count} lines checked close within measuring uncertainty.",
    ),
    "balance.fail": NN_(
        "{count} of {lines} lines does not close: more is unexplained than measuring can explain.",
        "{count} of {lines} lines do not close: more is unexplained than measuring can explain.",
    ),
    "balance.cannot-tell": NN_(
        "{count} of {lines} lines cannot be checked because a figure is missing; the others close.",
        "{count} of {lines} lines cannot be checked because figures are missing; the others close.",
    ),
    "balance.nothing": N_("There is nothing to balance yet."),
    "balance.behind-pass": N_(
        "Every step behind this battery balances: what went in came out, was lost or is in stock."
    ),
    "balance.behind-fail": NN_(
        "One step behind this battery does not balance; a surplus there counts as unknown above.",
        "{count} steps behind this battery do not balance; a surplus there counts as unknown above.",
    ),
    "balance.behind-cannot-tell": NN_(
        "One step behind this battery cannot be checked because a figure is missing.",
        "{count} steps behind this battery cannot be checked because figures are missing.",
    ),
    # How we know.
    "evidence.events": NN_(
        "These figures follow from {count} event behind this battery.",
        "These figures follow from {count} events behind this battery.",
    ),
    "evidence.deposits": NN_(
        "They came in {count} file (senders: {senders}), kept as received.",
        "They came in {count} files (senders: {senders}), kept as received.",
    ),
    "evidence.log": NN_(
        "They stand in a log that can only grow: {count} entry, the last of {learned}.",
        "They stand in a log that can only grow: {count} entries, the last of {learned}.",
    ),
    # Home.
    "home.empty": N_("The ledger is empty: drop a first file, or load the demo."),
    "home.lots": NN_("{count} lot is traced.", "{count} lots are traced."),
    "home.batteries": NN_(
        "{count} battery is traced; {share} of its metals has a known origin.",
        "{count} batteries are traced; {share} of their metals has a known origin.",
    ),
    "home.gaps": NN_(
        "One balance does not close: {mass} of {of} is unexplained at {place}.",
        "{count} balances do not close; the largest leaves {mass} of {of} unexplained at {place}.",
    ),
    "home.balanced": NN_("The one balance closes.", "All {count} balances close."),
    "home.findings": NN_("{count} finding is open.", "{count} findings are open."),
    "home.no-findings": N_("No finding is open."),
    "home.unknown": N_("The origin of {mass} of {of} is unknown; most of it came in with {lot}."),
    # Agreements.
    "agreement.contracted": N_(
        "Agreement {reference}: {seller} delivers {due} of {form} a year to {buyer} (contracted)."
    ),
    "agreement.announced": N_(
        "Announcement {reference}: {seller} would deliver {due} of {form} a year to {buyer}; nothing is contracted."
    ),
    "agreement.delivered": N_("In {year} so far {delivered} of the {due} of product due were delivered: {share}."),
    "agreement.element": N_("That is {mass} of {of}; the year's quantity in the agreed form is {due}."),
    "agreement.transit": N_("{mass} of it are still under way."),
    "agreement.unknown": NN_(
        "For {count} delivery nobody knows how much {element} it contained.",
        "For {count} deliveries nobody knows how much {element} they contained.",
    ),
    "home.log": NN_("The log holds {count} entry.", "The log holds {count} entries."),
    # Flows between sites.
    "flows.sites": NN_("{count} site handled {element}.", "{count} sites handled {element}."),
    "flows.largest": N_("The largest flow is {mass} of {of} from {source} to {target}."),
    # Recalls.
    "recall.nothing": N_("Nothing here is meant: no lot has such a name or came from there then."),
    "recall.started": NN_(
        "{count} lot with {mass} of {of} is recalled.", "{count} lots with {mass} of {of} are recalled."
    ),
    "recall.articles": NN_(
        "{count} battery is affected: it holds {least} to {most} of {of} of the recalled lots.",
        "{count} batteries are affected: each holds {least} to {most} of {of} of the recalled lots.",
    ),
    "recall.no-articles": N_("No battery holds any of it."),
    "recall.where": N_("{stock} of it is in stock somewhere, {transit} under way, {gone} has left the books."),
    "recall.receivers": NN_(
        "{count} company received some of it and is to be told.",
        "{count} companies received some of it and are to be told.",
    ),
    "recall.no-receivers": N_("None of it was shipped."),
    "recall.unknown": NN_(
        "{count} name of the list is not known here.", "{count} names of the list are not known here."
    ),
    "recall.several": NN_(
        "{count} name of the list is that of several lots: give the whole identifier.",
        "{count} names of the list are each those of several lots: give the whole identifiers.",
    ),
}

NAMES: Mapping[tuple[str, str], str] = {
    ("element", "Co"): PN_("element", "cobalt"),
    ("element", "Ni"): PN_("element", "nickel"),
    ("element", "Li"): PN_("element", "lithium"),
    ("element", "Mn"): PN_("element", "manganese"),
    ("element", "Cu"): PN_("element", "copper"),
    ("element", "C"): PN_("element", "graphite"),
    ("element", "As"): PN_("element", "arsenic"),
    ("element", "Fe"): PN_("element", "iron"),
    ("element", "P"): PN_("element", "phosphorus"),
    ("element", "Al"): PN_("element", "aluminium"),
    ("element", "S"): PN_("element", "sulfur"),
    ("element", "F"): PN_("element", "fluorine"),
    ("element", "mass"): PN_("element", "total mass"),
    ("stage", "mine"): PN_("stage", "mine"),
    ("stage", "concentrate"): PN_("stage", "concentrate"),
    ("stage", "refined"): PN_("stage", "refined"),
    ("stage", "pcam"): PN_("stage", "precursor"),
    ("stage", "cam"): PN_("stage", "cathode"),
    ("stage", "cell"): PN_("stage", "cells"),
    ("stage", "pack"): PN_("stage", "pack"),
    ("stage", "recycler"): PN_("stage", "recycling"),
    ("stage", "other"): PN_("stage", "other"),
    ("standing", "declared"): PN_("standing", "declared"),
    ("standing", "evidenced"): PN_("standing", "evidenced"),
    ("standing", "computed"): PN_("standing", "computed"),
    ("standing", "inconsistent"): PN_("standing", "inconsistent"),
    ("standing", "missing"): PN_("standing", "missing"),
    ("standing", "unknown"): PN_("standing", "unknown"),
    ("verdict", "pass"): PN_("verdict", "closes"),
    ("verdict", "fail"): PN_("verdict", "does not close"),
    ("verdict", "cannot-tell"): PN_("verdict", "cannot tell"),
    ("column", "opening"): PN_("column", "opening stock"),
    ("column", "taken"): PN_("column", "in"),
    ("column", "made"): PN_("column", "out"),
    ("column", "by_product"): PN_("column", "by-product"),
    ("column", "waste"): PN_("column", "waste"),
    ("column", "loss"): PN_("column", "loss"),
    ("column", "outside"): PN_("column", "outside the books"),
    ("column", "closing"): PN_("column", "stock"),
    ("column", "unaccounted"): PN_("column", "unaccounted"),
    ("region", "Northern Africa"): PN_("region", "Northern Africa"),
    ("region", "Sub-Saharan Africa"): PN_("region", "Sub-Saharan Africa"),
    ("region", "Northern America"): PN_("region", "Northern America"),
    ("region", "Latin America and the Caribbean"): PN_("region", "Latin America and the Caribbean"),
    ("region", "Central Asia"): PN_("region", "Central Asia"),
    ("region", "Eastern Asia"): PN_("region", "Eastern Asia"),
    ("region", "South-eastern Asia"): PN_("region", "South-eastern Asia"),
    ("region", "Southern Asia"): PN_("region", "Southern Asia"),
    ("region", "Western Asia"): PN_("region", "Western Asia"),
    ("region", "Eastern Europe"): PN_("region", "Eastern Europe"),
    ("region", "Northern Europe"): PN_("region", "Northern Europe"),
    ("region", "Southern Europe"): PN_("region", "Southern Europe"),
    ("region", "Western Europe"): PN_("region", "Western Europe"),
    ("region", "Australia and New Zealand"): PN_("region", "Australia and New Zealand"),
    ("region", "Melanesia"): PN_("region", "Melanesia"),
    ("recycled", "primary"): PN_("recycled", "primary (mined)"),
    ("recycled", "pre-consumer"): PN_("recycled", "pre-consumer waste"),
    ("recycled", "post-consumer"): PN_("recycled", "post-consumer waste"),
    ("recycled", "recycled"): PN_("recycled", "recycled, class not said"),
    ("by", "origin"): PN_("by", "mine or recycler"),
    ("by", "country"): PN_("by", "country"),
    ("by", "region"): PN_("by", "region"),
    ("by", "company"): PN_("by", "company"),
    ("by", "recycled"): PN_("by", "recycled"),
    ("by", "certified"): PN_("by", "certified"),
    ("reason", "stock"): PN_("reason", "lot"),
    ("reason", "transit"): PN_("reason", "shipment of"),
    ("reason", "step"): PN_("reason", "step"),
    ("reason", "source"): PN_("reason", "from"),
    ("reason", "unaccounted"): PN_("reason", "found in weighing"),
    ("reason", "reagents"): PN_("reason", "reagents"),
    ("reason", "water"): PN_("reason", "water taken up"),
    ("flow", "taken"): PN_("flow", "mined or recovered"),
    ("flow", "unknown"): PN_("flow", "origin unknown"),
    ("flow", "surplus"): PN_("flow", "surplus"),
    ("flow", "reagents"): PN_("flow", "reagents"),
    ("flow", "opening"): PN_("flow", "from stock"),
    ("flow", "closing"): PN_("flow", "in stock"),
    ("flow", "transit"): PN_("flow", "under way"),
    ("flow", "by_product"): PN_("flow", "by-product"),
    ("flow", "waste"): PN_("flow", "waste"),
    ("flow", "loss"): PN_("flow", "loss"),
    ("flow", "outside"): PN_("flow", "outside the books"),
    ("flow", "unaccounted"): PN_("flow", "unaccounted"),
    ("origin", "unknown"): PN_("origin", "origin unknown"),
    ("origin", "unsaid"): PN_("origin", "nobody said"),
    ("origin", "recycled"): PN_("origin", "recycled"),
    ("origin", "mine"): PN_("origin", "mined"),
    ("line", "step"): PN_("line", "step"),
    ("line", "site"): PN_("line", "site"),
    ("line", "lot"): PN_("line", "lot"),
    ("line", "transit"): PN_("line", "shipment"),
    ("line", "stocktake"): PN_("line", "stocktake"),
    ("line", "withdrawal"): PN_("line", "withdrawal"),
    ("line", "chain"): PN_("line", "whole chain"),
    ("state", "stock"): PN_("state", "in stock"),
    ("state", "transit"): PN_("state", "in transit"),
    ("state", "used"): PN_("state", "used up"),
    ("state", "waste"): PN_("state", "disposed of"),
    ("state", "out of scope"): PN_("state", "out of scope"),
    ("state", "by-product"): PN_("state", "by-product"),
    ("state", "loss"): PN_("state", "lost"),
    ("state", "reagents"): PN_("state", "reagents"),
    ("state", "water"): PN_("state", "water"),
    ("state", "unaccounted"): PN_("state", "unaccounted"),
    ("basis", "dry"): PN_("basis", "on dry"),
    ("basis", "wet"): PN_("basis", "as received"),
    ("standing of an assay", "provisional"): PN_("standing of an assay", "provisional"),
    ("standing of an assay", "final"): PN_("standing of an assay", "final"),
    ("standing of an assay", "umpire"): PN_("standing of an assay", "umpire"),
    ("check", "step"): PN_("check", "step"),
    ("check", "transit"): PN_("check", "transport"),
    ("check", "stocktake"): PN_("check", "stocktake"),
    ("check", "withdrawal"): PN_("check", "withdrawal"),
    ("model", "identity preserved"): PN_("model", "identity preserved"),
    ("model", "segregated"): PN_("model", "segregated"),
    ("model", "controlled blending"): PN_("model", "controlled blending"),
    ("model", "mass balance"): PN_("model", "mass balance"),
    ("model", "book and claim"): PN_("model", "book and claim"),
    ("model", "none"): PN_("model", "no claim"),
    ("lack", "none"): PN_("lack", "no certificate of the site is known"),
    ("lack", "unknown"): PN_("lack", "the certificate is not known"),
    ("lack", "characteristic"): PN_("lack", "it is for another characteristic"),
    ("lack", "site"): PN_("lack", "it is for another site"),
    ("lack", "element"): PN_("lack", "it is for another element"),
    ("lack", "material"): PN_("lack", "it is for another material"),
    ("lack", "date"): PN_("lack", "it was not valid on that day"),
    ("lack", "revoked"): PN_("lack", "it had been revoked"),
    ("failure", "negative"): PN_("failure", "the balance was negative within the period"),
    ("failure", "negative at close"): PN_("failure", "the balance is negative at the close"),
    ("failure", "overdraft"): PN_("failure", "an overdraft was not made good"),
    ("failure", "factor"): PN_("failure", "the declared factor is above the observed one"),
    ("paper", "testres"): PN_("paper", "certificate of analysis"),
    ("paper", "desadv"): PN_("paper", "delivery note"),
    ("paper", "po"): PN_("paper", "order or contract"),
    ("paper", "prodorder"): PN_("paper", "production order"),
    ("paper", "inv"): PN_("paper", "invoice"),
    ("paper", "recadv"): PN_("paper", "receipt"),
    ("country", "CD"): PN_("country", "DR Congo"),
    ("country", "CG"): PN_("country", "Congo"),
    ("level", "error"): PN_("level", "error"),
    ("level", "warning"): PN_("level", "warning"),
    ("level", "note"): PN_("level", "note"),
    ("help", "NotFoundError"): PN_("help", "This ledger has nothing under this address."),
    ("help", "WrongCallError"): PN_("help", "The address asks for something that makes no sense here."),
    ("help", "MethodError"): PN_("help", "This page can only be read."),
    ("help", "FilonError"): PN_("help", "Something went wrong on our side; nothing was lost."),
    ("error", "FilonError"): PN_("error", "Filon cannot go on"),
    ("error", "WrongCallError"): PN_("error", "The call is not understood"),
    ("error", "MethodError"): PN_("error", "The call is not understood"),
    ("error", "NotFoundError"): PN_("error", "Not found"),
    ("error", "RefusedError"): PN_("error", "Nothing was taken"),
    ("error", "TooLargeError"): PN_("error", "Too large"),
    ("error", "ConflictError"): PN_("error", "Conflict"),
    ("error", "StoreError"): PN_("error", "The ledger cannot be trusted as it is"),
    ("error", "SignInError"): PN_("error", "Sign in"),
    ("error", "ForeignFormError"): PN_("error", "Sent from another page"),
    ("error", "NotForDownloadError"): PN_("error", "Not for download"),
    ("error", "StrangeHostError"): PN_("error", "Called by a strange name"),
    ("organisation", "operator"): PN_("organisation", "operator"),
    ("organisation", "interest"): PN_("organisation", "legitimate interest"),
    ("organisation", "authority"): PN_("organisation", "authority"),
    ("organisation", "partner"): PN_("organisation", "partner"),
    ("purpose", "dismantling"): PN_("purpose", "dismantling"),
    ("purpose", "repair"): PN_("purpose", "repair"),
    ("purpose", "second life"): PN_("purpose", "second life"),
    ("purpose", "recycling"): PN_("purpose", "recycling"),
    ("purpose", "purchaser"): PN_("purpose", "purchase"),
    ("purpose", "surveillance"): PN_("purpose", "market surveillance"),
    ("purpose", "supply chain"): PN_("purpose", "supply chain"),
    ("way", "page"): PN_("way", "on the page"),
    ("way", "json"): PN_("way", "as JSON"),
    ("way", "file"): PN_("way", "as a file"),
    **PASSPORT_NAMES,
    **CARBON_NAMES,
}

OF: tuple[str, ...] = (
    PN_("of", "cobalt"),
    PN_("of", "nickel"),
    PN_("of", "lithium"),
    PN_("of", "manganese"),
    PN_("of", "copper"),
    PN_("of", "graphite"),
    PN_("of", "arsenic"),
    PN_("of", "iron"),
    PN_("of", "phosphorus"),
    PN_("of", "aluminium"),
    PN_("of", "sulfur"),
    PN_("of", "fluorine"),
    PN_("of", "total mass"),
)
"""The elements once more, as they stand after "of"."""

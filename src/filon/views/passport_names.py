"""What passports say: names of verdicts, states, accounts and members; English here, French in the catalogue.

Data points bear their names in their own table, in both languages; they are not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping


def PN_(context: str, message: str) -> str:  # noqa: ARG001, N802 - gettext's own mark; the context is for the translator
    """A message that means something else elsewhere."""
    return message


PASSPORT_NAMES: Mapping[tuple[str, str], str] = {
    ("standing", "expired"): PN_("standing", "document expired"),
    ("duty", "fulfilled"): PN_("duty", "fulfilled"),
    ("duty", "missing"): PN_("duty", "missing"),
    ("duty", "condition open"): PN_("duty", "condition open"),
    ("duty", "not yet required"): PN_("duty", "not yet required"),
    ("duty", "provided early"): PN_("duty", "provided early"),
    ("publication", "draft"): PN_("publication", "draft"),
    ("publication", "active"): PN_("publication", "published"),
    ("publication", "suspended"): PN_("publication", "suspended"),
    ("publication", "archived"): PN_("publication", "archived"),
    ("publication", "superseded"): PN_("publication", "superseded by a new passport"),
    ("publication", "ceased"): PN_("publication", "ceased: the battery was recycled"),
    ("category", "ev"): PN_("category", "electric vehicle battery"),
    ("category", "lmt"): PN_("category", "light means of transport battery"),
    ("category", "industrial"): PN_("category", "industrial battery"),
    ("category", "industrial-external"): PN_("category", "industrial battery with external storage"),
    ("status", "original"): PN_("status", "original"),
    ("status", "repurposed"): PN_("status", "repurposed"),
    ("status", "re-used"): PN_("status", "re-used"),
    ("status", "remanufactured"): PN_("status", "remanufactured"),
    ("status", "waste"): PN_("status", "waste"),
    ("deed", "publish"): PN_("deed", "published"),
    ("deed", "suspend"): PN_("deed", "suspended"),
    ("deed", "archive"): PN_("deed", "archived"),
    ("deed", "place"): PN_("deed", "placed on the market"),
    ("deed", "transfer"): PN_("deed", "responsibility handed over"),
    ("deed", "re-use"): PN_("deed", "re-used"),
    ("deed", "repurpose"): PN_("deed", "repurposed"),
    ("deed", "remanufacture"): PN_("deed", "remanufactured"),
    ("deed", "waste"): PN_("deed", "became waste"),
    ("deed", "recycle"): PN_("deed", "recycled"),
    ("audience", "public"): PN_("audience", "everybody"),
    ("audience", "legitimate_interest"): PN_("audience", "legitimate interest"),
    ("audience", "authorities"): PN_("audience", "authorities"),
    ("audience", "partner"): PN_("audience", "purchasers"),
    ("account", "declared"): PN_("account", "as declared"),
    ("account", "books"): PN_("account", "from the material books"),
    ("account", "origin"): PN_("account", "from the origin account"),
    ("account", "carbon"): PN_("account", "from the carbon account"),
    ("account", "recycled"): PN_("account", "from the recycled account"),
    ("account", "life"): PN_("account", "from the deeds of its life"),
    ("scope", "item"): PN_("scope", "of this battery"),
    ("scope", "batch"): PN_("scope", "of its batch"),
    ("scope", "model"): PN_("scope", "of its model"),
    ("scope", "model and plant"): PN_("scope", "of its model and plant"),
    ("scope", "model, plant and year"): PN_("scope", "of all batteries of its model, plant and year"),
    ("group", "identity"): PN_("group", "Identity"),
    ("group", "performance"): PN_("group", "Performance"),
    ("group", "matter"): PN_("group", "What it is made of"),
    ("group", "footprint"): PN_("group", "Carbon, recycled content, sourcing"),
    ("group", "use"): PN_("group", "Use, safety, end of life"),
    ("group", "conformity"): PN_("group", "Conformity"),
    ("group", "condition"): PN_("group", "Condition"),
    ("cfp-stage", "raw"): PN_("cfp-stage", "raw materials"),
    ("cfp-stage", "main"): PN_("cfp-stage", "production"),
    ("cfp-stage", "distribution"): PN_("cfp-stage", "distribution"),
    ("cfp-stage", "end-of-life"): PN_("cfp-stage", "end of life"),
    ("member", "perTotalKwh"): PN_("member", "per kWh over its life"),
    ("member", "perCapacityKwh"): PN_("member", "per kWh of capacity"),
    ("member", "perBattery"): PN_("member", "a battery, on average"),
    ("member", "thisBattery"): PN_("member", "this battery"),
    ("member", "batteries"): PN_("member", "batteries in the mean"),
    ("member", "primary"): PN_("member", "on primary data"),
    ("member", "preConsumer"): PN_("member", "manufacturing waste"),
    ("member", "postConsumer"): PN_("member", "post-consumer waste"),
    ("member", "unclassed"): PN_("member", "waste of untold class"),
    ("member", "known"): PN_("member", "of known source"),
    ("member", "unknown"): PN_("member", "of unknown origin"),
    ("member", "soc"): PN_("member", "state of charge"),
    ("member", "critical"): PN_("member", "critical raw material"),
    ("member", "signed"): PN_("member", "signed by both"),
    ("member", "not signed"): PN_("member", "not signed by both"),
}

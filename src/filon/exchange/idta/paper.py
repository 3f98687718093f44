"""What several parts of IDTA 02035 write: documents and the maker's identifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from filon.exchange.lens import (
    Json,
    Lens,
    address,
    addresses,
    document,
    value_of,
)
from filon.passport.passport import Passport


def papers(path: str, key: str, kind: str = "", *, must: bool = True) -> Lens:
    """Documents as their identifiers."""

    def out(passport: Passport) -> Json:
        value = passport.value(key)
        return [one] if (one := address(value)) and isinstance(value, Mapping) else addresses(value, kind)

    def back(node: Json) -> Mapping[str, Any]:
        papers = [one for each in node if "://" in str(each) and (one := document(each))]
        return {key: papers if key != "conformityDeclaration" else papers[0]} if papers else {}

    return Lens(path, out, back if not kind else None, must, (key,))


def maker_id(passport: Passport) -> Json:
    """The maker's identifier, where the responsible operator is the maker."""
    same = value_of(passport, "responsibleOperator.name") == passport.value("manufacturer")
    return value_of(passport, "responsibleOperator.id") if same else None

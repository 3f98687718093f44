"""What an event of each type must say to make sense: the twins of `rules`, where nothing in its values is odd."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from filon.epcis.part import OddError


def sensible(kind: str, action: str, said: frozenset[str]) -> None:
    """Make sure that an event with these members makes sense; raises if not.

    Args:
        said: names of the members that say something.
    """
    _need(holds="eventTime" in said and "eventTimeZoneOffset" in said)
    _need(holds=action or kind == "TransformationEvent")
    _SENSE[kind](said, action)


def _need(*, holds: Any) -> None:
    if not holds:
        raise OddError


def _object(said: frozenset[str], action: str) -> None:
    _need(holds="epcList" in said or "quantityList" in said or {"sensorElementList", "readPoint"} <= said)
    _need(holds=action == "ADD" or "ilmd" not in said)


def _aggregation(said: frozenset[str], action: str) -> None:
    _need(holds="parentID" in said or action == "OBSERVE")
    _need(holds="childEPCs" in said or "childQuantityList" in said or action == "DELETE")
    _need(holds="persistentDisposition" not in said)


def _transaction(said: frozenset[str], action: str) -> None:
    _need(holds="bizTransactionList" in said and "persistentDisposition" not in said)
    _need(holds="epcList" in said or "quantityList" in said or action == "DELETE")


def _association(said: frozenset[str], action: str) -> None:
    _need(holds="parentID" in said and "persistentDisposition" not in said)
    _need(holds="childEPCs" in said or "childQuantityList" in said or action == "DELETE")


def _transformation(said: frozenset[str], _action: str) -> None:
    taken = "inputEPCList" in said or "inputQuantityList" in said
    made = "outputEPCList" in said or "outputQuantityList" in said
    _need(holds=(taken and made) or ("transformationID" in said and (taken or made)))


_SENSE: Mapping[str, Callable[[frozenset[str], str], None]] = {
    "ObjectEvent": _object,
    "AggregationEvent": _aggregation,
    "TransactionEvent": _transaction,
    "TransformationEvent": _transformation,
    "AssociationEvent": _association,
}

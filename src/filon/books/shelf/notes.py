"""What of a book and its run is no column: findings, declarations, what is under way; as msgpack, and typed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from filon.books.declared import Declared
from filon.books.shelf.texts import viewed
from filon.core.finding import Finding
from filon.core.matter import form

T = TypeVar("T")

Bytes = npt.NDArray[np.uint8]
Note = tuple[str, str]
"""A delivery note and a lot of it."""


class BookNotes(msgspec.Struct, array_like=True):
    """Of a book.

    Args:
        completes: (event, keys of the earlier declarations that it completes) of the few that do.
    """

    shapes: list[tuple[str, ...]]
    completes: list[tuple[int, tuple[str, ...]]]
    findings: list[Finding]


class RunNotes(msgspec.Struct, array_like=True):
    """Of a run: what a later event may still ask for.

    Args:
        early, posted: findings as the run keeps them apart.
        latest: nothing posted happened later.
        under_way: (lot, delivery note, destination, holding) of what has not wholly arrived.
        layers: (lot, site, newest, holdings) of silos that do not mix, oldest layer first.
        notes: how much each delivery note still expects or has brought, where that can matter: dispatches to come,
            receipts to come, received, received before it was shipped.
        packed: (container, [(lot, number, unit), ..]); no number = all there is.
        batches: (product, [(first, last, lot), ..]).
        clashes: (batch, uses looked at, what they found).
    """

    early: tuple[list[Finding], list[Finding], list[Finding], list[Finding]]
    posted: list[Finding]
    latest: datetime
    under_way: list[tuple[str, str, str, int]]
    layers: list[tuple[str, str, int, list[int]]]
    notes: tuple[list[tuple[str, str, int]], ...]
    packed: list[tuple[str, list[tuple[str, int | None, str]]]]
    batches: list[tuple[str, list[tuple[int, int, str]]]]
    clashes: list[tuple[str, int, list[Finding]]]


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    raise NotImplementedError(type(value))


def _meant(kind: type, value: Any) -> Any:
    if kind is Fraction:
        return Fraction(value)
    raise NotImplementedError(kind)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
_DECLARED = msgspec.msgpack.Decoder(tuple[str | None, Declared], dec_hook=_meant)


def noted(value: object) -> Bytes:
    """A value as bytes.

    Raises:
        OverflowError: a number does not fit 64 bits.
    """
    return np.frombuffer(_ENCODER.encode(value), np.uint8)


def read(kind: type[T], note: Bytes) -> T:
    """The value again.

    Raises:
        ValueError: it is none of that kind.
    """
    return msgspec.msgpack.decode(viewed(note), type=kind, dec_hook=_meant)


def declared_notes(some: Sequence[Declared]) -> list[bytes]:
    """Declarations as bytes; the form by its name."""
    return [_ENCODER.encode((one.form and one.form.key, replace(one, form=None))) for one in some]


def declaration(note: Bytes) -> Declared:
    """The declaration again."""
    name, told = _DECLARED.decode(viewed(note))
    # The assay that counts is one of those observed, not another that says the same.
    last = {one: one for one in told.observed}
    assays = {element: last.get(one, one) for element, one in told.assays.items()}
    return replace(told, form=form(name) if name else None, assays=assays)

"""Sheets of labels as PDF: a grid of stickers on a page, each with its code, model, serial number and what it is.

Typst sets the page; it gets the texts as data, never as markup, and reads no file of this machine but its own template.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from types import MappingProxyType

from filon.core.errors import WrongCallError
from filon.exchange.label.code import Print, code_of, svg


@dataclass(frozen=True, slots=True)
class Label:
    """One sticker.

    Args:
        link: what the code leads to.
        model, serial: as people read them; the serial in OCR-friendly letters below the code.
        lines: what else stands beside the code, one line each.
    """

    link: str
    model: str
    serial: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of stickers, mm."""

    width: Decimal = Decimal(210)
    height: Decimal = Decimal(297)
    columns: int = 3
    rows: int = 8
    label_width: Decimal = Decimal("63.5")
    label_height: Decimal = Decimal("33.9")
    left: Decimal = Decimal("7.2")
    top: Decimal = Decimal("12.9")
    gap: Decimal = Decimal("2.5")


SHEETS: Mapping[str, Sheet] = MappingProxyType(
    {
        "a4-24": Sheet(),
        "single": Sheet(
            width=Decimal(62), height=Decimal(29), columns=1, rows=1, label_width=Decimal(62), label_height=Decimal(29),
            left=Decimal(0), top=Decimal(0), gap=Decimal(0),
        ),
    }
)  # fmt: skip
"""Sheets by name: 24 stickers on A4, and one sticker of a label printer's roll."""


def pdf(labels: Sequence[Label], sheet: Sheet = Sheet(), *, side_mm: Decimal = Decimal(20)) -> bytes:
    """The labels as PDF, in order, over as many pages as they need.

    Raises:
        WrongCallError: no labels, or a code that is larger than its sticker.
    """
    if not labels:
        raise WrongCallError("name the batteries whose labels are to be printed")
    if side_mm > min(sheet.label_height, sheet.label_width):
        raise WrongCallError(
            f"a code of {side_mm} mm does not fit a label of {sheet.label_width} x {sheet.label_height} mm"
        )
    told = {"sheet": _sizes(sheet, side_mm), "labels": [_sticker(one, side_mm) for one in labels]}
    import typst  # noqa: PLC0415 - thirty megabytes that only printing needs

    template = files(__package__).joinpath("label.typ").read_bytes()
    return typst.compile(template, sys_inputs={"told": json.dumps(told)})


_LENGTHS = ("width", "height", "label_width", "label_height", "left", "top", "gap")


def _sizes(sheet: Sheet, side_mm: Decimal) -> dict[str, float]:
    lengths = {name: float(getattr(sheet, name)) for name in _LENGTHS}
    return lengths | {"columns": sheet.columns, "rows": sheet.rows, "code": float(side_mm)}


def _sticker(one: Label, side_mm: Decimal) -> dict[str, object]:
    code = svg(code_of(one.link), Print(side_mm)).decode()
    return {"svg": code, "model": one.model, "serial": one.serial, "link": one.link, "lines": list(one.lines)}

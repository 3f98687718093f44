"""Labels: the code of a battery as SVG, PNG and PDF, and whether a telephone can read it.

    code = code_of("https://id.atlas.example/01/09521213000012/21/7")
    findings(code, Print(side_mm=18))
    svg(code), png(code), pdf([Label(..)], Sheet())

Source: ISO/IEC 18004:2024; ISO/IEC 15415; EN 18220; Regulation (EU) 2023/1542, Article 13(6), (7).
"""

from filon.exchange.label.code import Print, code_of, findings, png, scannable, svg
from filon.exchange.label.sheet import SHEETS, Label, Sheet, pdf

__all__ = ["SHEETS", "Label", "Print", "Sheet", "code_of", "findings", "pdf", "png", "scannable", "svg"]

"""IDTA 02035, the digital battery passport in seven parts, with the passport header of IDTA 02099-1.

    written_all(passport)                 # {part: Written}, plain JSON
    environment(passport)                 # all parts as one AAS environment

Source: IDTA 02035-1 to -7 and 02099-1, CC BY 4.0; their defects: docs/standards/passport-formats.md.
"""

from filon.exchange.idta.parts import PARTS, part_of, written_all

__all__ = ["PARTS", "part_of", "written_all"]

"""SAMM Battery Pass 1.2: seven documents a battery, as the Battery Pass consortium published them.

    written_all(passport)                   # {aspect: Written}
    read_aspect(data)                       # (aspect, Taken)

Source: Battery Pass data model 1.2.0 (Performance 1.2.1), CC BY 4.0; its defects: docs/standards/passport-formats.md.
"""

from filon.exchange.samm.aspects import ASPECTS, aspect_of, written_all

__all__ = ["ASPECTS", "aspect_of", "written_all"]

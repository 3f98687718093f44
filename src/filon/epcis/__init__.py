"""EPCIS 2.0: bytes to events and back, by the standard; knows neither stores nor lots."""

from filon.epcis.files import read, stream

__all__ = ["read", "stream"]

"""The EPCIS 2.0 REST interface over a repository: one table of paths, one shape of errors, tokens on everything."""

from filon.web.epcis.interface import Below, Interface

__all__ = ["Below", "Interface"]

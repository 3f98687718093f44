"""UNTP digital product passport, editions 0.6.1 and 0.7.0, as the subject of a W3C credential.

    credential(passport, Issuer("did:web:id.example.com", "Atlas"), valid_from=now)

Source: UN Transparency Protocol (UN/CEFACT), digital product passport 0.6.1 and 0.7.0, verifiable credential profile.
"""

from filon.exchange.untp.credential import Issuer, credential, taken_untp

__all__ = ["Issuer", "credential", "taken_untp"]

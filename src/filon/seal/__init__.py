"""Seals: what makes a document checkable by a stranger, and the checking; it knows nothing of batteries.

Keys, times and documents are parameters, verdicts are values; nothing here opens a file or a connection. In order:
`jcs` (one spelling of JSON), `key`, `jws` and `proof` (two ways to sign), `did` and `webvh` (whose key it is),
`credential` (what W3C says a credential is), `status` (is it revoked), `sdjwt` (showing a part), `check` (all at once).
"""

"""Words of EN 18222 for how a call ended."""

from __future__ import annotations

from collections.abc import Mapping

STATUS: Mapping[int, str] = {
    400: "ClientErrorBadRequest", 401: "ClientNotAuthorized", 403: "ClientForbidden",
    404: "ClientErrorResourceNotFound", 405: "ClientMethodNotAllowed", 409: "ClientResourceConflict",
    501: "ServerNotImplemented", 502: "ServerErrorBadGateway",
}  # fmt: skip
"""EN 18222's words for what HTTP says by number; other numbers are the client's or the server's fault in general."""

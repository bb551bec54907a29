"""Loopback counts as TLS, so that policies that insist on it (aws:SecureTransport) hold here as on AWS."""

from typing import Any

from ministack import app

from aiops.engine.wrap import wraps_function


@wraps_function(app, "pin_request_origin")
def _secure(original: Any, source_ip: str, secure_transport: bool) -> None:
    original(source_ip, True)

"""Loopback counts as TLS, so that policies that insist on it (aws:SecureTransport) hold here as on AWS."""

from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.core import iam_evaluator

from aiops.engine.wrap import wraps_function

# What is done in this process without a request, such as delivering an event, comes from loopback too.
iam_evaluator._request_origin = ContextVar("origin", default=("127.0.0.1", True))


@wraps_function(app, "pin_request_origin")
def _secure(original: Any, source_ip: str, secure_transport: bool) -> None:
    original(source_ip, True)
